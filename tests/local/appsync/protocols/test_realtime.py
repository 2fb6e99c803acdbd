"""AppSync's real-time protocol, message by message."""

import asyncio
import base64
import json
import logging
import threading
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local.appsync import Gateway
from local.appsync.errors import unauthorized
from local.appsync.protocols import realtime
from local.cloud import Emulator
from tests.local.appsync.deployment import Api, deploy, none
from tests.local.appsync.subscriber import Subscriber, encoded, signed

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = """
type Query { a: Int }
type Mutation { put(id: ID!, name: String): Item @aws_api_key @aws_iam }
type Item @aws_api_key @aws_iam { id: ID!  name: String  part: Item }
type Subscription {
  onPut(id: ID, name: String): Item @aws_api_key @aws_iam @aws_subscribe(mutations: ["put"])
  onPutByRole: Item @aws_iam @aws_subscribe(mutations: ["put"])
}
"""
ON_PUT = "subscription { onPut { id } }"


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    api = deploy(
        appsync,
        SDL,
        additionalAuthenticationProviders=[{"authenticationType": "AWS_IAM"}],
        introspectionConfig="DISABLED",
        queryDepthLimit=2,
    )
    api.resolver("Mutation.put", none("ctx.args"))
    return api


def put(api: Api, identifier: str, name: str = "Pizza") -> None:
    assert api.run(
        "mutation ($id: ID!, $name: String) { put(id: $id, name: $name) { id name } }",
        id=identifier,
        name=name,
    ).data


@pytest.mark.parametrize("path", ["", "/realtime"])
def test_both_addresses_serve_the_protocol(api: Api, path: str) -> None:
    with Subscriber(api, path=path) as subscriber:
        subscriber.send({"type": "connection_init"})
        assert subscriber.receive() == {
            "type": "connection_ack",
            "payload": {"connectionTimeoutMs": 300_000},
        }
        subscriber.subscribe("a", "subscription { onPut { name } }")
        put(api, "1")
        assert subscriber.receive() == {
            "type": "data",
            "id": "a",
            "payload": {"data": {"onPut": {"name": "Pizza"}}},
        }
        subscriber.send({"type": "stop", "id": "a"})
        assert subscriber.receive() == {"type": "complete", "id": "a"}


def test_tls_serves_the_protocol_too(api: Api, ca: Path) -> None:
    with Subscriber(api, ca=ca) as subscriber:
        subscriber.subscribe("a", ON_PUT)
        put(api, "1")
        assert subscriber.event() == {"id": "1"}


@pytest.mark.parametrize("order", [1, -1])
def test_a_subprotocol_may_carry_the_authorization(api: Api, order: int) -> None:
    header = base64.urlsafe_b64encode(json.dumps(api.headers | {"x": "??>>"}).encode()).decode()
    offered = ["graphql-ws", f"header-{header.rstrip('=')}"][::order]
    with Subscriber(api, subprotocols=offered) as subscriber:
        subscriber.send({"type": "connection_init"})
        assert subscriber.receive()["type"] == "connection_ack"


def test_the_keep_alive_goes_on(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "_KEEP_ALIVE_SECONDS", 0.02)
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", ON_PUT)
        # Whether or not a client says `connection_init`, which is optional.
        assert [subscriber.message() for _ in range(3)] == [{"type": "ka"}] * 3


