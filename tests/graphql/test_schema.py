"""The API's contract: every operation, argument, field and whether it may be null."""

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_specified_scalar_type,
    print_ast,
    validate_schema,
)

from infra.order_api import PIPELINES

GRAPHQL = Path(__file__).parents[2] / "graphql"
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
    "deletedAt": "AWSDateTime",
}
PAGE = {"status": "OrderStatus", "limit": "Int", "nextToken": "String"}
OPERATIONS = {
    ("Query", "getOrder"): ({"id": "ID!"}, "Order"),
    ("Query", "listOrders"): (PAGE, "OrderConnection!"),
    ("Query", "listRestaurantOrders"): ({"restaurantId": "String!", **PAGE}, "OrderConnection!"),
    ("Mutation", "placeOrder"): ({"input": "PlaceOrderInput!"}, "Order!"),
    ("Mutation", "updateOrder"): ({"input": "UpdateOrderInput!"}, "Order!"),
    ("Mutation", "retryPayment"): ({"id": "ID!"}, "Order!"),
    ("Mutation", "deleteOrder"): ({"id": "ID!"}, "Order!"),
    ("Mutation", "publishOrderUpdate"): ({"order": "OrderUpdateInput!"}, "Order"),
    ("Subscription", "onOrderUpdated"): ({"customerId": "ID!", "id": "ID"}, "Order"),
}
# What opens a field or a type to others than the pool's customers, or closes it to some.
DIRECTIVES = {
    ("Query", "listRestaurantOrders"): ['@aws_cognito_user_pools(cognito_groups: ["staff"])'],
    ("Mutation", "publishOrderUpdate"): ["@aws_iam"],
    ("Subscription", "onOrderUpdated"): ['@aws_subscribe(mutations: ["publishOrderUpdate"])'],
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    files = ("appsync.graphql", "schema.graphql")
    return build_schema("".join((GRAPHQL / file).read_text() for file in files))


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


def root_fields(schema: GraphQLSchema, name: str) -> dict[str, GraphQLField]:
    root = schema.type_map[name]
    assert isinstance(root, GraphQLObjectType)
    return root.fields


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
        (
            "UpdateOrderInput",
            {
                "id": "ID!",
                "version": "Int!",
                "name": "String",
                "quantity": "Int",
                "addOns": "[String!]",
            },
        ),
        # All that is known of an order can be published.
        ("OrderUpdateInput", ORDER),
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
        if not name.startswith(("__", "AWS")) and not is_specified_scalar_type(of)
    }
    assert own == {
        "Query",
        "Mutation",
        "Order",
        "OrderConnection",
        "OrderStatus",
        "Subscription",
        "OrderUpdateInput",
        "PlaceOrderInput",
        "UpdateOrderInput",
    }


def test_every_operation_has_its_resolver_and_every_resolver_its_operation(
    schema: GraphQLSchema,
) -> None:
    resolvers = {file.stem for file in (GRAPHQL / "resolvers").iterdir()}

    assert resolvers == {name for _, name in operations(schema)}


def test_every_function_is_a_step_of_a_field() -> None:
    functions = {file.stem for file in (GRAPHQL / "functions").iterdir()}

    assert functions == {step for steps in PIPELINES.values() for step in steps}


def test_no_customer_can_say_whose_order_it_is(schema: GraphQLSchema) -> None:
    inputs = [each for each in schema.type_map.values() if isinstance(each, GraphQLInputObjectType)]

    assert [each.name for each in inputs if "customerId" in each.fields] == ["OrderUpdateInput"]
    taking = {
        name
        for (_, name), (arguments, _) in operations(schema).items()
        if {"customerId", "order"} & set(arguments)
    }
    # The one is for IAM alone, the other refuses every customer but the caller.
    assert taking == {"publishOrderUpdate", "onOrderUpdated"}


def test_each_operation_has_exactly_its_directives(schema: GraphQLSchema) -> None:
    found = {
        (of, name): [print_ast(directive) for directive in node.directives]
        for of, name in operations(schema)
        if (node := root_fields(schema, of)[name].ast_node)
    }

    assert found == {operation: DIRECTIVES.get(operation, []) for operation in OPERATIONS}


def test_an_order_is_for_customers_and_for_whoever_publishes_it(schema: GraphQLSchema) -> None:
    directives = {
        name: {each.name.value for each in of.ast_node.directives}
        for name, of in schema.type_map.items()
        if isinstance(of, GraphQLObjectType) and of.ast_node
    }

    assert {name: found for name, found in directives.items() if found} == {
        "Order": {"aws_iam", "aws_cognito_user_pools"}
    }
    order = schema.type_map["Order"]
    assert isinstance(order, GraphQLObjectType)
    assert all(not each.ast_node.directives for each in order.fields.values() if each.ast_node)


def test_every_operation_is_described(schema: GraphQLSchema) -> None:
    for of, name in operations(schema):
        assert root_fields(schema, of)[name].description
