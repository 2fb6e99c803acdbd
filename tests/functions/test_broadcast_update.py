"""Which changes are published, as what, signed, in order, and what happens when one is refused."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import IPPROTO_TCP, TCP_NODELAY
from threading import Thread
from typing import Any, ClassVar

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from boto3.dynamodb.types import TypeSerializer
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from graphql import OperationDefinitionNode, build_schema, parse, print_ast, validate

from functions.broadcast_update import handler
from functions.broadcast_update.handler import Environment, handle
from functions.broadcast_update.publisher import MUTATION, NotPublished
from tests.functions.conftest import REGION, Counted, Logs, failures
from tests.functions.test_contracts import ROOT

URL = "https://api.example/graphql"
ITEM: dict[str, Any] = {
    "id": "01JAY0000000000000000000AA",
    "customerId": "3344a8d2-0081-70aa-3f35-3b2d0a2f9a11",
    "name": "Pizza",
    "quantity": 6,
    "restaurantId": "Dominos",
    "addOns": ["extra cheese"],
    "status": "PENDING",
    "attempt": 1,
    "placedAt": "2026-03-01T12:00:00.000Z",
    "updatedAt": "2026-03-01T12:00:00.000Z",
    "version": 1,
}
INTERNAL = {"attempt"}
PAID = {**ITEM, "status": "PAID", "version": 2}
TOMBSTONE = {
    "customerId": ITEM["customerId"],
    "id": ITEM["id"],
    "deletedAt": "2026-03-01T12:00:07.890Z",
    "expiresAt": 1803902407,
    "paidAttempt": 1,
}
ORDER = {name: value for name, value in ITEM.items() if name not in INTERNAL} | {
    "statusReason": None,
    "deletedAt": None,
}
PUBLISHED = (200, {"data": {"publishOrderUpdate": {"id": ITEM["id"]}}})


class Answer:
    """What the publisher reads of an HTTP response."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status_code = status
        self.content = body


class Http:
    """The API as the function reaches it: keeps the requests, gives the answers one by one."""

    def __init__(self) -> None:
        self.requests: list[AWSPreparedRequest] = []
        self.answers: list[tuple[int, Any] | BotoCoreError] = []

    def send(self, request: AWSPreparedRequest) -> Answer:
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else PUBLISHED
        if isinstance(answer, BotoCoreError):
            raise answer
        status, body = answer
        return Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode())

    @property
    def orders(self) -> list[dict[str, Any]]:
        """The orders of the mutations, as they came."""
        bodies: list[Any] = [each.body for each in self.requests]
        return [json.loads(body)["variables"]["order"] for body in bodies]


@pytest.fixture
def http(monkeypatch: pytest.MonkeyPatch) -> Http:
    http = Http()

    def session(**_: Any) -> Http:
        return http

    monkeypatch.setattr(handler, "URLLib3Session", session)
    return http


