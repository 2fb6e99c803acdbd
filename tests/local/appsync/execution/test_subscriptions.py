"""What subscriptions receive of mutations."""

import asyncio
import gc
import json
import logging
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import jwt
import psutil
import pytest

from local.appsync.execution.subscriptions import Subscription
from local.appsync.protocols import realtime
from local.appsync.protocols.realtime import Connection
from tests.local.appsync.deployment import (
    Api,
    UserPool,
    deploy,
    none,
    unit,
    user_pool_settings,
)
from tests.local.appsync.subscriber import Subscriber, encoded, signed

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = """
type Query { a: Int }
type Mutation @aws_api_key @aws_iam {
  put(id: ID, name: String, quantity: Int, data: AWSJSON, kind: Kind): Item @aws_api_key
  putOther(id: ID): Item @aws_api_key
  unheard(id: ID): Item @aws_api_key
  putMany(ids: [ID!]): [Item] @aws_api_key
}
enum Kind { RED BLUE }
type Item @aws_api_key @aws_iam {
  id: ID!  name: String  quantity: Int  data: AWSJSON  kind: Kind
  part: Part  resolved: String  secret: String @aws_iam
}
type Part @aws_api_key @aws_iam { id: ID!  name: String  parts: [Part!] }
type Subscription @aws_api_key @aws_iam {
  onPut(id: ID, name: String, quantity: Int, kind: Kind): Item
    @aws_subscribe(mutations: ["put", "putOther"])
  onPutMany: [Item] @aws_subscribe(mutations: ["putMany"])
  onPutAtLeast(quantity: Int, id: ID, early: Boolean): Item @aws_subscribe(mutations: ["put"])
  onPutBy(filter: AWSJSON): Item @aws_subscribe(mutations: ["put"])
  onNothing: Item
  refused(how: String!): Item @aws_subscribe(mutations: ["put"])
}
"""
ITEM = """{ ...ctx.args,
  part: { id: 'p', name: 'crust', parts: [{ id: 'q', name: 'flour' }] }, secret: 'hidden' }"""
FILTER = (
    "extensions.setSubscriptionFilter({ filterGroup: [{ filters: ["
    "{ fieldName: 'quantity', operator: 'ge', value: ctx.args.quantity }] }] });"
)
REFUSALS = """
if (ctx.args.how === 'unauthorized') { util.unauthorized(); }
if (ctx.args.how === 'error') { util.error('No more', 'SoldOut', { id: '1' }, { left: 0 }); }
if (ctx.args.how === 'appended') { util.appendError('Not quite', 'Partly'); }
if (ctx.args.how === 'fault') { return ctx.nothing.at.all; }
"""


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    api = deploy(
        appsync, SDL, additionalAuthenticationProviders=[{"authenticationType": "AWS_IAM"}]
    )
    api.resolver("Mutation.put", none(ITEM, "return ctx.args.id === null ? null : ctx.result;"))
    api.resolver("Mutation.putOther", none("ctx.args"))
    api.resolver("Mutation.unheard", none("ctx.args"))
    api.resolver("Mutation.putMany", none("ctx.args.ids.map((id) => ({ id }))"))
    api.resolver("Item.resolved", none("`resolved ${ctx.source.id}`"))
    api.resolver(
        "Subscription.onPutAtLeast",
        unit(
            f"if (ctx.args.early) {{ {FILTER} runtime.earlyReturn(null); }}"
            "return { payload: null };",
            f"{FILTER} return null;",
        ),
    )
    api.resolver(
        "Subscription.onPutBy",
        none("null", "extensions.setSubscriptionFilter(ctx.args.filter); return null;"),
    )
    api.resolver("Subscription.refused", none("null", f"{REFUSALS} return null;"))
    return api


