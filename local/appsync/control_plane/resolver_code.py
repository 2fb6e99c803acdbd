"""Refuses resolver code that APPSYNC_JS would refuse, on its syntax alone.

The rules are those of AWS's "Supported runtime features" page and of `@aws-appsync/eslint-plugin`;
where those need types, they go by names here.
https://docs.aws.amazon.com/appsync/latest/devguide/supported-features.html
"""

import re
from collections.abc import Iterator

from tree_sitter import Node

from local.appsync.control_plane.built_ins import MODULES, built_in_errors
from local.appsync.control_plane.functions import function_errors
from local.appsync.control_plane.syntax import CodeError, error, parse, part, text, walk

# https://docs.aws.amazon.com/appsync/latest/APIReference/API_Resolver.html
MOST_CHARACTERS = 32_768

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
    "with_statement": "with statements are not supported",
}
_REFUSED_OPERATORS = {
    ("unary_expression", "~"): "the operator ~ is not supported",
    ("binary_expression", "in"): "the in operator is not supported; use Object.hasOwn",
    ("binary_expression", "instanceof"): "the operator instanceof is not supported",
}
_GLOBALS = {
    "NaN", "Infinity", "undefined", "util", "extensions", "runtime", "console",
    "Object", "String", "Number", "Boolean", "Array", "Math", "JSON", "Date",
    "isFinite", "isNaN", "parseFloat", "parseInt",
    "decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent",
}  # fmt: skip
# What the plugin's no-disallowed-methods says is not implemented.
_REFUSED_STATICS = {
    "Array": {"from", "of"},
    "Object": {
        "create", "defineProperties", "defineProperty", "freeze", "getOwnPropertyDescriptor",
        "getOwnPropertyDescriptors", "getOwnPropertyNames", "getOwnPropertySymbols",
        "getPrototypeOf", "hasOwnProperty", "is", "isExtensible", "isFrozen", "isPrototypeOf",
        "isSealed", "preventExtensions", "propertyIsEnumerable", "seal", "setPrototypeOf",
        "toLocaleString", "toString", "valueOf",
    },
    "String": {"fromCharCode", "fromCodePoint"},
}  # fmt: skip
_REFUSED_METHODS = {
    "copyWithin", "group", "groupToMap", "charCodeAt", "localeCompare", "matchAll", "padEnd",
    "padStart", "repeat", "search", "toLocaleLowerCase", "toLocaleUpperCase", "setDate",
    "setFullYear", "setHours", "setMilliseconds", "setMinutes", "setMonth", "setSeconds",
    "setTime", "setUTCDate", "setUTCFullYear", "setUTCHours", "setUTCMilliseconds",
    "setUTCMinutes", "setUTCMonth", "setUTCSeconds", "setYear", "toGMTString",
    "toLocaleDateString", "toLocaleString", "toLocaleTimeString",
}  # fmt: skip
_REFUSED_WITHOUT_ARGUMENTS = {"entries", "keys", "values"}
_DECLARATIONS = {
    "variable_declarator": "name",
    "function_declaration": "name",
    "function_expression": "name",
    "arrow_function": "parameter",
    "for_in_statement": "left",
}
_QUOTED = re.compile(r"'([^']+)'")
_HANDLERS = ("request", "response")


def check_code(code: str) -> list[CodeError]:
    """All that AppSync would refuse in a resolver's or a function's code."""
    root = parse(code)
    syntax = [
        error(node, f"syntax error at {_excerpt(node)}")
        for node in walk(root)
        if node.is_error or node.is_missing
    ]
    if syntax:
        return syntax[:1]
    errors = [error(node, reason) for node in walk(root) if (reason := _refusal(node))]
    errors += [*_unknown_names(root), *function_errors(root), *built_in_errors(root)]
    exported = set(_exported(root))
    errors += [
        CodeError(message=f"the code must export a function `{handler}`", line=1, column=1)
        for handler in _HANDLERS
        if handler not in exported
    ]
    return errors