def test_a_keep_alive_follows_the_acknowledgement_and_comes_more_often_than_announced(
    api: Api,
) -> None:
    with Subscriber(api) as subscriber:
        subscriber.send({"type": "connection_init"})
        acknowledgement = subscriber.message()
        assert subscriber.message() == {"type": "ka"}
    announced = acknowledgement["payload"]["connectionTimeoutMs"]
    assert announced > realtime._KEEP_ALIVE_SECONDS * 1000  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    ("connection", "code", "error_type", "message"),
    [
        ({"subprotocols": []}, 400, "BadRequestException", "NoProtocolError"),
        ({"query": {}}, 400, "BadRequestException", "are missing"),
        ({"query": {"header": "e30="}}, 400, "BadRequestException", "are missing"),
        ({"query": {"header": "%", "payload": "e30="}}, 400, "BadRequestException", "no base64"),
        ({"query": {"header": "e3", "payload": ""}}, 400, "BadRequestException", "no JSON"),
        ({"query": {"header": "W10=", "payload": ""}}, 400, "BadRequestException", "no JSON"),
        ({"subprotocols": ["graphql-ws", "header-a"]}, 400, "BadRequestException", "no base64"),
        ({"headers": {}}, 401, "UnauthorizedException", "Valid authorization header not"),
        ({"headers": {"x-api-key": "no"}}, 401, "UnauthorizedException", "You are not authorized"),
        ({"headers": {"Authorization": "no"}}, 401, "UnauthorizedException", "You are not"),
    ],
)
def test_refuses_a_connection_and_says_why(
    api: Api, connection: dict[str, Any], code: int, error_type: str, message: str
) -> None:
    with Subscriber(api, **connection) as subscriber:
        error = subscriber.refusal("connection_error")
        assert (error["errorCode"], error["errorType"]) == (code, error_type)
        assert message in error["message"]
        assert subscriber.closed() == 1000


@pytest.mark.parametrize("silent", [True, False])
def test_a_refused_client_is_told_why_when_it_begins_to_listen(silent: bool) -> None:
    """AppSync's own links for Apollo miss what comes before their first message."""
    happened: list[str] = []

    class Client:
        async def receive(self, _: float) -> None:
            happened.append("first message")
            if silent:
                raise TimeoutError

        async def send_json(self, message: dict[str, Any]) -> None:
            happened.append(message["type"])

    client: Any = Client()
    asyncio.run(realtime._refuse_connection(client, unauthorized()))  # pyright: ignore[reportPrivateUsage]
    assert happened == ["first message", "connection_error"]


def test_an_unknown_api_is_not_found(api: Api) -> None:
    other = Api(api.appsync, "nothing", api.url.replace(api.api_id, "nothing"), api.headers)
    with Subscriber(other) as subscriber:
        assert subscriber.refusal("connection_error")["errorType"] == "NotFoundException"


def test_a_request_that_upgrades_nothing_is_a_400(api: Api, gateway: Gateway) -> None:
    connection = HTTPConnection(gateway.url.removeprefix("http://"))
    connection.request("GET", f"/apis/{api.api_id}/graphql/realtime")
    assert connection.getresponse().status == 400
    connection.close()


def test_a_role_signs_the_connection_and_each_subscription(api: Api) -> None:
    query = "subscription { onPutByRole { id } }"
    data = json.dumps({"query": query, "variables": {}})
    with Subscriber(api, signed(f"{api.url}/connect", "{}")) as subscriber:
        subscriber.start("key", query, headers=api.headers)
        assert subscriber.refusal() == {
            "errorType": "Unauthorized",
            "message": "Not Authorized to access onPutByRole on type Subscription",
        }
        # https://github.com/awslabs/aws-mobile-appsync-sdk-js/issues/750
        for name, headers in [
            ("other body", signed(api.url, data + " ")),
            ("connection's", None),
            ("other host", signed(api.url.replace("127.0.0.1", "localhost"), data)),
        ]:
            subscriber.start(name, query, headers=headers)
            error = subscriber.refusal()
            assert error["errorType"] == "BadRequestException"
            assert error["message"].startswith("The request signature we calculated does not match")
        subscriber.start("role", query, headers=signed(api.url, data))
        assert subscriber.receive() == {"type": "start_ack", "id": "role"}


def test_a_signature_of_another_api_opens_no_connection(api: Api) -> None:
    """https://github.com/aws-amplify/amplify-js/issues/7089"""
    with Subscriber(api, signed("http://127.0.0.1/apis/a/graphql/connect", "{}")) as subscriber:
        error = subscriber.refusal("connection_error")
        assert (error["errorCode"], error["errorType"]) == (400, "BadRequestException")


def test_a_client_that_never_says_anything_is_dropped(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime, "_FIRST_MESSAGE_SECONDS", 0.05)
    with Subscriber(api) as subscriber:
        [error] = subscriber.message()["payload"]["errors"]
        assert (error["errorCode"], error["errorType"]) == (408, "TimeoutError")
        assert subscriber.closed() == 1000
    with Subscriber(api) as subscriber:
        subscriber.send({"type": "connection_init"})
        assert subscriber.receive()["type"] == "connection_ack"
        # Said once, nothing more need be said.
        with pytest.raises(TimeoutError):
            subscriber.receive(0.2)