def put(api: Api, selection: str = "id name quantity kind", **arguments: Any) -> None:
    query = (
        "mutation ($id: ID, $name: String, $quantity: Int, $data: AWSJSON, $kind: Kind) {"
        "put(id: $id, name: $name, quantity: $quantity, data: $data, kind: $kind)"
        f"{{ {selection} }} }}"
    )
    assert api.run(query, **arguments).data


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ("", ["1", "2", "3", "4"]),
        ("(id: 2)", ["2"]),
        ('(name: "Pizza")', ["1", "2"]),
        ('(name: "Pizza", quantity: 6)', ["2"]),
        ("(name: null)", ["4"]),
        ("(kind: BLUE)", ["3"]),
        ("(id: 5)", []),
    ],
)
def test_arguments_choose_the_results(api: Api, arguments: str, ids: list[str]) -> None:
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", f"subscription {{ onPut{arguments} {{ id }} }}")
        subscriber.subscribe("end", 'subscription { onPut(id: "end") { id } }')
        put(api, id="1", name="Pizza", quantity=1, kind="RED")
        put(api, id="2", name="Pizza", quantity=6)
        put(api, id="3", name="Sushi", quantity=6, kind="BLUE")
        put(api, id="4")
        received: list[str] = []
        put(api, id="end", name="-", quantity=-1, kind="RED")
        while (message := subscriber.receive())["id"] != "end":
            received.append(message["payload"]["data"]["onPut"]["id"])
        assert [each for each in received if each != "end"] == ids


def test_a_variable_that_is_left_out_filters_nothing(api: Api) -> None:
    query = "subscription ($id: ID, $name: String) { onPut(id: $id, name: $name) { id } }"
    with Subscriber(api) as subscriber:
        subscriber.subscribe("all", query)
        subscriber.subscribe("nameless", query, name=None)
        put(api, id="1", name="Pizza")
        assert subscriber.receive()["id"] == "all"
        put(api, id="2")
        assert {subscriber.receive()["id"] for _ in range(2)} == {"all", "nameless"}


def test_receives_what_both_selected_by_name_and_alias(api: Api) -> None:
    query = """
      subscription {
        mine: onPut { it: id name quantity data kind resolved ...parts }
      }
      fragment parts on Item { part { id inner: parts { name id } } }
    """
    selection = """
      title: name identifier: id data kind resolved
      component: part { id ... on Part { all: parts { number: id name } } }
    """
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", query)
        put(api, selection, id="1", name="Pizza", quantity=6, data='{"a":1}', kind="RED")
        assert subscriber.receive()["payload"] == {
            "data": {
                "mine": {
                    "it": "1",
                    "name": "Pizza",
                    "quantity": None,
                    # Twice JSON: https://github.com/awslabs/aws-mobile-appsync-sdk-js/issues/533
                    "data": '"{\\"a\\":1}"',
                    "kind": "RED",
                    "resolved": "resolved 1",
                    "part": {"id": "p", "inner": [{"name": "flour", "id": "q"}]},
                }
            }
        }


def test_a_field_that_must_not_be_null_must_be_selected(api: Api) -> None:
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", "subscription { onPut { id name part { id } } }")
        put(api, "name part { name }", id="1")
        payload = subscriber.receive()["payload"]
        assert payload["data"] == {"onPut": None}
        assert payload["errors"][0] == {
            "path": ["onPut", "id"],
            "message": "Cannot return null for non-nullable type: 'ID' within parent 'Item' "
            "(/onPut/id)",
        }


def test_a_field_is_kept_from_a_subscriber_that_may_not_have_it(api: Api) -> None:
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", "subscription { onPut { id secret } }")
        put(api, "id name", id="1")
        payload = subscriber.receive()["payload"]
        assert payload["data"] == {"onPut": {"id": "1", "secret": None}}
        assert payload["errors"] == [
            {
                "path": ["onPut", "secret"],
                "locations": [{"line": 1, "column": 27, "sourceName": None}],
                "errorType": "Unauthorized",
                "message": "Not Authorized to access secret on type Item",
            }
        ]


def test_a_list_is_delivered_whole(api: Api) -> None:
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", "subscription { onPutMany { id } }")
        assert api.run("mutation { putMany(ids: [1, 2]) { n: id } }").data
        assert subscriber.event() == [{"id": "1"}, {"id": "2"}]


