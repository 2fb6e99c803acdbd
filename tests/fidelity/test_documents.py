"""Documents that are refused, and the words for it."""

# ruff: noqa: E501 (AppSync's messages in one piece)

from typing import TYPE_CHECKING

import pytest

from tests.fidelity.case import GRAPHQL_JAVA, Case, deployed, each
from tests.local.appsync.deployment import Api, none

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = """
type Query {
  order(id: ID!, status: Status): Order
  find(input: Input, ids: [ID!]): [Order]
  pet: Pet
}
type Mutation { put: Order }
type Subscription { onPut: Order @aws_subscribe(mutations: ["put"]) }
type Order { id: ID! note: String name(short: Boolean): String other: Order }
type Cat { lives: Int }
type Dog { name: String }
union Pet = Cat | Dog
enum Status { PAID }
input Input { name: String! items: [Item!] data: AWSJSON }
input Item { quantity: Int! }
"""
RULES = f"{GRAPHQL_JAVA}/validation/rules".replace("/blob/", "/tree/")
LITERALS = f"{GRAPHQL_JAVA}/validation/ArgumentValidationUtil.java"
HTTP_BEHAVIOUR = "https://github.com/graphql/graphql-over-http/issues/81"


def refused(query: str, *messages: str, source: str = RULES) -> Case:
    """A document that does not fit the schema."""
    return Case(
        name=query,
        source=source,
        query=query,
        errors=tuple(
            {"path": None, "message": f"Validation error of type {message}"} for message in messages
        ),
    )


