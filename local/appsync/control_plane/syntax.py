"""Reads the syntax tree of a resolver's code."""

from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_javascript.language()))
FUNCTIONS = {
    "function_declaration", "generator_function_declaration", "function_expression",
    "arrow_function", "method_definition",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CodeError:
    """One refusal; line and column count from 1."""

    message: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.message} (line {self.line}, column {self.column})"


def parse(code: str) -> Node:
    """The root of the code's syntax tree."""
    return _PARSER.parse(code.encode()).root_node


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in node.children:
        yield from walk(child)


def text(node: Node | None) -> str:
    return node.text.decode() if node and node.text else ""


def part(node: Node, *path: str) -> Node | None:
    """The node that is reached by these fields."""
    found: Node | None = node
    for name in path:
        found = found and found.child_by_field_name(name)
    return found


def error(node: Node, message: str) -> CodeError:
    line, column = node.start_point
    return CodeError(message=message, line=line + 1, column=column + 1)


def enclosing(node: Node) -> Iterator[Node]:
    """The functions around a node, the nearest first."""
    parent = node.parent
    while parent is not None:
        if parent.type in FUNCTIONS:
            yield parent
        parent = parent.parent


def member_path(node: Node) -> str:
    """`util.time.nowISO8601` of an expression that is no more than that; empty of another."""
    if node.type == "identifier":
        return text(node)
    if node.type != "member_expression":
        return ""
    path = member_path(node.named_children[0])
    return f"{path}.{text(part(node, 'property'))}" if path else ""