def test_only_the_mutations_of_the_directive_are_heard(api: Api) -> None:
    with Subscriber(api) as subscriber:
        subscriber.subscribe("nothing", "subscription { onNothing { id } }")
        subscriber.subscribe("a", "subscription { onPut { id } }")
        assert api.run("mutation { unheard(id: 1) { id } }").data
        assert api.run("mutation { put(id: null) { name } }").data
        assert api.run("mutation { first: putOther(id: 2) { i: id } putOther(id: 3) { id } }").data
        assert subscriber.event() == {"id": "2"}
        assert subscriber.event() == {"id": "3"}


def test_a_resolver_s_filter_replaces_the_arguments(api: Api) -> None:
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", "subscription { onPutAtLeast(quantity: 5, id: 9) { id } }")
        subscriber.subscribe("b", "subscription { onPutAtLeast(quantity: 7, early: true) { id } }")
        put(api, id="1", quantity=4)
        put(api, id="2", quantity=5)
        put(api, "id", id="3", quantity=9)
        put(api, id="4", quantity=7)
        received = [subscriber.receive() for _ in range(3)]
        assert [
            (message["id"], message["payload"]["data"]["onPutAtLeast"]["id"])
            for message in received
        ] == [("a", "2"), ("a", "4"), ("b", "4")]


def test_a_null_filter_leaves_the_arguments(api: Api) -> None:
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", "subscription { onPutBy { id } }")
        put(api, id="1")
        assert subscriber.event() == {"id": "1"}


@pytest.mark.parametrize(
    ("field", "error"),
    [
        (
            'refused(how: "unauthorized")',
            {
                "errorType": "Unauthorized",
                "message": "Not Authorized to access refused on type Subscription",
            },
        ),
        (
            'refused(how: "error")',
            {
                "errorType": "SoldOut",
                "message": "No more",
                "data": {"id": "1"},
                "errorInfo": {"left": 0},
            },
        ),
        ('refused(how: "appended")', {"errorType": "Partly", "message": "Not quite"}),
        ('refused(how: "fault")', {"errorType": "Code", "message": "Runtime Error"}),
        (
            'onPutBy(filter: "{}")',
            {
                "errorType": "BadRequestException",
                "message": "A subscription filter needs a filterGroup with filters.",
            },
        ),
    ],
)
def test_a_resolver_may_refuse(api: Api, field: str, error: dict[str, Any]) -> None:
    with Subscriber(api) as subscriber:
        subscriber.start("a", f"subscription {{ {field} {{ id }} }}")
        assert subscriber.refusal() == error
        put(api, id="1")
        subscriber.subscribe("b", 'subscription { refused(how: "not") { id } }')


def test_subscriptions_outlive_a_deployment(appsync: "AppSyncClient") -> None:
    sdl = """
      type Query { a: Int }
      type Mutation { put(id: ID): Item }
      type Item { id: ID }
      type Subscription { onPut: Item @aws_subscribe(mutations: ["put"]) }
    """
    api = deploy(appsync, sdl)
    api.resolver("Mutation.put", none("ctx.args"))
    with Subscriber(api) as subscriber:
        subscriber.subscribe("before", "subscription { onPut { id } }")
        changed = sdl.replace("type Item {", "type Item { name: String")
        appsync.start_schema_creation(apiId=api.api_id, definition=changed.encode())
        subscriber.subscribe("after", "subscription { onPut { id name } }")
        assert api.run("mutation { put(id: 1) { id name } }").data
        received = [subscriber.receive() for _ in range(2)]
        assert [(each["id"], each["payload"]["data"]["onPut"]) for each in received] == [
            ("before", {"id": "1"}),
            ("after", {"id": "1", "name": None}),
        ]


def test_apis_hear_nothing_of_each_other(appsync: "AppSyncClient", api: Api) -> None:
    other = deploy(appsync, SDL)
    with Subscriber(other) as stranger, Subscriber(api) as subscriber:
        stranger.subscribe("a", "subscription { onPut { id } }")
        subscriber.subscribe("a", "subscription { onPut { id } }")
        put(api, id="1")
        assert subscriber.event() == {"id": "1"}
        with pytest.raises(TimeoutError):
            stranger.receive(0.1)