@pytest.mark.parametrize(
    ("message", "name", "error_type"),
    [
        ("not json", None, "BadRequestException"),
        ("[]", None, "BadRequestException"),
        ("[" * 100_000, None, "BadRequestException"),
        ({"type": "connection_terminate"}, None, "UnsupportedOperation"),
        ({"type": "start", "id": 1, "payload": {"data": "{}"}}, None, "UnsupportedOperation"),
        ({"type": "start", "payload": {"data": "{}"}}, None, "UnsupportedOperation"),
        ({"type": "start", "id": "a"}, None, "UnsupportedOperation"),
        ({"type": "start", "id": "a", "payload": "{}"}, None, "UnsupportedOperation"),
        ({"type": "start", "id": "a", "payload": {"query": "{ a }"}}, None, "UnsupportedOperation"),
        ({"type": "start", "id": "a", "payload": {"data": {}}}, None, "UnsupportedOperation"),
        ({"type": "start", "id": "a", "payload": {"data": "{}"}}, "a", "UnauthorizedException"),
        ({"type": "subscribe", "id": "a", "payload": {}}, None, "UnsupportedOperation"),
        ({"type": "ping", "id": "a"}, None, "UnsupportedOperation"),
        ({"type": "stop"}, None, "UnsupportedOperation"),
        ('{"type": "connection_init", "payload": NaN}', None, "BadRequestException"),
        ('{"type": "connection_init", "payload": 1e400}', None, "BadRequestException"),
        ({"type": "stop", "id": "a"}, "a", "UnknownOperationError"),
    ],
)
def test_refuses_a_message_that_it_does_not_know(
    api: Api, message: Any, name: str | None, error_type: str
) -> None:
    with Subscriber(api) as subscriber:
        subscriber.send(message)
        answer = subscriber.receive()
        assert answer["type"] == "error"
        assert answer.get("id") == name
        assert [error["errorType"] for error in answer["payload"]["errors"]] == [error_type]
        subscriber.subscribe("still", ON_PUT)


@pytest.mark.parametrize("message", [b"bytes", "x" * (240 * 1024 + 1)])
def test_closes_on_what_no_client_sends(api: Api, message: Any) -> None:
    with Subscriber(api) as subscriber:
        subscriber.send(message)
        assert subscriber.closed() in (1000, 1009)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("query", ("MalformedHttpRequestException", "Unable to parse GraphQL query.")),
        ("{ a }", ("UnsupportedOperation", "query not supported through the realtime channel")),
        (
            "mutation { put(id: 1) { id } }",
            ("UnsupportedOperation", "mutation not supported through the realtime channel"),
        ),
        (
            "subscription { a: onPut { id } b: onPut { id } }",
            (
                None,
                "Validation error of type SubscriptionMultipleRootFields: "
                "Anonymous Subscription must have exactly one root field @ 'onPut'",
            ),
        ),
        (
            "subscription { onPut @skip(if: true) { id } }",
            (None, "A subscription must have exactly one root field."),
        ),
        (
            "subscription { onPut { nothing } }",
            (
                None,
                "Validation error of type FieldUndefined: "
                "Field 'nothing' in type 'Item' is undefined @ 'onPut/nothing'",
            ),
        ),
        (
            "subscription ($id: ID!) { onPut(id: $id) { id } }",
            (None, "Variable 'id' has coerced Null value for NonNull type 'ID!'"),
        ),
        (
            "subscription { onPut { part { id } } }",
            ("QueryDepthLimitReached", "Query depth 3 exceeds the limit of 2."),
        ),
        (
            "subscription { onPutByRole { id } }",
            ("Unauthorized", "Not Authorized to access onPutByRole on type Subscription"),
        ),
    ],
)
def test_refuses_a_subscription_and_says_why(
    api: Api, query: str, error: tuple[str | None, str]
) -> None:
    with Subscriber(api) as subscriber:
        subscriber.start("a", query)
        refusal = subscriber.refusal()
        assert set(refusal) <= {"errorType", "message"}
        assert (refusal.get("errorType"), refusal["message"]) == error
        # Nothing of it stays, and the connection does.
        subscriber.subscribe("a", ON_PUT)


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "no"}, [], "x-api-key"])
def test_each_subscription_is_authorized(api: Api, headers: Any) -> None:
    with Subscriber(api) as subscriber:
        subscriber.start("a", ON_PUT, headers=headers)
        wanted = "UnauthorizedException" if isinstance(headers, dict) else "BadRequestException"
        assert subscriber.refusal()["errorType"] == wanted
        put(api, "1")
        subscriber.subscribe("b", ON_PUT)


