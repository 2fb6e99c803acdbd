"""Variables and arguments: what a resolver sees of them, and the words where they are refused."""

# ruff: noqa: E501 (AppSync's messages in one piece)

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fidelity.case import GRAPHQL_JAVA, Case, deployed, each
from tests.local.appsync.deployment import Api, none

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = """
type Query {
  args(
    int: Int, float: Float, string: String, boolean: Boolean, id: ID, status: Status
    ints: [Int], strict: [Int!], input: Input, when: AWSDateTime, preset: Int = 7
  ): String
}
enum Status { PAID PENDING }
input Input { name: String! count: Int = 5 nested: Nested list: [Nested!] note: String }
input Nested { name: String! when: AWSDate }
"""

SCALARS = f"{GRAPHQL_JAVA}/Scalars.java"
VALUES = f"{GRAPHQL_JAVA}/execution/ValuesResolver.java"
OUTER_NAME = "https://github.com/aws/aws-appsync-community/issues/406"
ABSENT_IS_NULL = "https://github.com/aws/aws-appsync-community/issues/348"
ABSENT_IS_NULL_IN_PIPELINES = "https://github.com/aws/aws-appsync-community/issues/394"
INVALID_VALUE = "https://github.com/aws-amplify/amplify-flutter/issues/822"
MAP_AS_TEXT = "https://github.com/aws-amplify/amplify-android/issues/590"
NULL_VARIABLE = "https://github.com/aws/aws-appsync-community/issues/322"

KINDS = {
    "int": "Int",
    "float": "Float",
    "string": "String",
    "boolean": "Boolean",
    "id": "ID",
    "status": "Status",
    "ints": "[Int]",
    "strict": "[Int!]",
    "input": "Input",
    "when": "AWSDateTime",
}


def seen(args: dict[str, Any]) -> dict[str, str]:
    """The answer, where a resolver sees these arguments."""
    return {"args": json.dumps(args, separators=(",", ":"))}


def takes(argument: str, value: Any, sees: Any, source: str = SCALARS) -> Case:
    """A variable that fits."""
    return Case(
        name=f"{KINDS[argument]} variable {value!r}",
        source=source,
        query=f"query ($a: {KINDS[argument]}) {{ args({argument}: $a) }}",
        variables={"a": value},
        data=seen({argument: sees, "preset": 7}),
    )


def refuses(argument: str, value: Any, message: str, source: str = SCALARS) -> Case:
    """A variable that does not fit."""
    return Case(
        name=f"{KINDS[argument]} variable {value!r}",
        source=source,
        query=f"query ($a: {KINDS[argument]}) {{ args({argument}: $a) }}",
        variables={"a": value},
        errors=(
            {
                "path": None,
                "locations": [{"line": 1, "column": 8, "sourceName": None}],
                "message": message,
            },
        ),
    )


def invalid(reason: str, name: str = "a") -> str:
    return f"Variable '{name}' has an invalid value. {reason}"


def no(kind: str, java: str) -> str:
    return invalid(f"Expected type '{kind}' but was '{java}'.")


def given(name: str, query: str, sees: dict[str, Any], source: str, **variables: Any) -> Case:
    """What a resolver sees."""
    return Case(name=name, source=source, query=query, variables=variables, data=seen(sees))


