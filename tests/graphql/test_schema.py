"""The API's contract: every operation, argument, field and whether it may be null."""

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_specified_scalar_type,
    validate_schema,
)

GRAPHQL = Path(__file__).parents[2] / "graphql"
# What AppSync adds to every schema, as far as this one uses it.
APPSYNC = "scalar AWSDateTime\n"

ORDER = {
    "id": "ID!",
    "customerId": "ID!",
    "name": "String!",
    "quantity": "Int!",
    "restaurantId": "String!",
    "addOns": "[String!]!",
    "status": "OrderStatus!",
    "statusReason": "String",
    "placedAt": "AWSDateTime!",
    "updatedAt": "AWSDateTime!",
    "version": "Int!",
}
OPERATIONS = {
    ("Query", "getOrder"): ({"id": "ID!"}, "Order"),
    ("Query", "listOrders"): (
        {"status": "OrderStatus", "limit": "Int", "nextToken": "String"},
        "OrderConnection!",
    ),
    ("Mutation", "placeOrder"): ({"input": "PlaceOrderInput!"}, "Order!"),
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(APPSYNC + (GRAPHQL / "schema.graphql").read_text())


def operations(schema: GraphQLSchema) -> dict[tuple[str, str], tuple[dict[str, str], str]]:
    """Type and name of each operation, with the types of its arguments and its result."""
    roots = [schema.query_type, schema.mutation_type, schema.subscription_type]
    return {
        (root.name, name): (
            {argument: str(of.type) for argument, of in field.args.items()},
            str(field.type),
        )
        for root in roots
        if root
        for name, field in root.fields.items()
    }


def fields(schema: GraphQLSchema, name: str) -> dict[str, str]:
    of = schema.type_map[name]
    assert isinstance(of, GraphQLObjectType | GraphQLInputObjectType)
    return {field: str(each.type) for field, each in of.fields.items()}


def test_the_schema_is_valid(schema: GraphQLSchema) -> None:
    assert validate_schema(schema) == []


def test_the_operations_are_exactly_the_documented_ones(schema: GraphQLSchema) -> None:
    assert operations(schema) == OPERATIONS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Order", ORDER),
        ("OrderConnection", {"items": "[Order!]!", "nextToken": "String"}),
        (
            "PlaceOrderInput",
            {
                "name": "String!",
                "quantity": "Int!",
                "restaurantId": "String!",
                "addOns": "[String!]",
                "clientRequestToken": "ID",
            },
        ),
    ],
)
def test_a_type_has_exactly_the_documented_fields(
    schema: GraphQLSchema, name: str, expected: dict[str, str]
) -> None:
    assert fields(schema, name) == expected


def test_an_order_s_statuses_are_the_documented_ones(schema: GraphQLSchema) -> None:
    statuses = schema.type_map["OrderStatus"]
    assert isinstance(statuses, GraphQLEnumType)
    assert set(statuses.values) == {"PENDING", "PAID", "PAYMENT_FAILED"}


def test_there_are_no_other_types(schema: GraphQLSchema) -> None:
    own = {
        name
        for name, of in schema.type_map.items()
        if not name.startswith("__") and not is_specified_scalar_type(of)
    }
    assert own == {
        "Query",
        "Mutation",
        "Order",
        "OrderConnection",
        "OrderStatus",
        "PlaceOrderInput",
        "AWSDateTime",
    }


def test_every_operation_has_its_resolver_and_every_resolver_its_operation(
    schema: GraphQLSchema,
) -> None:
    resolvers = {file.stem for file in (GRAPHQL / "resolvers").iterdir()}

    assert resolvers == {name for _, name in operations(schema)}


def test_no_caller_can_say_whose_order_it_is(schema: GraphQLSchema) -> None:
    inputs = [each for each in schema.type_map.values() if isinstance(each, GraphQLInputObjectType)]

    assert all("customerId" not in each.fields for each in inputs)
    assert all("customerId" not in arguments for arguments, _ in operations(schema).values())


def test_every_operation_is_described(schema: GraphQLSchema) -> None:
    for of, name in operations(schema):
        root = schema.type_map[of]
        assert isinstance(root, GraphQLObjectType)
        assert root.fields[name].description