def test_an_id_is_taken_until_it_is_stopped(api: Api) -> None:
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", ON_PUT)
        subscriber.start("a", ON_PUT)
        assert subscriber.refusal() == {
            "errorType": "DuplicatedOperationError",
            "message": "Duplicated operation with id a",
        }
        put(api, "1")
        assert subscriber.event() == {"id": "1"}
        subscriber.send({"type": "stop", "id": "a"})
        assert subscriber.receive()["type"] == "complete"
        subscriber.subscribe("a", "subscription { onPut(id: 3) { id } }")
        put(api, "2")
        put(api, "3")
        assert subscriber.event() == {"id": "3"}


def test_a_connection_holds_so_many_subscriptions(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert realtime._SUBSCRIPTIONS_PER_CONNECTION == 200  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(realtime, "_SUBSCRIPTIONS_PER_CONNECTION", 2)
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", ON_PUT)
        subscriber.subscribe("b", ON_PUT)
        subscriber.start("c", ON_PUT)
        assert subscriber.refusal() == {
            "errorType": "MaxSubscriptionsReachedError",
            "message": "Max number of 2 subscriptions reached",
        }
        subscriber.send({"type": "stop", "id": "a"})
        assert subscriber.receive()["type"] == "complete"
        subscriber.subscribe("c", ON_PUT)


def test_the_gateway_holds_so_many_connections(
    api: Api, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime, "_CONNECTIONS", 1)
    with Gateway(emulator.url) as gateway:
        address = f"{gateway.url}/apis/{api.api_id}/graphql"
        other = Api(api.appsync, api.api_id, address, api.headers)
        with Subscriber(other) as first:
            first.subscribe("a", ON_PUT)
            with Subscriber(other) as second:
                error = second.refusal("connection_error")
                assert (error["errorType"], error["errorCode"]) == ("LimitExceededError", 429)
                assert second.closed() == 1000
            put(other, "1")
            assert first.event() == {"id": "1"}


def test_stopping_the_gateway_closes_connections_and_leaves_no_thread(
    api: Api, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    before = set(threading.enumerate())
    gateway = Gateway(emulator.url)
    gateway.start()
    address = f"{gateway.url}/apis/{api.api_id}/graphql"
    other = Api(api.appsync, api.api_id, address, api.headers)
    with Subscriber(other) as subscriber:
        subscriber.subscribe("a", ON_PUT)
        gateway.stop()
        assert subscriber.closed() == 1001
    assert not set(threading.enumerate()) - before
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_fault_is_logged_and_never_shown(
    api: Api, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a secret of the gateway")

    failure = {"errorType": "InternalFailure", "message": "An internal failure occurred."}
    with Subscriber(api) as subscriber:
        monkeypatch.setattr(realtime, "start_subscription", fail)
        subscriber.start("a", ON_PUT)
        assert subscriber.refusal() == failure
    monkeypatch.setattr(realtime, "_handshake", fail)
    with Subscriber(api) as subscriber:
        assert subscriber.refusal("connection_error") == failure | {"errorCode": 500}
    assert caplog.text.count("ValueError: a secret of the gateway") == 2


def test_a_header_may_be_encoded_as_urls_want_it(api: Api) -> None:
    """The alphabet of URLs, without padding."""
    text = encoded(api.headers | {"x": "??>>"}).replace("+", "-").replace("/", "_").rstrip("=")
    with Subscriber(api, query={"header": text, "payload": "e30"}) as subscriber:
        subscriber.send({"type": "connection_init"})
        assert subscriber.receive()["type"] == "connection_ack"