def test_one_connection_receives_in_the_order_of_publishing(api: Api) -> None:
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", "subscription { onPut { id } }")
        subscriber.subscribe("b", 'subscription { onPut(name: "odd") { id } }')
        wanted: list[tuple[str, str]] = []
        for number in range(100):
            put(api, id=str(number), name="odd" if number % 2 else "even")
            wanted += [("a", str(number))] + [("b", str(number))] * (number % 2)
        received = [subscriber.receive() for _ in wanted]
        assert [(each["id"], each["payload"]["data"]["onPut"]["id"]) for each in received] == wanted


ORDERS = """
type Query { getOrder(id: ID!): Order }
type Mutation { publishOrderUpdate(order: OrderUpdateInput!): Order! @aws_iam }
type Subscription {
  onOrderUpdated(customerId: ID!, id: ID): Order
    @aws_subscribe(mutations: ["publishOrderUpdate"])
}
type Order @aws_iam @aws_cognito_user_pools { id: ID! customerId: ID! status: String! }
input OrderUpdateInput { id: ID! customerId: ID! status: String! }
"""


def test_a_role_publishes_and_each_customer_receives_its_own(
    appsync: "AppSyncClient", pool: UserPool
) -> None:
    api = deploy(
        appsync,
        ORDERS,
        **user_pool_settings(pool),
        additionalAuthenticationProviders=[{"authenticationType": "AWS_IAM"}],
    )
    api.resolver("Mutation.publishOrderUpdate", none("ctx.args.order"))
    api.resolver(
        "Subscription.onOrderUpdated",
        none("null", "if (ctx.args.customerId !== ctx.identity.sub) util.unauthorized();"),
    )

    def publish(customer_id: str, status: str) -> None:
        order = {"id": "1", "customerId": customer_id, "status": status}
        query = (
            "mutation ($order: OrderUpdateInput!) "
            "{ publishOrderUpdate(order: $order) { id customerId status } }"
        )
        body = json.dumps({"query": query, "variables": {"order": order}})
        assert api.post(body.encode(), signed(api.url, body)).data

    query = (
        "subscription ($of: ID!, $id: ID) { onOrderUpdated(customerId: $of, id: $id) { status } }"
    )
    tokens = [pool.sign_in(name)["access"] for name in ("alice", "bob")]
    alice, bob = (jwt.decode(each, options={"verify_signature": False})["sub"] for each in tokens)
    with (
        Subscriber(api, {"Authorization": tokens[0]}) as of_alice,
        Subscriber(api, {"Authorization": tokens[1]}) as of_bob,
    ):
        of_alice.subscribe("all", query, of=alice)
        of_bob.subscribe("one", query, of=bob, id="1")
        of_bob.start("another's", query, of=alice)
        assert of_bob.refusal()["errorType"] == "Unauthorized"
        publish(alice, "PENDING")
        publish(bob, "PAID")
        publish(alice, "PAYMENT_FAILED")
        assert of_bob.event() == {"status": "PAID"}
        assert [of_alice.event() for _ in range(2)] == [
            {"status": "PENDING"},
            {"status": "PAYMENT_FAILED"},
        ]
        refused = api.run(
            'mutation { publishOrderUpdate(order: {id: 1, customerId: 1, status: ""}) { id } }',
            {"Authorization": tokens[0]},
        )
        assert refused.error["errorType"] == "Unauthorized"


def living(kind: type[Any]) -> int:
    gc.collect()
    return sum(type(each) is kind for each in gc.get_objects())


def await_release() -> None:
    """Return when no connection and no subscription is left in memory."""
    deadline = time.monotonic() + 10
    while living(Connection) or living(Subscription):
        assert time.monotonic() < deadline, "Connections or subscriptions are left."
        time.sleep(0.01)


def test_a_large_event_is_dropped_and_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", "subscription { onPut { id name } }")
        put(api, id="1", name="x" * 240 * 1024)
        put(api, id="2", name="x" * 239 * 1024)
        assert subscriber.event()["id"] == "2"
    assert "larger than 240 KB" in caplog.text