def located(code: str, fault: str) -> CodeError:
    """What JavaScript itself finds wrong, where the name that it speaks of is declared again."""
    root = parse(code)
    named = _QUOTED.search(fault)
    declared = [name for node in walk(root) for name in _declared(node)]
    places = [name for name in declared if named and text(name) == named[1]]
    return error((places or [root])[:2][-1], fault)


def _excerpt(node: Node) -> str:
    return f"`{text(node).splitlines()[0][:40]}`" if text(node).strip() else f"`{node.type}`"


def _refusal(node: Node) -> str | None:
    if (node.is_named or node.type == "async") and (reason := _REFUSED_NODES.get(node.type)):
        return reason
    operator = text(part(node, "operator"))
    if reason := _REFUSED_OPERATORS.get((node.type, operator)):
        return reason
    if node.type == "method_definition" and any(child.type == "*" for child in node.children):
        return "generators are not supported"
    if node.type == "new_expression" and text(part(node, "constructor")) == "Promise":
        return "Promise is not supported"
    if node.type == "call_expression":
        return _call_refusal(node)
    if node.type in ("import_statement", "export_statement"):
        module = text(part(node, "source")).strip("'\"")
        if module and module not in MODULES:
            return f"the module {module} cannot be imported; only {', '.join(MODULES)} can"
    return None


def _call_refusal(node: Node) -> str | None:
    callee = part(node, "function")
    if text(callee) == "import":
        return "dynamic imports are not supported"
    if callee is None or callee.type != "member_expression":
        return None
    arguments = part(node, "arguments")
    count = len(arguments.named_children) if arguments else 0
    owner, method = text(part(callee, "object")), text(part(callee, "property"))
    if owner in _REFUSED_STATICS:
        refused = method in _REFUSED_STATICS[owner]
    else:
        refused = method in _REFUSED_METHODS or (method in _REFUSED_WITHOUT_ARGUMENTS and not count)
    if refused:
        return f"the method {method} is not supported"
    if method in ("apply", "bind", "call"):
        return "the methods apply, bind and call are not supported"
    if method == "sort" and count:
        return "sort does not support arguments"
    return None


def _unknown_names(root: Node) -> Iterator[CodeError]:
    declared = {text(name) for node in walk(root) for name in _declared(node)}
    for node in walk(root):
        name = text(node)
        if node.type not in ("identifier", "shorthand_property_identifier"):
            continue
        if node.parent and node.parent.type in ("export_specifier", "import_specifier"):
            continue
        # It has a refusal of its own.
        if name not in declared | _GLOBALS and name != "Promise":
            yield error(node, f"{name} is not supported: there is no such name")


def _declared(node: Node) -> Iterator[Node]:
    if node.type == "formal_parameters":
        yield from _names(node)
    elif node.type in ("import_specifier", "import_clause", "namespace_import"):
        yield from (child for child in node.named_children if child.type == "identifier")
    elif (name := _DECLARATIONS.get(node.type)) and (declared := part(node, name)):
        yield from _names(declared)


def _names(pattern: Node) -> Iterator[Node]:
    """The names that a pattern binds."""
    if pattern.type in ("identifier", "shorthand_property_identifier_pattern"):
        yield pattern
    elif pattern.type in ("assignment_pattern", "object_assignment_pattern"):
        yield from _names(pattern.named_children[0])
    elif pattern.type == "pair_pattern":
        yield from _names(pattern.named_children[1])
    else:
        for child in pattern.named_children:
            yield from _names(child)


def _exported(root: Node) -> Iterator[str]:
    for statement in root.children:
        if statement.type != "export_statement":
            continue
        for node in walk(statement):
            if node.type in ("function_declaration", "variable_declarator"):
                if node.parent in (statement, part(statement, "declaration")):
                    yield text(part(node, "name"))
            elif node.type == "export_specifier":
                yield text(part(node, "alias") or part(node, "name"))
