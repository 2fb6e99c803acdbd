"""Literals that do not fit their arguments, one error an argument, in graphql-java's words.

https://github.com/graphql-java/graphql-java/blob/v12.0/src/main/java/graphql/validation/ValidationUtil.java
"""

from dataclasses import dataclass
from typing import Any

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    IntValueNode,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValidationRule,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    is_leaf_type,
    is_required_input_field,
)


class Invalid(GraphQLError):
    """A validation error whose message is graphql-java's already.

    Args:
        kind: such as `WrongType`.
    """

    def __init__(self, kind: str, message: str, node: Node) -> None:
        super().__init__(message, node)
        self.kind = kind


@dataclass(frozen=True)
class _Misfit:
    """Where a literal is wrong (`.items[0].name`), what is there, and what is wrong with it."""

    path: str
    node: ValueNode
    reason: str


class LiteralsOfCorrectType(ValidationRule):
    """Arguments, of fields and of directives, and variables' defaults."""

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        argument = self.context.get_argument()
        if argument and (misfit := _misfit(node.value, argument.type)):
            name = f"{node.name.value}{misfit.path}"
            message = f"argument '{name}' with value '{literal_text(misfit.node)}' {misfit.reason}"
            self.report_error(Invalid("WrongType", message, node))

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
        expected = self.context.get_input_type()
        default = node.default_value
        if default is not None and expected is not None and _misfit(default, expected):
            message = f"Bad default value {literal_text(default)} for type {expected}"
            self.report_error(Invalid("BadValueForDefaultArg", message, node))


def _misfit(node: ValueNode, expected: Any) -> _Misfit | None:
    """The first thing that is wrong with a literal."""
    if isinstance(node, NullValueNode):
        return _Misfit("", node, "must not be null") if _is_required(expected) else None
    if isinstance(node, VariableNode):
        return None
    if isinstance(expected, GraphQLNonNull):
        expected = expected.of_type
    if isinstance(expected, GraphQLList):
        return _misfit_in_list(node, expected)
    if is_leaf_type(expected):
        try:
            expected.parse_literal(node)
        except Exception:
            # Whatever it is: a scalar's own words are not part of the answer.
            return _Misfit("", node, f"is not a valid '{expected.name}'")
        return None
    assert isinstance(expected, GraphQLInputObjectType)
    return _misfit_in_object(node, expected)


def _is_required(expected: Any) -> bool:
    return isinstance(expected, GraphQLNonNull)


def _misfit_in_list(node: ValueNode, expected: Any) -> _Misfit | None:
    if not isinstance(node, ListValueNode):
        return _misfit(node, expected.of_type)
    for index, item in enumerate(node.values):
        if misfit := _misfit(item, expected.of_type):
            return _Misfit(f"[{index}]{misfit.path}", misfit.node, misfit.reason)
    return None


def _misfit_in_object(node: ValueNode, expected: GraphQLInputObjectType) -> _Misfit | None:
    if not isinstance(node, ObjectValueNode):
        return _Misfit("", node, "must be an object type")
    given = {field.name.value for field in node.fields}
    missing = [
        name
        for name, field in expected.fields.items()
        if is_required_input_field(field) and name not in given
    ]
    if missing:
        return _Misfit("", node, f"is missing required fields '[{', '.join(missing)}]'")
    for field in node.fields:
        name = field.name.value
        if name not in expected.fields:
            reason = f"contains a field not in '{expected.name}': '{name}'"
            return _Misfit("", node, reason)
        if misfit := _misfit(field.value, expected.fields[name].type):
            return _Misfit(f".{name}{misfit.path}", misfit.node, misfit.reason)
    return None


def literal_text(node: ValueNode) -> str:
    """A literal as graphql-java prints its syntax tree."""
    kind = type(node).__name__.removesuffix("Node")
    match node:
        case StringValueNode():
            return f"{kind}{{value='{node.value}'}}"
        case EnumValueNode():
            return f"{kind}{{name='{node.value}'}}"
        case IntValueNode() | FloatValueNode():
            return f"{kind}{{value={node.value}}}"
        case BooleanValueNode():
            return f"{kind}{{value={str(node.value).lower()}}}"
        case NullValueNode():
            return f"{kind}{{}}"
        case VariableNode():
            return f"VariableReference{{name='{node.name.value}'}}"
        case ListValueNode():
            return f"ArrayValue{{values=[{', '.join(map(literal_text, node.values))}]}}"
        case ObjectValueNode():
            fields = ", ".join(
                f"ObjectField{{name='{each.name.value}', value={literal_text(each.value)}}}"
                for each in node.fields
            )
            return f"{kind}{{objectFields=[{fields}]}}"
        case _:
            raise AssertionError(kind)