def test_a_client_that_does_not_read_is_disconnected(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    await_release()
    with Subscriber(api) as quick, Subscriber(api) as slow:
        quick.subscribe("a", "subscription { onPut { id } }")
        slow.subscribe("a", "subscription { onPut { id name } }")
        for number in range(200):
            put(api, id=str(number), name="x" * 200 * 1024)
            assert quick.event() == {"id": str(number)}
            if "reads too slowly" in caplog.text:
                break
        else:
            pytest.fail("A client that reads nothing was kept.")
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        deadline = time.monotonic() + 10
        while living(Connection) > 1:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        put(api, id="after")
        assert quick.event() == {"id": "after"}
        assert slow.closed() == 1006
    await_release()


def test_a_client_that_reads_receives_without_end(api: Api) -> None:
    with Subscriber(api) as subscriber:
        subscriber.subscribe("a", "subscription { onPut { id name } }")
        for number in range(12):
            put(api, id=str(number), name="x" * 200 * 1024)
            assert subscriber.event()["id"] == str(number)


def test_so_many_messages_wait_for_a_slow_client(
    api: Api, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(realtime, "_OUTBOX_MESSAGES", 1)
    with Subscriber(api) as subscriber:
        # Its acknowledgement and its first `ka` come at once.
        subscriber.send({"type": "connection_init"})
        assert subscriber.closed() == 1006
    assert "reads too slowly" in caplog.text


CLIENTS = 200
ROUNDS = 10
GROWTH_BYTES = 10 * 2**20


async def one_round(api: Api, http: aiohttp.ClientSession) -> None:
    """200 subscribers, each to an item of its own; 200 mutations, one for each item."""
    url = f"{api.url}/realtime"
    query = {"header": encoded(api.headers), "payload": "e30="}

    async def subscribe(number: int) -> aiohttp.ClientWebSocketResponse:
        socket = await http.ws_connect(url, params=query, protocols=["graphql-ws"])
        data = json.dumps({"query": f'subscription {{ onPut(id: "{number}") {{ id name }} }}'})
        payload = {"data": data, "extensions": {"authorization": api.headers}}
        await socket.send_json({"type": "start", "id": "a", "payload": payload})
        assert (await socket.receive_json())["type"] == "start_ack"
        return socket

    async def publish(number: int) -> None:
        mutation = f'mutation {{ put(id: "{number}", name: "of {number}") {{ id name }} }}'
        async with http.post(api.url, json={"query": mutation}, headers=api.headers) as response:
            assert "errors" not in await response.json()

    async def received(socket: aiohttp.ClientWebSocketResponse) -> list[dict[str, Any]]:
        """Everything up to the answer to a stop, which comes last."""
        await socket.send_json({"type": "stop", "id": "a"})
        messages: list[dict[str, Any]] = []
        while (message := await socket.receive_json(timeout=10))["type"] != "complete":
            messages.append(message["payload"]["data"]["onPut"])
        await socket.close()
        return messages

    sockets = await asyncio.gather(*map(subscribe, range(CLIENTS)))
    await asyncio.gather(*map(publish, range(CLIENTS)))
    events = await asyncio.gather(*map(received, sockets))
    for number, event in enumerate(events):
        assert event == [{"id": str(number), "name": f"of {number}"}]


def test_200_subscribers_each_receive_their_own_in_flat_memory(api: Api) -> None:
    process = psutil.Process()
    sizes: list[int] = []

    async def rounds() -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            for _ in range(ROUNDS):
                await one_round(api, http)
                gc.collect()
                sizes.append(process.memory_info().rss)

    asyncio.run(rounds())
    await_release()
    # The first rounds fill what is kept, such as parsed documents.
    assert sizes[-1] - sizes[2] < GROWTH_BYTES, sizes


def test_a_mutation_is_heard_by_all_who_wait_for_it(api: Api) -> None:
    subscribers = [Subscriber(api) for _ in range(30)]
    try:
        for subscriber in subscribers:
            subscriber.subscribe("a", "subscription { onPut { id } }")
        for number in range(30):
            put(api, id=str(number))
        for subscriber in subscribers:
            assert [subscriber.event()["id"] for _ in range(30)] == list(map(str, range(30)))
    finally:
        for subscriber in subscribers:
            subscriber.close()


def test_no_warning_is_logged_when_clients_just_leave(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            with Subscriber(api) as subscriber:
                subscriber.subscribe("a", "subscription { onPut { id } }")
            put(api, id="1")
        await_release()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
