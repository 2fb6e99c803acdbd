"""AppSync's own scalars: the forms that they take, as literals, as variables and in results."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fidelity.case import Case, deployed, each
from tests.local.appsync.deployment import Api, none

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SCALARS = (
    "AWSDate",
    "AWSTime",
    "AWSDateTime",
    "AWSTimestamp",
    "AWSEmail",
    "AWSURL",
    "AWSPhone",
    "AWSIPAddress",
    "AWSJSON",
)
SDL = "type Query {{ {} {} }}".format(
    " ".join(f"taken{scalar}(value: {scalar}): {scalar}" for scalar in SCALARS),
    " ".join(f"returned{scalar}(returns: AWSJSON): {scalar}" for scalar in SCALARS),
)

GUIDE = "https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html"
# Prints the descriptions that AppSync gives its scalars in answer to introspection.
DESCRIPTIONS = "https://integration-docs.xoi.io/schemas/live/"
# The limits are those of that description, as codegen prints it: -1000000000-01-01T00:00Z to
# 1000000000-12-31T23:59:59.999999999Z.
TIMESTAMPS = "https://github.com/aws-amplify/amplify-category-api/issues/354"
DATE_TIME = "https://github.com/aws-amplify/amplify-cli/issues/2033"
RESULT = "https://github.com/aws-amplify/amplify-js/issues/5963"
PHONE = "https://github.com/aws-amplify/amplify-js/issues/2825"
PHONE_WORDS = "https://github.com/aws/aws-appsync-community/issues/211"
NO_PHONE = "https://github.com/aws-amplify/amplify-flutter/issues/822"
PHONE_TOO_SHORT = "https://github.com/aws-amplify/amplify-js/issues/9065"
JSON_LITERAL = "https://github.com/awslabs/aws-mobile-appsync-sdk-js/issues/554"
JSON_OUT = "https://github.com/aws-amplify/amplify-cli/pull/5705"
LIMITS = (
    "Ensure that the value provided is an Integer that lies within the limits specified in this "
    "scalar's description."
)


def takes(scalar: str, value: Any, source: str = GUIDE) -> list[Case]:
    """As a literal, as a variable and, unchanged, in the result."""
    field = f"taken{scalar}"
    return [
        Case(
            name=f"{scalar} {value}",
            source=source,
            query=f"{{ {field}(value: {json.dumps(value)}) }}",
            data={field: value},
        ),
        Case(
            name=f"{scalar} {value}, by variable",
            source=source,
            query=f"query ($value: {scalar}) {{ {field}(value: $value) }}",
            variables={"value": value},
            data={field: value},
        ),
    ]


def refuses(scalar: str, value: Any, label: str, source: str = GUIDE) -> list[Case]:
    """As a literal, as a variable, and as a result.

    Args:
        label: what the messages call a value of the scalar.
    """
    taken, returned = f"taken{scalar}", f"returned{scalar}"
    kind, name = ("StringValue", f"value='{value}'")
    if not isinstance(value, str):
        kind, name = ("IntValue" if isinstance(value, int) else "FloatValue"), f"value={value}"
    return [
        Case(
            name=f"{scalar} {value}",
            source=source,
            query=f"{{ {taken}(value: {json.dumps(value)}) }}",
            errors=(
                {
                    "path": None,
                    "message": f"Validation error of type WrongType: argument 'value' with value "
                    f"'{kind}{{{name}}}' is not a valid '{scalar}' @ '{taken}'",
                },
            ),
        ),
        Case(
            name=f"{scalar} {value}, by variable",
            source=source,
            query=f"query ($value: {scalar}) {{ {taken}(value: $value) }}",
            variables={"value": value},
            errors=(
                {
                    "path": None,
                    "message": "Variable 'value' has an invalid value. "
                    f"Unable to parse `{value}` as a valid {label}",
                },
            ),
        ),
        Case(
            name=f"{scalar} {value}, as a result",
            source=source,
            query=f"query ($returns: AWSJSON) {{ {returned}(returns: $returns) }}",
            returns=value,
            data={returned: None},
            errors=(
                {
                    "path": [returned],
                    "locations": None,
                    "message": f"Can't serialize value (/{returned}) : "
                    f"Unable to serialize `{value}` as a valid {label}",
                },
            ),
        ),
    ]


def written(value: Any, text: str, source: str = JSON_OUT) -> Case:
    """What becomes of an AWSJSON's value in the answer."""
    return Case(
        name=f"AWSJSON of {value!r}, as a result",
        source=source,
        query="query ($returns: AWSJSON) { returnedAWSJSON(returns: $returns) }",
        returns=value,
        data={"returnedAWSJSON": text},
    )


def no_json(text: str, source: str = DESCRIPTIONS) -> Case:
    """A text that AWSJSON does not take."""
    return Case(
        name=f"AWSJSON {text}, by variable",
        source=source,
        query="query ($value: AWSJSON) { takenAWSJSON(value: $value) }",
        variables={"value": text},
        errors=(
            {
                "message": "Variable 'value' has an invalid value. "
                f"Unable to parse `{text}` as valid JSON."
            },
        ),
    )


