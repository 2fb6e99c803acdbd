"""What becomes of a resolver's value: coercions, nulls, and the words where there is an error."""

# ruff: noqa: E501 (AppSync's messages in one piece)

from typing import TYPE_CHECKING, Any

import pytest

from tests.fidelity.case import GRAPHQL_JAVA, Case, deployed, each
from tests.local.appsync.deployment import Api, none, unit

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = """
type Query {
  int(value: AWSJSON): Int
  float(value: AWSJSON): Float
  string(value: AWSJSON): String
  boolean(value: AWSJSON): Boolean
  id(value: AWSJSON): ID
  status(value: AWSJSON): Status
  ints(value: AWSJSON): [Int]
  table(value: AWSJSON): [[Int]]
  item(value: AWSJSON): Item
  items(value: AWSJSON): [Item!]
  maybeItems(value: AWSJSON): [Item]
  strictItem(value: AWSJSON): Item!
  connection(value: AWSJSON): Connection
  pet(value: AWSJSON): Pet
  named(value: AWSJSON): Named
}
enum Status { PAID PENDING }
type Item implements Named { id: ID! name: String! note: String tags: [String!] }
type Connection { items: [Item!]! nextToken: String }
type Cat { name: String lives: Int! }
type Dog { name: String }
union Pet = Cat | Dog
interface Named { name: String! }
"""
FIELDS = [line.split("(")[0].strip() for line in SDL.splitlines() if "(value: AWSJSON)" in line]

SCALARS = f"{GRAPHQL_JAVA}/Scalars.java"
ENUMS = f"{GRAPHQL_JAVA}/schema/GraphQLEnumType.java"
EXECUTION = f"{GRAPHQL_JAVA}/execution/ExecutionStrategy.java"
LISTS = (
    "https://docs.aws.amazon.com/appsync/latest/devguide/troubleshooting-and-common-mistakes.html"
)
TEXT_AS_BOOLEAN = "https://github.com/localstack/localstack/issues/10257"
EACH_NULL = "https://github.com/aws/aws-appsync-community/issues/191"
NULL_IN_LIST = "https://github.com/aws-amplify/amplify-flutter/issues/2137"
LIST_PATH = "https://github.com/aws-amplify/amplify-studio/issues/81"
SERIALIZE = "https://github.com/aws-amplify/amplify-js/issues/5963"


def holds(kind: str, returns: Any, answered: Any, source: str = SCALARS) -> Case:
    """A value that a type can hold."""
    return Case(
        name=f"{kind} of {returns!r}",
        source=source,
        query=f"query ($returns: AWSJSON) {{ {kind}(value: $returns) }}",
        returns=returns,
        data={kind: answered},
    )


def refuses(kind: str, returns: Any, reason: str, source: str = SCALARS) -> Case:
    """A value that a type cannot hold: null, and an error."""
    return Case(
        name=f"{kind} of {returns!r}",
        source=source,
        query=f"query ($returns: AWSJSON) {{ {kind}(value: $returns) }}",
        returns=returns,
        data={kind: None},
        errors=(
            {
                "path": [kind],
                "locations": None,
                "message": f"Can't serialize value (/{kind}) : {reason}",
            },
        ),
    )


def no(kind: str, java: str) -> str:
    return f"Expected type '{kind}' but was '{java}'."


def null(path: list[Any], text: str, kind: str, parent: str) -> dict[str, Any]:
    """The error of a null where none may be."""
    return {
        "path": path,
        "locations": None,
        "message": f"Cannot return null for non-nullable type: '{kind}' "
        f"within parent '{parent}' ({text})",
    }


