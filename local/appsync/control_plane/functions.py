"""Refuses what APPSYNC_JS does not support of functions.

They are called by their names, or handed to methods of arrays: never handed on otherwise, and no
function calls itself, by whatever way.
https://docs.aws.amazon.com/appsync/latest/devguide/supported-features.html
"""

from collections.abc import Iterator

from tree_sitter import Node

from local.appsync.control_plane.syntax import CodeError, enclosing, error, part, text, walk

_VALUES = {"function_expression", "arrow_function"}
_TAKE_FUNCTIONS = {
    "map", "find", "filter", "findIndex", "findLast", "findLastIndex", "forEach", "reduce",
    "reduceRight", "every", "some", "flatMap",
}  # fmt: skip
_HANDLERS = ("request", "response")
_PASSED = "functions cannot be passed as an argument"
_RETURNED = "functions cannot be returned"
_REASSIGNED = "functions cannot be assigned anew"


def function_errors(root: Node) -> Iterator[CodeError]:
    """All that is wrong with functions in a code."""
    named = {
        text(part(node, "name")): body
        for node in walk(root)
        if (body := _function_of(node)) is not None
    }
    calls = {name: _called(body, named) for name, body in named.items()}
    for node in walk(root):
        if reason := _refusal(node, named):
            yield error(node, reason)
        elif node.type == "call_expression":
            callee = text(part(node, "function"))
            around = {function.id for function in enclosing(node)}
            if callee in named and any(
                named[name].id in around for name in _reached(callee, calls)
            ):
                yield error(node, f"recursive function calls are not supported: {callee}")
    for handler in _HANDLERS:
        if handler in named:
            yield from _context_errors(named[handler])


def _function_of(node: Node) -> Node | None:
    """The function that a declaration names."""
    if node.type == "function_declaration":
        return node
    value = part(node, "value") if node.type == "variable_declarator" else None
    return value if value and value.type in _VALUES else None


def _called(function: Node, named: dict[str, Node]) -> set[str]:
    return {
        name
        for node in walk(function)
        if node.type == "call_expression" and (name := text(part(node, "function"))) in named
    }


def _reached(name: str, calls: dict[str, set[str]]) -> set[str]:
    """The functions that run when one is called."""
    reached, new = set[str](), {name}
    while new:
        reached |= new
        new = {called for each in new for called in calls[each]} - reached
    return reached


def _refusal(node: Node, named: dict[str, Node]) -> str | None:
    def is_function(value: Node | None) -> bool:
        return value is not None and (
            value.type in _VALUES or (value.type == "identifier" and text(value) in named)
        )

    match node.type:
        case "call_expression":
            arguments, callee = part(node, "arguments"), part(node, "function")
            takes = (
                callee is not None
                and callee.type == "member_expression"
                and text(part(callee, "property")) in _TAKE_FUNCTIONS
            )
            if not takes and arguments and any(map(is_function, arguments.named_children)):
                return _PASSED
        case "return_statement":
            if any(map(is_function, node.named_children)):
                return _RETURNED
        case "arrow_function":
            if is_function(part(node, "body")):
                return _RETURNED
        case "variable_declarator":
            value = part(node, "value")
            if value is not None and value.type == "identifier" and is_function(value):
                return _REASSIGNED
        case "assignment_expression":
            if is_function(part(node, "right")):
                return _REASSIGNED
        case _:
            pass
    return None


def _context_errors(handler: Node) -> Iterator[CodeError]:
    """`ctx` and its members stay what they are; what they hold may be changed."""
    parameters = part(handler, "parameters")
    first = part(handler, "parameter") or (
        parameters.named_children[0] if parameters and parameters.named_children else None
    )
    if first is None or first.type != "identifier":
        return
    context = text(first)
    for node in walk(handler):
        match node.type:
            case "assignment_expression" | "augmented_assignment_expression" | "for_in_statement":
                target = part(node, "left")
            case "unary_expression" if text(part(node, "operator")) == "delete":
                target = part(node, "argument")
            case _:
                continue
        if target is None or any(child.type == "const" for child in node.children):
            continue
        is_member = target.type in ("member_expression", "subscript_expression")
        if context in (text(target), text(part(target, "object")) if is_member else None):
            yield error(node, f"{text(target)} is readonly and cannot be assigned anew")