def read(text: str, value: Any, source: str = DESCRIPTIONS) -> Case:
    """What a resolver sees of an AWSJSON, answered as JSON again."""
    return Case(
        name=f"AWSJSON {text}",
        source=source,
        query="query ($value: AWSJSON) { takenAWSJSON(value: $value) }",
        variables={"value": text},
        data={"takenAWSJSON": json.dumps(value, separators=(",", ":"))},
    )


CASES = [
    *takes("AWSDate", "1970-01-01Z"),
    *takes("AWSDate", "1970-01-01-07:00"),
    *takes("AWSDate", "1970-01-01+05:30"),
    *takes("AWSDate", "1970-01-01+05:30:15"),
    *takes("AWSTime", "12:30:24.500+05:30"),
    *takes("AWSTime", "12:00:00.123456789"),
    *takes("AWSTime", "12:30"),
    *takes("AWSDateTime", "1970-01-01T12:00:00.2Z", DESCRIPTIONS),
    *takes("AWSDateTime", "-9999-01-01T00:00Z", DESCRIPTIONS),
    *takes("AWSTimestamp", -1),
    *takes("AWSTimestamp", -31557014167219200, TIMESTAMPS),
    *takes("AWSEmail", "username@example.com"),
    *takes("AWSURL", "https://www.amazon.com/dp/B000NZW3KC/"),
    *takes("AWSURL", "mailto:example@example.com"),
    *takes("AWSPhone", "202-555-0123"),
    *takes("AWSPhone", "+44 20 7946 0958"),
    *takes("AWSIPAddress", "123.12.34.56"),
    *takes("AWSIPAddress", "123.45.67.89/16"),
    *takes("AWSIPAddress", "1a2b:3c4b::1234:4567"),
    *refuses("AWSDate", "2023-02-29", "Date Object."),
    *refuses("AWSDate", "20240101", "Date Object."),
    *refuses("AWSDate", "1970-01-01+0530", "Date Object."),
    *refuses("AWSTime", "24:00", "Time Object."),
    *refuses("AWSTime", "12:30.5", "Time Object."),
    *refuses("AWSDateTime", "2019", "DateTime Object.", DATE_TIME),
    *refuses("AWSDateTime", "2020-05-23T06:4:37.000Z", "DateTime Object.", RESULT),
    *refuses("AWSDateTime", "2024-02-29T12:30:24", "DateTime Object.", DESCRIPTIONS),
    *refuses("AWSTimestamp", "2019-12-19 16:59:09.966", f"timestamp. {LIMITS}", TIMESTAMPS),
    *refuses("AWSTimestamp", 31556889864403200, f"timestamp. {LIMITS}", TIMESTAMPS),
    *refuses("AWSTimestamp", 1.5, f"timestamp. {LIMITS}"),
    *refuses("AWSEmail", "an..n@example.com", "email address."),
    *refuses("AWSEmail", "ann", "email address."),
    *refuses("AWSURL", "www.amazon.com", "URL."),
    *refuses("AWSURL", "https://amazon.com/a//b", "URL."),
    *refuses("AWSPhone", "575-111-1111", "phone number.", PHONE),
    *refuses("AWSPhone", "1110004444", "phone number.", NO_PHONE),
    *refuses("AWSPhone", "6781982162", "phone number.", PHONE_TOO_SHORT),
    *refuses("AWSPhone", "+13451112222", "phone number.", PHONE_WORDS),
    *refuses("AWSIPAddress", "[::1]", "IP address."),
    *refuses("AWSIPAddress", "123.45.67.89/33", "IP address."),
    *refuses("AWSIPAddress", "10.0.0.0/255.0.0.0", "IP address."),
    read('{"upvotes": 10}', {"upvotes": 10}),
    read("[1,2,3]", [1, 2, 3]),
    read('"AWSJSON example string"', "AWSJSON example string"),
    read("1", 1),
    read("true", True),
    no_json("{a: 1}"),
    no_json("{'a': 1}"),
    no_json("Unquoted string"),
    no_json("NaN", "https://www.rfc-editor.org/rfc/rfc8259#section-6"),
    no_json("[1e400]", "https://www.rfc-editor.org/rfc/rfc8259#section-6"),
    Case(
        name="AWSJSON by an object, which is none",
        source=JSON_LITERAL,
        query="{ takenAWSJSON(value: { upvotes: 10 }) }",
        errors=(
            {
                "path": None,
                "message": "Validation error of type WrongType: argument 'value' with value 'Object"
                "Value{objectFields=[ObjectField{name='upvotes', value=IntValue{value=10}}]}' is "
                "not a valid 'AWSJSON' @ 'takenAWSJSON'",
            },
        ),
    ),
    written({"a": [1, None]}, '{"a":[1,null]}'),
    written("Hello", '"Hello"'),
    written('{"a":1}', '"{\\"a\\":1}"'),
    written(value=True, text="true"),
]


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    taken = {f"Query.taken{scalar}": none("ctx.args.value") for scalar in SCALARS}
    returned = {f"Query.returned{scalar}": none("ctx.args.returns") for scalar in SCALARS}
    return deployed(appsync, SDL, taken | returned)


@each(CASES)
def test_a_scalar(api: Api, case: Case) -> None:
    case.check(api)