CASES = [
    holds("int", 2147483647, 2147483647),
    holds("int", -2147483648, -2147483648),
    holds("int", 3.0, 3),
    holds("int", "42", 42),
    holds("int", "4.0", 4),
    holds("int", "1e2", 100),
    holds("int", None, None),
    refuses("int", 2147483648, no("Int", "Long")),
    refuses("int", -2147483649, no("Int", "Long")),
    refuses("int", 2**63, no("Int", "BigInteger")),
    refuses("int", 1.5, no("Int", "Double")),
    refuses("int", "x", no("Int", "String")),
    refuses("int", "", no("Int", "String")),
    refuses("int", "4.5", no("Int", "String")),
    refuses("int", "1e999999999", no("Int", "String")),
    refuses("int", True, no("Int", "Boolean")),
    refuses("int", [1], no("Int", "ArrayList")),
    refuses("int", {"a": 1}, no("Int", "LinkedHashMap")),
    holds("float", 1.5, 1.5),
    holds("float", 7, 7),
    holds("float", "2.50", 2.5),
    refuses("float", "x", no("Float", "String")),
    refuses("float", False, no("Float", "Boolean")),
    refuses("float", {}, no("Float", "LinkedHashMap")),
    holds("string", "text", "text"),
    holds("string", 5, "5"),
    holds("string", 1.5, "1.5"),
    holds("string", True, "true"),
    holds("string", False, "false"),
    holds("string", ["a", 1, None], "[a, 1, null]"),
    holds("string", {"a": 1, "b": {"c": "d"}}, "{a=1, b={c=d}}"),
    holds("boolean", True, True),
    holds("boolean", "false", False, TEXT_AS_BOOLEAN),
    holds("boolean", "true", True, TEXT_AS_BOOLEAN),
    holds("boolean", "TRUE", True),
    holds("boolean", "yes", False),
    holds("boolean", 1, True),
    holds("boolean", 0, False),
    holds("boolean", 0.5, True),
    refuses("boolean", [], no("Boolean", "ArrayList")),
    refuses("boolean", {}, no("Boolean", "LinkedHashMap")),
    holds("id", "a", "a"),
    holds("id", 7, "7"),
    holds("id", 2**40, str(2**40)),
    refuses("id", 1.5, no("ID", "Double")),
    refuses("id", True, no("ID", "Boolean")),
    refuses("id", ["a"], no("ID", "ArrayList")),
    holds("status", "PAID", "PAID", ENUMS),
    refuses("status", "paid", "Invalid input for Enum 'Status'. Unknown value 'paid'", ENUMS),
    refuses("status", 1, "Invalid input for Enum 'Status'. Unknown value '1'", ENUMS),
    refuses("status", ["PAID"], "Invalid input for Enum 'Status'. Unknown value '[PAID]'", ENUMS),
    holds("ints", [1, "2", None], [1, 2, None]),
    holds("ints", [], [], EXECUTION),
    holds("table", [[1], None, []], [[1], None, []], EXECUTION),
    Case(
        name="a text in a list of Int",
        source=SCALARS,
        query="query ($returns: AWSJSON) { ints(value: $returns) }",
        returns=[1, "x"],
        data={"ints": [1, None]},
        errors=(
            {
                "path": ["ints", 1],
                "locations": None,
                "message": "Can't serialize value (/ints[1]) : Expected type 'Int' but was 'String'.",
            },
        ),
    ),
    Case(
        name="a text where a list is wanted",
        source=LISTS,
        query="query ($returns: AWSJSON) { ints(value: $returns) }",
        returns="x",
        data={"ints": None},
        errors=(
            {
                "path": ["ints"],
                "locations": None,
                "message": "Can't resolve value (/ints) : "
                "type mismatch error, expected type LIST",
            },
        ),
    ),
    Case(
        name="an object where a list is wanted, inside of a list",
        source=LIST_PATH,
        query="query ($returns: AWSJSON) { items(value: $returns) { tags } }",
        returns=[{"tags": {"a": 1}}],
        data={"items": [{"tags": None}]},
        errors=(
            {
                "path": ["items", 0, "tags"],
                "locations": None,
                "message": "Can't resolve value (/items[0]/tags) : "
                "type mismatch error, expected type LIST",
            },
        ),
    ),
    Case(
        name="each null is an error",
        source=EACH_NULL,
        query="query ($returns: AWSJSON) { item(value: $returns) { id name note } }",
        returns={"note": "n"},
        data={"item": None},
        errors=(
            null(["item", "id"], "/item/id", "ID", "Item"),
            null(["item", "name"], "/item/name", "String", "Item"),
        ),
    ),
    Case(
        name="each null of each item of a list is an error",
        source=NULL_IN_LIST,
        query="query ($returns: AWSJSON) { connection(value: $returns) { items { id name } } }",
        returns={"items": [{"id": 1}, {"id": 2, "name": "b"}, {}]},
        data={"connection": None},
        errors=(
            null(["connection", "items", 0, "name"], "/connection/items[0]/name", "String", "Item"),
            null(["connection", "items", 2, "id"], "/connection/items[2]/id", "ID", "Item"),
            null(["connection", "items", 2, "name"], "/connection/items[2]/name", "String", "Item"),
        ),
    ),
    Case(
        name="a null reaches the nearest item that may be null, and no further",
        source=EXECUTION,
        query="query ($returns: AWSJSON) { maybeItems(value: $returns) { id } }",
        returns=[{"id": 1}, {}],
        data={"maybeItems": [{"id": "1"}, None]},
        errors=(null(["maybeItems", 1, "id"], "/maybeItems[1]/id", "ID", "Item"),),
    ),
    Case(
        name="a null item of a list that has none",
        source=EXECUTION,
        query="query ($returns: AWSJSON) { items(value: $returns) { id } }",
        returns=[None],
        data={"items": None},
        errors=(null(["items", 0], "/items[0]", "Item", "Query"),),
    ),
    Case(
        name="a null list",
        source=EXECUTION,
        query="query ($returns: AWSJSON) { connection(value: $returns) { items { id } } }",
        returns={},
        data={"connection": None},
        errors=(null(["connection", "items"], "/connection/items", "[Item!]", "Connection"),),
    ),
    Case(
        name="a null that reaches the data leaves nothing of it, and other fields' errors",
        source=EXECUTION,
        query="query ($returns: AWSJSON) { strictItem(value: $returns) { id } int(value: $returns) }",
        returns={},
        data=None,
        errors=(
            null(["strictItem", "id"], "/strictItem/id", "ID", "Item"),
            {"path": ["int"], "locations": None},
        ),
    ),
    Case(
        name="a value that cannot be, where no null may be, is one error",
        source=EXECUTION,
        query="query ($returns: AWSJSON) { item(value: $returns) { id } }",
        returns={"id": 1.5},
        data={"item": None},
        errors=(
            {
                "path": ["item", "id"],
                "message": "Can't serialize value (/item/id) : Expected type 'ID' but was 'Double'.",
            },
        ),
    ),
    Case(
        name="a null object has no errors below it",
        source=EXECUTION,
        query="query ($returns: AWSJSON) { item(value: $returns) { id name } }",
        returns=None,
        data={"item": None},
    ),
    Case(
        name="an error's path in a list, by alias",
        source=SERIALIZE,
        query="query ($returns: AWSJSON) { all: connection(value: $returns) { rows: items { tags } } }",
        returns={"items": [{"tags": ["a", None]}]},
        data={"all": {"rows": [{"tags": None}]}},
        errors=(
            null(["all", "rows", 0, "tags", 1], "/all/rows[0]/tags[1]", "String", "Item"),
        ),
    ),
    Case(
        name="a union's object, by __typename",
        source=EXECUTION,
        query="query ($returns: AWSJSON) { pet(value: $returns) { __typename ... on Dog { name } } }",
        returns={"__typename": "Dog", "name": "Rex"},
        data={"pet": {"__typename": "Dog", "name": "Rex"}},
    ),
    Case(
        name="a union's object without __typename",
        source=f"{GRAPHQL_JAVA}/UnresolvedTypeError.java",
        query="query ($returns: AWSJSON) { pet(value: $returns) { __typename } }",
        returns={"name": "Rex"},
        data={"pet": None},
        errors=(
            {
                "path": ["pet"],
                "locations": None,
                "message": "Can't resolve '/pet'. Abstract type 'Pet' must resolve to an Object "
                "type at runtime for field 'Query.pet'. Could not determine the exact type of "
                "'Pet'",
            },
        ),
    ),
    Case(
        name="a type that is not one of the union",
        source=f"{GRAPHQL_JAVA}/UnresolvedTypeError.java",
        query="query ($returns: AWSJSON) { pet(value: $returns) { __typename } }",
        returns={"__typename": "Item"},
        data={"pet": None},
        errors=({"path": ["pet"], "locations": None},),
    ),
    Case(
        name="an interface's object has fragments of its type and of the interface",
        source=EXECUTION,
        query="query ($returns: AWSJSON) { named(value: $returns) "
        "{ name ... on Item { id } ... on Named { again: name } } }",
        returns={"__typename": "Item", "name": "a", "id": 1},
        data={"named": {"name": "a", "id": "1", "again": "a"}},
    ),
    Case(
        name="null for a union's object's field",
        source=EXECUTION,
        query="query ($returns: AWSJSON) { pet(value: $returns) { ... on Cat { lives } } }",
        returns={"__typename": "Cat"},
        data={"pet": None},
        errors=(null(["pet", "lives"], "/pet/lives", "Int", "Cat"),),
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    return deployed(appsync, SDL, {f"Query.{name}": none("ctx.args.value") for name in FIELDS})


@each(CASES)
def test_a_value(api: Api, case: Case) -> None:
    case.check(api)


def test_errors_of_resolvers_beside_each_other_all_come(appsync: "AppSyncClient") -> None:
    """https://github.com/graphql-java/graphql-java/blob/v12.0/src/main/java/graphql/execution/AsyncExecutionStrategy.java"""
    api = deployed(
        appsync,
        "type Query { a: Int! b: Int! c: Int! }",
        {
            "Query.a": unit("util.error('no a', 'A');"),
            "Query.b": none("null"),
            "Query.c": unit("util.error('no c', 'C');"),
        },
    )

    answer = api.run("{ a b c }")

    assert answer.body["data"] is None
    assert {error["message"] for error in answer.body["errors"]} == {
        "no a",
        "no c",
        "Cannot return null for non-nullable type: 'Int' within parent 'Query' (/b)",
    }
