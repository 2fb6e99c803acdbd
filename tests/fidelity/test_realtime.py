"""The real-time protocol: what each message is answered with, and what an event looks like."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.fidelity.case import deployed, each
from tests.local.appsync.deployment import Api, none
from tests.local.appsync.subscriber import Subscriber

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = """
type Query { a: Int }
type Mutation { put(id: ID!, name: String, data: AWSJSON): Item @aws_api_key }
type Item @aws_api_key {
  id: ID!  name: String!  data: AWSJSON  price: Int!  secret: String @aws_iam
}
type Subscription @aws_api_key {
  onPut(id: ID): Item @aws_subscribe(mutations: ["put"])
  onPutByRole: Item @aws_iam @aws_subscribe(mutations: ["put"])
  refused: Item @aws_subscribe(mutations: ["put"])
}
"""

GUIDE = "https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html"
NO_ID = "https://github.com/ChilliCream/graphql-platform/issues/6468"
OTHER_PROTOCOL = "https://github.com/enisdenjo/graphql-ws/issues/602"
NOT_SUPPORTED = "https://github.com/artilleryio/artillery/issues/1567"
QUERY = "https://github.com/aws-amplify/amplify-swift/issues/3885"
UNAUTHORIZED = "https://github.com/aws-amplify/amplify-js/issues/12679"
WITHOUT_PLACES = "https://github.com/aws-amplify/amplify-android/issues/901"
NULL_SHAPE = "https://github.com/aws-amplify/docs/issues/2796"
MEOW = "https://github.com/graphql/graphql-over-http/issues/81"
DOUBLE_JSON = "https://github.com/awslabs/aws-mobile-appsync-sdk-js/issues/533"

UNKNOWN = {
    "type": "error",
    "payload": {
        "errors": [
            {
                "errorType": "UnsupportedOperation",
                "message": "unknown not supported through the realtime channel",
            }
        ]
    },
}


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A message and the answer to it.

    Attributes:
        sent: `KEYED` in it stands for the headers that authorize.
        answers: the messages that follow, whole.
    """

    name: str
    source: str
    sent: dict[str, Any]
    answers: tuple[dict[str, Any], ...]


KEYED: dict[str, str] = {}


def start(query: str, headers: Any = KEYED, data: str | None = None) -> dict[str, Any]:
    """A subscription of the id `a`; with other data than the query where it is given."""
    if data is None:
        data = json.dumps({"query": query})
    payload = {"data": data, "extensions": {"authorization": headers}}
    return {"type": "start", "id": "a", "payload": payload}


def refusal(**error: str) -> tuple[dict[str, Any], ...]:
    """Of the subscription `a`."""
    return ({"type": "error", "id": "a", "payload": {"errors": [error]}},)