CASES = [
    takes("int", 5, 5),
    takes("int", "5", 5),
    takes("int", 5.0, 5),
    refuses("int", 2147483648, no("Int", "Long")),
    refuses("int", 1.5, no("Int", "Double")),
    refuses("int", "six", no("Int", "String")),
    refuses("int", True, no("Int", "Boolean")),
    refuses("int", {}, no("Int", "LinkedHashMap")),
    takes("float", "1.5", 1.5),
    refuses("float", "x", no("Float", "String")),
    refuses("float", "1e400", no("Float", "String")),
    takes("string", 5, "5"),
    takes("string", True, "true"),
    takes("string", {"a": 1}, "{a=1}"),
    takes("boolean", "true", True),
    takes("boolean", 0, False),
    refuses("boolean", [], no("Boolean", "ArrayList")),
    takes("id", 5, "5"),
    refuses("id", 1.5, no("ID", "Double")),
    refuses("id", {"a": 1}, no("ID", "LinkedHashMap")),
    takes("status", "PAID", "PAID", f"{GRAPHQL_JAVA}/schema/GraphQLEnumType.java"),
    refuses(
        "status",
        "GONE",
        invalid("Invalid input for Enum 'Status'. No value found for name 'GONE'"),
        f"{GRAPHQL_JAVA}/schema/GraphQLEnumType.java",
    ),
    takes("ints", 1, [1], VALUES),
    takes("ints", [1, None], [1, None], VALUES),
    refuses("ints", ["x"], no("Int", "String"), VALUES),
    refuses("strict", [1, None], "Variable 'a' has coerced Null value for NonNull type 'Int!'", VALUES),
    refuses(
        "input",
        5,
        invalid(
            "Expected type 'Map' but was 'Integer'. "
            "Variables for input objects must be an instance of type 'Map'."
        ),
        VALUES,
    ),
    refuses(
        "input", {}, "Variable 'a' has coerced Null value for NonNull type 'String!'", NULL_VARIABLE
    ),
    refuses(
        "input",
        {"name": "a", "nested": {}},
        "Variable 'a' has coerced Null value for NonNull type 'String!'",
        OUTER_NAME,
    ),
    refuses(
        "input",
        {"name": "a", "other": 1},
        "The variables input contains a field name 'other' that is not defined for input object "
        "type 'Input' ",
        f"{GRAPHQL_JAVA}/execution/InputMapDefinesTooManyFieldsException.java",
    ),
    refuses(
        "input",
        {"name": "a", "nested": {"name": "b", "when": "today"}},
        invalid("Unable to parse `today` as a valid Date Object.", "when"),
        INVALID_VALUE,
    ),
    refuses(
        "input",
        {"name": "a", "count": "x"},
        invalid("Expected type 'Int' but was 'String'.", "count"),
        INVALID_VALUE,
    ),
    refuses(
        "when",
        "2019",
        invalid("Unable to parse `2019` as a valid DateTime Object."),
        "https://github.com/aws-amplify/amplify-cli/issues/2033",
    ),
    Case(
        name="only the first variable that does not fit is told of",
        source=VALUES,
        query="query ($a: Int, $b: Int) { args(int: $a) b: args(int: $b) }",
        variables={"a": "x", "b": "y"},
        errors=({"message": no("Int", "String")},),
    ),
    Case(
        name="a variable that must be there and is not",
        source=NULL_VARIABLE,
        query="query ($a: Int!) { args(int: $a) }",
        errors=({"message": "Variable 'a' has coerced Null value for NonNull type 'Int!'"},),
    ),
    given("no argument", "{ args }", {"preset": 7}, ABSENT_IS_NULL),
    given(
        "a variable that is absent is null",
        "query ($a: Int, $b: String) { args(int: $a, string: $b) }",
        {"int": None, "string": "x", "preset": 7},
        ABSENT_IS_NULL,
        b="x",
    ),
    given(
        "a variable that is null",
        "query ($a: Int) { args(int: $a) }",
        {"int": None, "preset": 7},
        ABSENT_IS_NULL_IN_PIPELINES,
        a=None,
    ),
    given(
        "a variable that is absent leaves an argument's default",
        "query ($a: Int) { args(preset: $a) }",
        {"preset": 7},
        "https://spec.graphql.org/October2021/#sec-Coercing-Field-Arguments",
    ),
    given(
        "a variable's default",
        "query ($a: Int = 3) { args(int: $a) }",
        {"int": 3, "preset": 7},
        VALUES,
    ),
    given(
        "a null variable with a default",
        "query ($a: Int = 3) { args(int: $a) }",
        {"int": 3, "preset": 7},
        VALUES,
        a=None,
    ),
    given(
        "a variable that is absent in an object is absent",
        "query ($a: String) { args(input: { name: \"n\", note: $a }) }",
        {"input": {"name": "n", "count": 5}, "preset": 7},
        VALUES,
    ),
    given(
        "a variable that is absent in a list is null",
        "query ($a: Int) { args(ints: [1, $a]) }",
        {"ints": [1, None], "preset": 7},
        VALUES,
    ),
    given(
        "literals",
        '{ args(int: 1, float: 2, string: "s", boolean: true, id: 9, status: PAID, ints: 3) }',
        {
            "int": 1,
            "float": 2,
            "string": "s",
            "boolean": True,
            "id": "9",
            "status": "PAID",
            "ints": [3],
            "preset": 7,
        },
        SCALARS,
    ),
    given("a null literal", "{ args(int: null) }", {"int": None, "preset": 7}, VALUES),
]  # fmt: skip


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    return deployed(appsync, SDL, {"Query.args": none("JSON.stringify(ctx.args)")})


@each(CASES)
def test_an_input(api: Api, case: Case) -> None:
    case.check(api)
