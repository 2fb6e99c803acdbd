"""Two GraphQL schemas compared, for those who use them."""

from collections.abc import Iterator

from graphql import (
    DirectiveNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
    print_ast,
)

from local.engine.program import ROOT

# What AppSync adds to every schema.
PRELUDE = (ROOT / "graphql" / "appsync.graphql").read_text()


def breaking_changes(before: str, after: str) -> list[str]:
    """What of a schema in SDL breaks its clients, such as `FIELD_REMOVED Order.id was removed.`

    Raises:
        GraphQLError: one of them is no schema.
    """
    return [
        f"{change.type.name} {change.description}"
        for change in find_breaking_changes(_schema(before), _schema(after))
    ]


def dangerous_changes(before: str, after: str) -> list[str]:
    """What may surprise clients that were written for the schema before, told likewise."""
    return [
        f"{change.type.name} {change.description}"
        for change in find_dangerous_changes(_schema(before), _schema(after))
    ]


def definitions(sdl: str) -> set[str]:
    """Every field, value and directive, each at its place.

    Such as `Query.getOrder(id: ID!): Order` and `Mutation.publishOrderUpdate @aws_iam`.
    """
    schema, known = _schema(sdl), _schema("type Query { none: Int }").type_map
    return {
        definition
        for name, named in schema.type_map.items()
        if name not in known or name == "Query"
        for definition in _of(named)
    }


def _of(named: GraphQLNamedType) -> Iterator[str]:
    yield from _directives(named.name, named.ast_node.directives if named.ast_node else ())
    if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in named.fields.items():
            arguments = ", ".join(f"{each}: {given.type}" for each, given in field.args.items())
            yield f"{named.name}.{name}{f'({arguments})' if arguments else ''}: {field.type}"
            yield from _of_field(f"{named.name}.{name}", field)
    elif isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield f"{named.name}.{name}: {field.type}"
            yield from _of_field(f"{named.name}.{name}", field)
    elif isinstance(named, GraphQLEnumType):
        yield from (f"{named.name}.{value}" for value in named.values)
    else:
        yield named.name


def _of_field(place: str, field: GraphQLField | GraphQLInputField) -> Iterator[str]:
    yield from _directives(place, field.ast_node.directives if field.ast_node else ())


def _directives(place: str, directives: tuple[DirectiveNode, ...]) -> Iterator[str]:
    yield from (f"{place} {print_ast(each)}" for each in directives)


def _schema(sdl: str) -> GraphQLSchema:
    return build_schema(f"{PRELUDE}\n{sdl}", assume_valid_sdl=True)