EXCHANGES = [
    Exchange(
        name="connection_init is acknowledged, and kept alive",
        source=NO_ID,
        sent={"type": "connection_init"},
        answers=(
            {"type": "connection_ack", "payload": {"connectionTimeoutMs": 300000}},
            {"type": "ka"},
        ),
    ),
    Exchange(
        name="start is acknowledged, without connection_init too",
        source=GUIDE,
        sent=start("subscription { onPut { id } }"),
        answers=({"type": "start_ack", "id": "a"},),
    ),
    Exchange(
        name="start with the payload of another protocol",
        source=NO_ID,
        sent={"type": "start", "id": "a", "payload": {"query": "subscription { onPut { id } }"}},
        answers=(UNKNOWN,),
    ),
    Exchange(
        name="subscribe, of another protocol",
        source=OTHER_PROTOCOL,
        sent={
            "type": "subscribe",
            "id": "a",
            "payload": {"query": "subscription { onPut { id } }"},
        },
        answers=(UNKNOWN,),
    ),
    Exchange(
        name="a start without an id",
        source=NOT_SUPPORTED,
        sent={"type": "start", "payload": {"data": "{}"}},
        answers=(UNKNOWN,),
    ),
    Exchange(
        name="a start without a payload",
        source=NOT_SUPPORTED,
        sent={"type": "start", "id": "a"},
        answers=(UNKNOWN,),
    ),
    Exchange(
        name="a query",
        source=QUERY,
        sent=start("{ a }"),
        answers=refusal(
            errorType="UnsupportedOperation",
            message="query not supported through the realtime channel",
        ),
    ),
    Exchange(
        name="a mutation",
        source=QUERY,
        sent=start("mutation { put(id: 1) { id } }"),
        answers=refusal(
            errorType="UnsupportedOperation",
            message="mutation not supported through the realtime channel",
        ),
    ),
    Exchange(
        name="a field that is for others",
        source=UNAUTHORIZED,
        sent=start("subscription { onPutByRole { id } }"),
        answers=refusal(
            errorType="Unauthorized",
            message="Not Authorized to access onPutByRole on type Subscription",
        ),
    ),
    Exchange(
        name="a resolver that refuses, without path and locations",
        source=WITHOUT_PLACES,
        sent=start("subscription { refused { id } }"),
        answers=refusal(
            errorType="Unauthorized",
            message="Not Authorized to access refused on type Subscription",
        ),
    ),
    Exchange(
        name="a start that is authorized by nothing",
        source=GUIDE,
        sent=start("subscription { onPut { id } }", {}) | {"id": "a"},
        answers=refusal(
            errorType="UnauthorizedException",
            message="Valid authorization header not provided.",
        ),
    ),
    Exchange(
        name="a start with an unknown key",
        source="https://github.com/aws-amplify/amplify-js/issues/9513",
        sent=start("subscription { onPut { id } }", {"x-api-key": "da2-unknown"}),
        answers=refusal(
            errorType="UnauthorizedException",
            message="You are not authorized to make this call.",
        ),
    ),
    Exchange(
        name="data that is no GraphQL",
        source=MEOW,
        sent=start("meow"),
        answers=refusal(
            errorType="MalformedHttpRequestException", message="Unable to parse GraphQL query."
        ),
    ),
    *(
        Exchange(
            name=f"data that is no request: {data}",
            source=MEOW,
            sent=start("", data=data),
            answers=refusal(
                errorType="MalformedHttpRequestException", message="Unable to parse GraphQL query."
            ),
        )
        for data in ("meow", "{}", "{}}", "[]")
    ),
    Exchange(
        name="data that is empty",
        source=MEOW,
        sent=start("", data=""),
        answers=refusal(
            errorType="MalformedHttpRequestException", message="Request body is empty."
        ),
    ),
    Exchange(
        name="a field that is not there",
        source=MEOW,
        sent=start("subscription { onPut { badfield } }"),
        answers=refusal(
            message="Validation error of type FieldUndefined: "
            "Field 'badfield' in type 'Item' is undefined @ 'onPut/badfield'",
        ),
    ),
    Exchange(
        name="a variable that is missing",
        source=MEOW,
        sent=start("subscription ($id: ID!) { onPut(id: $id) { id } }"),
        answers=refusal(
            message="Variable 'id' has coerced Null value for NonNull type 'ID!'",
        ),
    ),
]


@dataclass(frozen=True, kw_only=True)
class Event:
    """What a subscriber is told of `put(id: 1, name: "Pizza", …)`.

    Attributes:
        selection: the subscriber's, of `onPut`.
        mutation: what the mutation selects.
        errors: in any order.
    """

    name: str
    source: str
    selection: str
    mutation: str = "id name data"
    data: Any = None
    errors: tuple[dict[str, Any], ...] = ()


EVENTS = [
    Event(
        name="what both have selected",
        source=GUIDE,
        selection="id name",
        data={"id": "1", "name": "Pizza"},
    ),
    Event(
        name="what the mutation did not select is null",
        source=GUIDE,
        selection="id data",
        mutation="id",
        data={"id": "1", "data": None},
    ),
    Event(
        name="a non-null field that the mutation did not select",
        source=NULL_SHAPE,
        selection="id price",
        errors=(
            {
                "path": ["onPut", "price"],
                "message": "Cannot return null for non-nullable type: 'Int' within parent 'Item' "
                "(/onPut/price)",
            },
        ),
    ),
    Event(
        name="JSON in JSON",
        source=DOUBLE_JSON,
        selection="data",
        data={"data": '"{\\"a\\":1}"'},
    ),
]


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    resolvers = {
        "Mutation.put": none("({ secret: 's', ...ctx.args })"),
        "Subscription.refused": none("null", "util.unauthorized();"),
    }
    return deployed(
        appsync,
        SDL,
        resolvers,
        additionalAuthenticationProviders=[{"authenticationType": "AWS_IAM"}],
    )


def with_headers(message: Any, headers: dict[str, str]) -> Any:
    """The message, with the headers in the place of `KEYED`."""
    if message is KEYED:
        return headers
    if isinstance(message, dict):
        members: dict[str, Any] = message
        return {name: with_headers(value, headers) for name, value in members.items()}
    return message


@each(EXCHANGES)
def test_an_exchange(api: Api, case: Exchange) -> None:
    with Subscriber(api) as subscriber:
        subscriber.send(with_headers(case.sent, api.headers))
        for answer in case.answers:
            assert subscriber.message() == answer


@each(EVENTS)
def test_an_event(api: Api, case: Event) -> None:
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", f"subscription {{ onPut(id: 1) {{ {case.selection} }} }}")
        mutation = f'put(id: 1, name: "Pizza", data: "{{\\"a\\":1}}") {{ {case.mutation} }}'
        assert api.run(f"mutation {{ {mutation} }}").data
        payload = subscriber.receive()["payload"]
    assert payload["data"] == {"onPut": case.data}
    assert payload.get("errors", []) == list(case.errors)
