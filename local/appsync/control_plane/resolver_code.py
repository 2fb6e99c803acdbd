"""Refuses resolver code that APPSYNC_JS would refuse, on its syntax alone.

The rules are those of AWS's "Supported runtime features" page and of the syntactic rules of
`@aws-appsync/eslint-plugin`; the typed ones (recursion, functions as arguments) need its linter.
https://docs.aws.amazon.com/appsync/latest/devguide/supported-features.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_javascript.language()))

_REFUSED_NODES = {
    "try_statement": "try statements are not supported",
    "throw_statement": "throw statements are not supported; use util.error",
    "while_statement": "while statements are not supported",
    "do_statement": "do...while statements are not supported",
    "for_statement": "for statements are not supported; use for-of or for-in",
    "continue_statement": "continue statements are not supported",
    "labeled_statement": "labels are not supported",
    "async": "async functions are not supported",
    "await_expression": "await is not supported",
    "generator_function": "generators are not supported",
    "generator_function_declaration": "generators are not supported",
    "yield_expression": "yield is not supported",
    "class": "classes are not supported",
    "class_declaration": "classes are not supported",
    "this": "this is not supported",
    "regex": "regex literals are not supported; use util.matches",
    "update_expression": "the operators ++ and -- are not supported",
}
_REFUSED_OPERATORS = {
    ("unary_expression", "~"): "the operator ~ is not supported",
    ("binary_expression", "in"): "the in operator is not supported; use Object.hasOwn",
    ("binary_expression", "instanceof"): "the operator instanceof is not supported",
}
_MODULES = "@aws-appsync/utils"


@dataclass(frozen=True, kw_only=True)
class CodeError:
    """One refusal; line and column count from 1."""

    message: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.message} (line {self.line}, column {self.column})"


def check_code(code: str) -> list[CodeError]:
    """All that AppSync would refuse in a resolver's or a function's code."""
    root = _PARSER.parse(code.encode()).root_node
    syntax = [
        _error(node, f"syntax error at {_excerpt(node)}")
        for node in _walk(root)
        if node.is_error or node.is_missing
    ]
    if syntax:
        return syntax[:1]
    errors = [_error(node, reason) for node in _walk(root) if (reason := _refusal(node))]
    exported = set(_exported(root))
    errors += [
        CodeError(message=f"the code must export a function `{handler}`", line=1, column=1)
        for handler in ("request", "response")
        if handler not in exported
    ]
    return errors


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _text(node: Node | None) -> str:
    return node.text.decode() if node and node.text else ""


def _excerpt(node: Node) -> str:
    return f"`{_text(node).splitlines()[0][:40]}`" if _text(node).strip() else f"`{node.type}`"


def _error(node: Node, message: str) -> CodeError:
    line, column = node.start_point
    return CodeError(message=message, line=line + 1, column=column + 1)


def _refusal(node: Node) -> str | None:
    if (node.is_named or node.type == "async") and (reason := _REFUSED_NODES.get(node.type)):
        return reason
    operator = _text(node.child_by_field_name("operator"))
    if reason := _REFUSED_OPERATORS.get((node.type, operator)):
        return reason
    if node.type == "method_definition" and any(child.type == "*" for child in node.children):
        return "generators are not supported"
    if (
        node.type == "new_expression"
        and _text(node.child_by_field_name("constructor")) == "Promise"
    ):
        return "Promise is not supported"
    if node.type == "call_expression" and _text(node.child_by_field_name("function")) == "import":
        return "dynamic imports are not supported"
    if node.type in ("import_statement", "export_statement"):
        module = _text(node.child_by_field_name("source")).strip("'\"")
        if module and module != _MODULES and not module.startswith(f"{_MODULES}/"):
            return f"the module {module} cannot be imported; only {_MODULES} can"
    return None


def _exported(root: Node) -> Iterator[str]:
    for statement in root.children:
        if statement.type != "export_statement":
            continue
        for node in _walk(statement):
            if node.type in ("function_declaration", "variable_declarator"):
                if node.parent in (statement, statement.child_by_field_name("declaration")):
                    yield _text(node.child_by_field_name("name"))
            elif node.type == "export_specifier":
                yield _text(node.child_by_field_name("alias") or node.child_by_field_name("name"))
