"""Builds a GraphQL schema from SDL, and refuses what AppSync would refuse.

https://docs.aws.amazon.com/appsync/latest/devguide/designing-a-graphql-schema.html
"""

from pathlib import Path
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLSchema,
    build_ast_schema,
    parse,
    validate_schema,
)
from graphql.execution.values import get_argument_values, get_directive_values
from graphql.language import (
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeSystemExtensionNode,
    Visitor,
    visit,
)
from graphql.validation.validate import validate_sdl

from local.appsync.documents.places import places
from local.appsync.documents.scalars import SCALARS

# For clients' tools too, which know AppSync's own definitions no better.
PRELUDE = (Path(__file__).parents[3] / "graphql" / "appsync.graphql").read_text()
_PRELUDE_DEFINITIONS = parse(PRELUDE, no_location=True).definitions


class SchemaRefused(Exception):
    """AppSync would not take this schema; the message names what and, where known, the line."""


def _describe(error: GraphQLError) -> str:
    for line, column in places(error):
        return f"{error.message} (line {line}, column {column})"
    return error.message


def build_schema(sdl: str) -> GraphQLSchema:
    """The schema, with AppSync's scalars and directives predefined.

    Raises:
        SchemaRefused: its syntax, a type, a directive or an argument is wrong, or it has no Query.
    """
    try:
        document = parse(sdl)
    except GraphQLError as error:
        raise SchemaRefused(_describe(error)) from error
    _check_definitions(document)
    whole = DocumentNode(definitions=_PRELUDE_DEFINITIONS + document.definitions)
    if errors := validate_sdl(whole):
        raise SchemaRefused("\n".join(map(_describe, errors)))
    schema = build_ast_schema(whole, assume_valid_sdl=True)
    if schema.query_type is None:
        raise SchemaRefused("There is no top level schema object: the schema has no Query type.")
    if errors := validate_schema(schema):
        raise SchemaRefused("\n".join(map(_describe, errors)))
    for scalar in SCALARS.values():
        built = schema.type_map[scalar.name]
        for behaviour in ("serialize", "parse_value", "parse_literal"):
            setattr(built, behaviour, getattr(scalar, behaviour))
    visit(document, _DirectiveArguments(schema))
    _check_subscriptions(schema)
    return schema


# What AppSync's parser, which is older than these parts of the language, says of them:
# https://github.com/aws/aws-appsync-community/issues/387
_NOT_PARSED = "Failed to parse schema document - ensure it's a valid SDL-formatted document."
# https://github.com/awslabs/graphql-schema-utilities/issues/25
_DIRECTIVES = "Directive definitions are not supported."


def _check_definitions(document: DocumentNode) -> None:
    """AppSync does not have all of the schema language.

    https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html
    """
    for node in document.definitions:
        reason = None
        if isinstance(node, DirectiveDefinitionNode):
            reason = _DIRECTIVES
        elif isinstance(node, ScalarTypeDefinitionNode):
            reason = f"Custom scalars are not supported: {node.name.value}."
        elif isinstance(node, ObjectTypeDefinitionNode) and node.name.value.startswith("AWS"):
            reason = f"The prefix AWS is reserved: {node.name.value}."
        elif isinstance(node, TypeSystemExtensionNode) or (
            isinstance(node, InterfaceTypeDefinitionNode) and node.interfaces
        ):
            reason = _NOT_PARSED
        if reason:
            raise SchemaRefused(_describe(GraphQLError(reason, node)))


class _DirectiveArguments(Visitor):
    """The rules for SDL leave the values of directives' arguments unchecked."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self._schema = schema

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        directive = self._schema.get_directive(node.name.value)
        assert directive is not None
        try:
            get_argument_values(directive, node)
        except GraphQLError as error:
            raise SchemaRefused(_describe(error)) from error


def subscribed_mutations(schema: GraphQLSchema) -> dict[str, list[str]]:
    """The mutations that each subscription field names in `@aws_subscribe`."""
    directive = schema.get_directive("aws_subscribe")
    assert directive is not None
    mutations: dict[str, list[str]] = {}
    if schema.subscription_type:
        for name, field in schema.subscription_type.fields.items():
            assert field.ast_node is not None
            if values := get_directive_values(directive, field.ast_node):
                mutations[name] = values["mutations"]
    return mutations


def _check_subscriptions(schema: GraphQLSchema) -> None:
    """`@aws_subscribe` names mutations that exist, and whose type is the subscription's.

    https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-data.html
    """
    known: dict[str, Any] = schema.mutation_type.fields if schema.mutation_type else {}
    for name, mutations in subscribed_mutations(schema).items():
        assert schema.subscription_type is not None
        kind = _nullable(schema.subscription_type.fields[name])
        for mutation in mutations:
            if mutation not in known:
                raise SchemaRefused(
                    f"Subscription.{name} subscribes to the mutation {mutation}, "
                    "which the schema does not have."
                )
            if (other := _nullable(known[mutation])) != kind:
                raise SchemaRefused(
                    f"Subscription.{name} is of type {kind}, and the mutation {mutation}, "
                    f"to which it subscribes, of type {other}."
                )


def _nullable(field: Any) -> str:
    """The field's type as SDL spells it, whether or not it may be null."""
    return str(field.type).removesuffix("!")
