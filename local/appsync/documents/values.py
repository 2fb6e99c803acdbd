"""Variables and arguments, coerced as graphql-java does it.

https://github.com/graphql-java/graphql-java/blob/v12.0/src/main/java/graphql/execution/ValuesResolver.java
"""

from collections.abc import Mapping
from typing import Any, cast

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    type_from_ast,
)

from local.appsync.documents.coercion import CoercionRefused, java_type, parse_value
from local.appsync.documents.places import locations


class VariablesRefused(Exception):
    """A variable does not fit its type.

    Args:
        error: in AppSync's shape. There is never more than one.
    """

    def __init__(self, definition: VariableDefinitionNode, message: str) -> None:
        super().__init__(message)
        where = locations(GraphQLError("", definition))
        self.error = {"path": None, "locations": where, "message": message}


def coerce_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, sent: Mapping[str, Any]
) -> dict[str, Any]:
    """The operation's variables as resolvers see them; those that are absent have no default.

    Raises:
        VariablesRefused: one does not fit its type.
    """
    values: dict[str, Any] = {}
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        expected: Any = type_from_ast(schema, definition.type)
        value = sent.get(name)
        if value is None and definition.default_value is not None:
            values[name] = literal_value(definition.default_value, expected, {})
        elif name in sent or isinstance(expected, GraphQLNonNull):
            values[name] = _coerce(definition, name, expected, value)
    return values


def _coerce(definition: VariableDefinitionNode, name: str, expected: Any, value: Any) -> Any:
    """A value of a type, for what is called by the name: the variable, or a field of an input."""
    if isinstance(expected, GraphQLNonNull):
        if value is None:
            # AppSync names the variable, whatever field of it is null:
            # https://github.com/aws/aws-appsync-community/issues/406
            variable = definition.variable.name.value
            message = f"Variable '{variable}' has coerced Null value for NonNull type '{expected}'"
            raise VariablesRefused(definition, message)
        return _coerce(definition, name, expected.of_type, value)
    if value is None:
        return None
    if isinstance(expected, GraphQLList):
        items: list[Any] = value if isinstance(value, list) else [value]
        return [_coerce(definition, name, expected.of_type, item) for item in items]
    try:
        if not isinstance(expected, GraphQLInputObjectType):
            return parse_value(expected, value)
        if not isinstance(value, dict):
            raise CoercionRefused(
                f"Expected type 'Map' but was '{java_type(value)}'. "
                "Variables for input objects must be an instance of type 'Map'."
            )
    except CoercionRefused as refusal:
        message = f"Variable '{name}' has an invalid value. {refusal}"
        raise VariablesRefused(definition, message) from refusal
    return _coerce_object(definition, expected, cast("dict[str, Any]", value))


def _coerce_object(
    definition: VariableDefinitionNode, expected: GraphQLInputObjectType, value: dict[str, Any]
) -> dict[str, Any]:
    for name in value:
        if name not in expected.fields:
            message = (
                f"The variables input contains a field name '{name}' that is not defined for "
                f"input object type '{expected.name}' "
            )
            raise VariablesRefused(definition, message)
    coerced: dict[str, Any] = {}
    for name, field in expected.fields.items():
        has_default = field.default_value is not Undefined
        if name not in value and has_default:
            coerced[name] = field.default_value
        elif name in value or isinstance(field.type, GraphQLNonNull):
            item = value.get(name)
            if item is None and has_default:
                item = field.default_value
            coerced[name] = _coerce(definition, name, field.type, item)
    return coerced


def argument_values(
    definition: GraphQLField, node: FieldNode, variables: Mapping[str, Any]
) -> dict[str, Any]:
    """A field's arguments, of a document that has been validated.

    One that is given by a variable that is absent is null:
    https://github.com/aws/aws-appsync-community/issues/348
    """
    given = {argument.name.value: argument.value for argument in node.arguments}
    absent = absent_arguments(node, variables)
    values: dict[str, Any] = {}
    for name, argument in definition.args.items():
        value = given.get(name)
        if (value is None or name in absent) and argument.default_value is not Undefined:
            values[name] = argument.default_value
        elif value is not None:
            values[name] = literal_value(value, argument.type, variables)
    return values


def absent_arguments(node: FieldNode, variables: Mapping[str, Any]) -> set[str]:
    """The arguments that are given by a variable that is absent."""
    return {
        argument.name.value
        for argument in node.arguments
        if isinstance(argument.value, VariableNode) and argument.value.name.value not in variables
    }


def literal_value(node: ValueNode, expected: Any, variables: Mapping[str, Any]) -> Any:
    """The value of a literal that has been validated; a variable that is absent is null."""
    if isinstance(expected, GraphQLNonNull):
        expected = expected.of_type
    if isinstance(node, VariableNode):
        return variables.get(node.name.value)
    if isinstance(node, NullValueNode):
        return None
    if isinstance(expected, GraphQLList):
        items = node.values if isinstance(node, ListValueNode) else (node,)
        return [literal_value(item, expected.of_type, variables) for item in items]
    if not isinstance(expected, GraphQLInputObjectType):
        return expected.parse_literal(node, dict(variables))
    assert isinstance(node, ObjectValueNode)
    fields = {field.name.value: field.value for field in node.fields}
    record: dict[str, Any] = {}
    for name, field in expected.fields.items():
        value = fields.get(name)
        absent = isinstance(value, VariableNode) and value.name.value not in variables
        if value is not None and not absent:
            record[name] = literal_value(value, field.type, variables)
        elif field.default_value is not Undefined:
            record[name] = field.default_value
    return record