CASES = [
    Case(
        name="a field that is not there",
        source=HTTP_BEHAVIOUR,
        query="{badfield}",
        errors=(
            {
                "path": None,
                "locations": [{"line": 1, "column": 2, "sourceName": None}],
                "message": "Validation error of type FieldUndefined: "
                "Field 'badfield' in type 'Query' is undefined @ 'badfield'",
            },
        ),
    ),
    refused(
        "{ order { id } }",
        "MissingFieldArgument: Missing field argument id @ 'order'",
        source="https://github.com/aws-amplify/amplify-js/issues/7435",
    ),
    refused(
        "{ order(id: 1, x: 1) { id } }",
        "UnknownArgument: Unknown field argument x @ 'order'",
    ),
    refused(
        "{ order(id: 1) }",
        "SubSelectionRequired: Sub selection required for type Order of field order @ 'order'",
    ),
    refused(
        "{ order(id: 1) { other { name { x } } } }",
        "SubSelectionNotAllowed: Sub selection not allowed on leaf type String of field name"
        " @ 'order/other/name'",
    ),
    refused(
        "query ($a: Int) { order(id: $a) { id } }",
        "VariableTypeMismatch: Variable type 'Int' doesn't match expected type 'ID!' @ 'order'",
    ),
    refused("{ order(id: $a) { id } }", "UndefinedVariable: Undefined variable a @ 'order'"),
    refused("query ($a: Int) { pet { __typename } }", "UnusedVariable: Unused variable a"),
    refused("query ($a: Foo) { order(id: $a) { id } }", "UnknownType: Unknown type Foo"),
    refused(
        "query ($a: Order) { order(id: 1, status: $a) { id } }",
        "NonInputTypeOnVariable: Wrong type for a variable",
        "VariableTypeMismatch: Variable type 'Order' doesn't match expected type 'Status' @ 'order'",
    ),
    refused(
        'query ($a: Int = "x") { order(id: 1) { id @skip(if: false) name } }',
        "BadValueForDefaultArg: Bad default value StringValue{value='x'} for type Int",
        "UnusedVariable: Unused variable a",
    ),
    refused("{ ...f }", "UndefinedFragment: Undefined fragment f"),
    refused(
        "{ pet { __typename } } fragment f on Cat { lives }", "UnusedFragment: Unused fragment f"
    ),
    refused(
        "{ pet { ...f } } fragment f on Cat { lives ...f }",
        "FragmentCycle: Fragment cycles not allowed",
    ),
    refused(
        "{ pet { ...f } } fragment f on Order { id }",
        "InvalidFragmentType: Fragment f cannot be spread here as objects of type Pet can never "
        "be of type Order @ 'pet'",
    ),
    refused(
        "{ pet { ... on Order { id } } }",
        "InvalidFragmentType: Fragment cannot be spread here as objects of type Pet can never be "
        "of type Order @ 'pet'",
    ),
    refused(
        "{ pet { ... on Status { id } } }",
        "InlineFragmentTypeConditionInvalid: Inline fragment type condition is invalid, must be "
        "on Object/Interface/Union @ 'pet'",
    ),
    refused(
        "query a { pet { __typename } } query a { pet { __typename } }",
        "DuplicateOperationName: There can be only one operation named 'a'",
    ),
    refused(
        "{ pet { __typename } } query a { pet { __typename } }",
        "LoneAnonymousOperationViolation: Anonymous operation with other operations.",
    ),
    refused(
        "{ pet { __typename } } type Foo { a: Int }",
        "NonExecutableDefinition: The Foo definition is not executable.",
    ),
    refused("{ pet @foo { __typename } }", "UnknownDirective: Unknown directive foo @ 'pet'"),
    refused(
        "query @skip(if: true) { pet { __typename } }",
        "MisplacedDirective: Directive skip not allowed here",
    ),
    refused(
        "{ pet @skip { __typename } }",
        "MissingDirectiveArgument: Missing directive argument if @ 'pet'",
    ),
    refused(
        "{ pet @skip(if: true, x: 1) { __typename } }",
        "UnknownDirective: Unknown directive argument x @ 'pet'",
    ),
    refused(
        "{ a: pet { __typename } a: order(id: 1) { id } }",
        "FieldsConflict: a: pet and order are different fields @ 'pet'",
    ),
    refused(
        "{ order(id: 1) { id } order(id: 2) { id } }",
        "FieldsConflict: order: they have differing arguments @ 'order'",
    ),
    refused(
        "{ order(id: 1) { a: id a: other { id } } }",
        "FieldsConflict: a: fields have different nullability shapes @ 'order/id'",
    ),
    refused(
        "{ pet { ... on Cat { a: lives } ... on Dog { a: name } } }",
        "FieldsConflict: a: they return differing types Int and String @ 'pet/lives'",
    ),
    refused(
        "{ order(id: 1) { a: note } order(id: 1) { a: name } }",
        "FieldsConflict: order: (a: note and name are different fields) @ 'order'",
    ),
    refused(
        '{ order(id: "1", status: GONE) { id } }',
        "WrongType: argument 'status' with value 'EnumValue{name='GONE'}' is not a valid 'Status'"
        " @ 'order'",
        source=LITERALS,
    ),
    refused(
        "{ order(id: null) { id } }",
        "WrongType: argument 'id' with value 'NullValue{}' must not be null @ 'order'",
        source=LITERALS,
    ),
    refused(
        "{ find(ids: [1, null]) { id } }",
        "WrongType: argument 'ids[1]' with value 'NullValue{}' must not be null @ 'find'",
        source=LITERALS,
    ),
    refused(
        '{ find(input: { name: "a", items: [{ quantity: 1 }, { quantity: "x" }] }) { id } }',
        "WrongType: argument 'input.items[1].quantity' with value 'StringValue{value='x'}' is not "
        "a valid 'Int' @ 'find'",
        source=LITERALS,
    ),
    refused(
        '{ find(input: { name: "a", items: [{ quantity: 2147483648 }] }) { id } }',
        "WrongType: argument 'input.items[0].quantity' with value 'IntValue{value=2147483648}' is "
        "not a valid 'Int' @ 'find'",
        source=LITERALS,
    ),
    refused(
        '{ find(input: { name: "a", items: [{ quantity: 1, x: 2 }] }) { id } }',
        "WrongType: argument 'input.items[0]' with value 'ObjectValue{objectFields=["
        "ObjectField{name='quantity', value=IntValue{value=1}}, "
        "ObjectField{name='x', value=IntValue{value=2}}]}' contains a field not in 'Item': 'x'"
        " @ 'find'",
        source=LITERALS,
    ),
    refused(
        "{ find(input: {}) { id } }",
        "WrongType: argument 'input' with value 'ObjectValue{objectFields=[]}' is missing required "
        "fields '[name]' @ 'find'",
        source=LITERALS,
    ),
    refused(
        "{ find(input: 5) { id } }",
        "WrongType: argument 'input' with value 'IntValue{value=5}' must be an object type @ 'find'",
        source=LITERALS,
    ),
    refused(
        '{ find(input: { name: "a", data: { upvotes: 10 } }) { id } }',
        "WrongType: argument 'input.data' with value 'ObjectValue{objectFields=[ObjectField{"
        "name='upvotes', value=IntValue{value=10}}]}' is not a valid 'AWSJSON' @ 'find'",
        source="https://github.com/awslabs/aws-mobile-appsync-sdk-js/issues/554",
    ),
    refused(
        "subscription { onPut { id } again: onPut { id } }",
        "SubscriptionMultipleRootFields: Anonymous Subscription must have exactly one root field"
        " @ 'onPut'",
    ),
    refused(
        "{ order { x } }",
        "MissingFieldArgument: Missing field argument id @ 'order'",
        "FieldUndefined: Field 'x' in type 'Order' is undefined @ 'order/x'",
    ),
]


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    return deployed(appsync, SDL, {"Query.order": none("({ id: ctx.args.id })")})


@each(CASES)
def test_a_document(api: Api, case: Case) -> None:
    case.check(api)