@pytest.fixture(autouse=True)
def role(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What Lambda has in the environment."""
    monkeypatch.setenv("GRAPHQL_URL", URL)
    monkeypatch.setenv("LATE_AFTER_SECONDS", "30")
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDROLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    cached = handler._publisher  # pyright: ignore[reportPrivateUsage]
    cached.cache_clear()
    yield
    cached.cache_clear()


def stream_event(*changes: tuple[dict[str, Any] | None, dict[str, Any] | None]) -> dict[str, Any]:
    """A batch of changes, each as the item before and after it; sequence numbers are s0, s1, …"""
    return {
        "Records": [record(number, before, after) for number, (before, after) in enumerate(changes)]
    }


def record(
    number: int, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> dict[str, Any]:
    name = "INSERT" if before is None else "REMOVE" if after is None else "MODIFY"
    images = {"OldImage": before, "NewImage": after}
    return {
        "eventID": f"e{number}",
        "eventName": name,
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "ApproximateCreationDateTime": 1772366400.0,
            "SequenceNumber": f"s{number}",
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            **{key: typed(image) for key, image in images.items() if image},
        },
    }


def typed(item: dict[str, Any]) -> dict[str, Any]:
    return {name: TypeSerializer().serialize(value) for name, value in item.items()}


def test_a_new_order_is_published_with_all_that_customers_see(
    http: Http, context: LambdaContext
) -> None:
    assert handle(stream_event((None, ITEM)), context) == failures()

    assert http.orders == [ORDER]


def test_a_change_is_published_as_the_order_is_now(http: Http, context: LambdaContext) -> None:
    failed = {**PAID, "status": "PAYMENT_FAILED", "statusReason": "payment method declined"}

    handle(stream_event((ITEM, failed)), context)

    assert http.orders == [
        {
            **ORDER,
            "status": "PAYMENT_FAILED",
            "statusReason": "payment method declined",
            "version": 2,
        }
    ]


def test_a_deletion_is_published_as_the_order_was_and_when(
    http: Http, context: LambdaContext
) -> None:
    handle(stream_event((PAID, TOMBSTONE)), context)

    assert http.orders == [
        {**ORDER, "status": "PAID", "version": 2, "deletedAt": "2026-03-01T12:00:07.890Z"}
    ]


def test_an_item_that_is_taken_out_of_the_table_is_a_deletion_too(
    http: Http, context: LambdaContext
) -> None:
    handle(stream_event((PAID, None)), context)

    assert http.orders == [
        {**ORDER, "status": "PAID", "version": 2, "deletedAt": "2026-03-01T12:00:00Z"}
    ]


@pytest.mark.parametrize(
    "change",
    [
        (ITEM, {**ITEM, "attempt": 2, "someday": "internal"}),
        (ITEM, ITEM),
        (None, {"customerId": "bob", "id": "no order"}),
        (None, {**ITEM, "quantity": "six"}),
        (None, {**ITEM, "version": None}),
        ({"customerId": "bob", "id": "no order"}, None),
        (ITEM, {**ITEM, "quantity": "six"}),
        (TOMBSTONE, None),
        (None, TOMBSTONE),
        (TOMBSTONE, {**TOMBSTONE, "expiresAt": 1803902408}),
    ],
    ids=[
        *("internal", "nothing", "no order", "no number", "null", "no order deleted"),
        *("no number any more", "tombstone expired", "tombstone", "tombstone changed"),
    ],
)
def test_what_customers_would_not_see_is_not_published(
    http: Http, context: LambdaContext, change: tuple[Any, Any]
) -> None:
    assert handle(stream_event(change, (None, ITEM)), context) == failures()

    assert http.orders == [ORDER]


def test_changes_are_published_one_by_one_in_the_stream_s_order(
    http: Http, context: LambdaContext
) -> None:
    other = {**ITEM, "id": "01JAY0000000000000000000BB"}

    handle(stream_event((None, ITEM), (None, other), (ITEM, PAID), (PAID, TOMBSTONE)), context)

    assert [(order["id"][-1], order["status"]) for order in http.orders] == [
        ("A", "PENDING"),
        ("B", "PENDING"),
        ("A", "PAID"),
        ("A", "PAID"),
    ]


def test_a_call_is_signed_by_the_role_for_appsync(http: Http, context: LambdaContext) -> None:
    handle(stream_event((None, ITEM)), context)

    [request] = http.requests
    assert (request.method, request.url) == ("POST", URL)
    signature = request.headers["Authorization"]
    assert signature.startswith("AWS4-HMAC-SHA256 Credential=AKIDROLE/")
    assert f"/{REGION}/appsync/aws4_request" in signature
    assert request.headers["X-Amz-Security-Token"] == "session"


def test_the_mutation_is_the_schema_s_and_selects_all_that_subscribers_may() -> None:
    files = ("appsync.graphql", "schema.graphql")
    schema = build_schema("".join((ROOT / "graphql" / file).read_text() for file in files))
    document = parse(MUTATION)

    assert validate(schema, document) == []
    [operation] = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    [field] = operation.selection_set.selections
    selected = set(print_ast(field).partition("{")[2].rstrip("}").split())
    assert selected == {*ORDER}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            (200, {"data": None, "errors": [{"errorType": "Unauthorized", "message": "secret"}]}),
            "HTTP 200, Unauthorized",
        ),
        ((200, {"data": None, "errors": [{"message": "secret"}]}), "HTTP 200, invalid request"),
        ((401, {"errors": [{"errorType": "UnauthorizedException"}]}), "UnauthorizedException"),
        ((429, {"message": "slow down"}), "HTTP 429"),
        ((500, b"Internal Server Error"), "HTTP 500, no JSON"),
        ((200, b"<html>"), "HTTP 200, no JSON"),
        (EndpointConnectionError(endpoint_url=URL), "no answer"),
        (ReadTimeoutError(endpoint_url=URL), "no answer"),
        (ConnectionClosedError(endpoint_url=URL), "no answer"),
    ],
    ids=str,
)
def test_what_is_refused_is_delivered_again_from_there_on(
    http: Http, context: LambdaContext, logs: Logs, answer: Any, reason: str
) -> None:
    http.answers = [PUBLISHED, answer]

    answered = handle(stream_event((None, ITEM), (ITEM, PAID), (PAID, TOMBSTONE)), context)

    # The deletion waits, so that it does not overtake what comes before it.
    assert answered == failures("s1")
    assert [order["version"] for order in http.orders] == [1, 2]
    [line] = [line for line in logs.lines if line["level"] == "ERROR"]
    assert reason in line["message"]
    assert (line["orderId"], line["customerId"]) == (ITEM["id"], ITEM["customerId"])
    assert "secret" not in logs.text


def test_a_batch_of_which_nothing_is_published_fails_whole(
    http: Http, context: LambdaContext
) -> None:
    http.answers = [(429, {"message": "slow down"})]

    # So that Lambda halves it, where it would deliver all of it again from its first record on.
    with pytest.raises(NotPublished):
        handle(stream_event((None, ITEM), (ITEM, PAID)), context)
    assert [order["version"] for order in http.orders] == [1]


def test_a_call_whose_time_runs_out_says_how_far_it_came(
    http: Http, context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = iter([29_000, 5_999])
    monkeypatch.setattr(context, "get_remaining_time_in_millis", lambda: next(left))

    answered = handle(
        stream_event((None, ITEM), (ITEM, PAID), (PAID, {**PAID, "version": 3})), context
    )

    # An answer can take five seconds: a call that is cut off would publish all of it again.
    assert answered == failures("s2")
    assert [order["version"] for order in http.orders] == [1, 2]


def test_one_change_is_published_however_little_time_is_left(
    http: Http, context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "get_remaining_time_in_millis", lambda: 0)

    assert handle(stream_event((None, ITEM), (ITEM, PAID)), context) == failures("s1")
    assert [order["version"] for order in http.orders] == [1]


def test_log_lines_carry_their_own_order_and_no_address(
    http: Http, context: LambdaContext, logs: Logs
) -> None:
    other = {**ITEM, "id": "01JAY0000000000000000000BB", "email": "alice@example.com"}

    handle(stream_event((None, ITEM), (None, other)), context)

    assert [line["orderId"] for line in logs.lines] == [ITEM["id"], other["id"]]
    assert "alice" not in logs.text
    assert "alice" not in str([each.body for each in http.requests])


class Listener(BaseHTTPRequestHandler):
    """The API over HTTP: keeps who connected, and what came."""

    protocol_version = "HTTP/1.1"
    clients: ClassVar[list[tuple[str, int]]] = []
    bodies: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.clients.append(self.client_address)
        self.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        body = json.dumps(PUBLISHED[1]).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        pass


def test_all_changes_go_over_one_connection_that_warm_calls_keep(
    context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        server.daemon_threads = True
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        monkeypatch.setenv("GRAPHQL_URL", f"http://127.0.0.1:{server.server_port}/graphql")
        handle(stream_event((None, ITEM), (ITEM, PAID)), context)
        handle(stream_event((PAID, TOMBSTONE)), context)
        server.shutdown()
        handler._publisher.cache_clear()  # pyright: ignore[reportPrivateUsage]
        serving.join()

    assert len(Listener.clients) == 3
    assert len(set(Listener.clients)) == 1
    assert {json.loads(body)["query"] for body in Listener.bodies} == {MUTATION}


def test_a_call_leaves_at_once_and_waits_five_seconds_at_most(
    http: Http, context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, Any]] = []

    def session(**options: Any) -> Http:
        made.append(options)
        return http

    monkeypatch.setattr(handler, "URLLib3Session", session)

    handle(stream_event((None, ITEM)), context)

    # Without the option the body may wait 40 ms for the headers' acknowledgement.
    assert made == [{"timeout": 5, "socket_options": [(IPPROTO_TCP, TCP_NODELAY, 1)]}]


def test_without_credentials_nothing_is_sent(
    context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoSession:
        def get_credentials(self) -> None:
            return None

    monkeypatch.setattr(handler, "get_session", NoSession)

    with pytest.raises(NoCredentialsError):
        handle(stream_event((None, ITEM)), context)


def test_the_environment_names_the_api() -> None:
    environ = {"GRAPHQL_URL": URL, "LATE_AFTER_SECONDS": "30", "AWS_REGION": REGION}
    assert Environment.read(environ) == Environment(
        graphql_url=URL, late_after_seconds=30, region=REGION
    )
    for name in environ:
        with pytest.raises(KeyError, match=name):
            Environment.read({key: value for key, value in environ.items() if key != name})


def ended(item: dict[str, Any], at: str, reason: str | None = None) -> dict[str, Any]:
    """The item as the workflow marks it: paid, or failed for a reason."""
    status = "PAYMENT_FAILED" if reason else "PAID"
    end = {"attempt": item["attempt"], "status": status, "name": item["name"]}
    why = {"statusReason": reason} if reason else {}
    return {
        **item,
        "status": status,
        "updatedAt": at,
        "version": item["version"] + 1,
        **why,
        "ended": {**end, **why},
    }


RETRIED = {**ITEM, "attempt": 2, "updatedAt": "2026-03-02T09:00:00.000Z", "version": 3}


@pytest.mark.parametrize(
    ("before", "after", "counted"),
    [
        (
            ITEM,
            ended(ITEM, "2026-03-01T12:00:01.250Z"),
            {"OrdersPaid": [1], "OrderAge": [1250], "OrdersLate": [0]},
        ),
        (
            ITEM,
            ended(ITEM, "2026-03-01T12:00:30.000Z", "payment method declined"),
            {"OrdersDeclined": [1], "OrderAge": [30_000], "OrdersLate": [0]},
        ),
        (
            ITEM,
            ended(ITEM, "2026-03-01T12:00:30.001Z", "payment processor unreachable"),
            {"OrdersUnreachable": [1], "OrderAge": [30_001], "OrdersLate": [1]},
        ),
        # From when it was retried on, not from when it was placed.
        (
            RETRIED,
            ended(RETRIED, "2026-03-02T09:00:02.000Z"),
            {"OrdersPaid": [1], "OrderAge": [2000], "OrdersLate": [0]},
        ),
        # Another service's clock.
        (
            ITEM,
            ended(ITEM, "2026-03-01T11:59:59.990Z"),
            {"OrdersPaid": [1], "OrderAge": [0], "OrdersLate": [0]},
        ),
    ],
    ids=["paid", "declined", "unreachable and late", "retried", "by another clock"],
)
@pytest.mark.usefixtures("http")
def test_how_an_order_ended_is_counted_and_how_long_it_took(
    context: LambdaContext,
    metrics: Counted,
    before: dict[str, Any],
    after: dict[str, Any],
    counted: dict[str, list[float]],
) -> None:
    handle(stream_event((before, after)), context)
    assert metrics.take() == counted


FAILED = ended(ITEM, "2026-03-01T12:00:01.000Z", "payment method declined")
PENDING_AGAIN = {**FAILED, "status": "PENDING", "attempt": 2, "version": 3}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, ITEM),
        (FAILED, {**FAILED, "quantity": 2, "version": 3}),
        (FAILED, PENDING_AGAIN),
        # The queue did not take the attempt, so the API has undone it.
        (PENDING_AGAIN, {**FAILED, "attempt": 2, "version": 4}),
        (ITEM, TOMBSTONE),
        (PAID, None),
        # As `ops replay-updates` has an order published.
        (None, ended(ITEM, "2026-03-01T12:00:01.000Z")),
    ],
    ids=["placed", "changed", "retried", "undone", "deleted", "gone", "replayed"],
)
@pytest.mark.usefixtures("http")
def test_what_ends_no_order_is_not_counted(
    context: LambdaContext,
    metrics: Counted,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    handle(stream_event((before, after)), context)
    assert metrics.take() == {}


def test_an_end_is_counted_once_it_is_published(
    http: Http, context: LambdaContext, metrics: Counted
) -> None:
    batch = stream_event(
        (ITEM, ended(ITEM, "2026-03-01T12:00:01.000Z")),
        (ITEM, ended(ITEM, "2026-03-01T12:00:02.000Z")),
    )
    http.answers = [PUBLISHED, (500, b"")]
    assert handle(batch, context) == failures("s1")
    assert metrics.take()["OrderAge"] == [1000]

    # Delivered again from the one on that was refused.
    handle({"Records": batch["Records"][1:]}, context)
    assert metrics.take()["OrderAge"] == [2000]
