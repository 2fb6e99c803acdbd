"""Who may do what: every operation and field, for everyone who may come to the door."""

import asyncio
import base64
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from graphql import GraphQLObjectType

from infra.order_api import GRAPHQL
from local.appsync.documents.schema import build_schema
from tests.e2e.conftest import Deploy
from tests.e2e.identities import (
    Identity,
    Sign,
    anonymous,
    another_role,
    bearing,
    broadcast_role,
    expired,
    of_another_client,
    post,
    role_session,
    signing,
    tampered,
)
from tests.e2e.stage import PIZZA, RESTAURANT, Stage

# What an identity gets. The three that follow are refusals of the whole request.
OK = "ok"
NOTHING = "nothing"  # null, or an empty list
NO_CREDENTIALS = "401 Valid authorization header not provided."
EXPIRED = "401 Token has expired."
UNKNOWN = "401 You are not authorized to make this call."
NO_PERMISSION = "401 Permission denied"
FIELD = "Unauthorized: Not Authorized to access {field} on type {type}"
NOT_FOUND = (
    "OrderNotFound: No order of yours by that id is saved. "
    "One that was just placed is saved within seconds: try again then."
)

# These get nowhere, whatever they ask for.
AT_THE_DOOR = {
    "nobody": NO_CREDENTIALS,
    "expired token": EXPIRED,
    "token of another pool": UNKNOWN,
    "token of another client": UNKNOWN,
    "tampered token": UNKNOWN,
    "API key": UNKNOWN,
    "another role": NO_PERMISSION,
}
# What these get depends on the operation. Each acts on an order of `customer`; `open role` may call
# every field of the API as far as its policy is concerned.
COLUMNS = ("customer", "another customer", "staff", "broadcast role", "open role")
# Nor do these get more than another customer does: staff has both the group and a row for the
# restaurant of the order.
NO_STAFF_HERE = ("staff of another restaurant", "staff without a row", "row without the group")
OPERATIONS = {
    "Query.getOrder": (OK, NOTHING, NOTHING, NO_PERMISSION, FIELD),
    "Query.listOrders": (OK, NOTHING, NOTHING, NO_PERMISSION, FIELD),
    "Query.listRestaurantOrders": (FIELD, FIELD, OK, NO_PERMISSION, FIELD),
    "Mutation.placeOrder": (OK, OK, OK, NO_PERMISSION, FIELD),
    "Mutation.updateOrder": (OK, NOT_FOUND, NOT_FOUND, NO_PERMISSION, FIELD),
    "Mutation.retryPayment": (OK, NOT_FOUND, NOT_FOUND, NO_PERMISSION, FIELD),
    "Mutation.deleteOrder": (OK, NOT_FOUND, NOT_FOUND, NO_PERMISSION, FIELD),
    "Mutation.publishOrderUpdate": (FIELD, FIELD, FIELD, OK, OK),
    "Subscription.onOrderUpdated": (OK, FIELD, FIELD, NO_PERMISSION, FIELD),
}
# Fields are read from what an operation answers: an order that the caller placed, listed or
# published. IAM callers publish orders, and have no list.
OF_AN_ORDER = (OK, OK, OK, OK, OK)
OF_A_LIST = (OK, OK, OK, NO_PERMISSION, FIELD)
FIELDS = {
    **{
        f"Order.{name}": OF_AN_ORDER
        for name in (
            "id", "customerId", "name", "quantity", "restaurantId", "addOns", "status",
            "statusReason", "placedAt", "updatedAt", "version", "deletedAt",
        )
    },
    "OrderConnection.items": OF_A_LIST,
    "OrderConnection.nextToken": OF_A_LIST,
}  # fmt: skip
MATRIX = {
    (path, identity): outcome
    for path, outcomes in {**OPERATIONS, **FIELDS}.items()
    for identity, outcome in {
        **AT_THE_DOOR,
        **dict(zip(COLUMNS, outcomes, strict=True)),
        **dict.fromkeys(NO_STAFF_HERE, outcomes[COLUMNS.index("another customer")]),
    }.items()
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A request, the order of Alice's that it is about, and whether its data is nothing."""

    query: str
    order_id: str | None = None
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    nothing: Callable[[dict[str, Any]], bool] = lambda _data: False


@pytest.fixture(scope="module")
def stage(deploy: Deploy) -> Stage:
    return deploy(workflowType="STANDARD", paymentSuccessRate=1, introspection=False)


@pytest.fixture(scope="module")
def identities(stage: Stage, deploy: Deploy) -> dict[str, Identity]:
    alice, bob, chef = stage.customer(), stage.customer(), stage.staff(RESTAURANT)
    elsewhere, nowhere, outside = stage.staff("Kyoto"), stage.staff(), stage.customer()
    stage.employ(outside, RESTAURANT)
    stranger = deploy(workflowType="STANDARD").customer()
    mine = f"arn:aws:appsync:us-east-1:000000000000:apis/{stage.api_id}/*"
    no_right = another_role(stage, "no-right", Action="sqs:SendMessage", Resource="*")
    every_field = another_role(stage, "open", Action="appsync:GraphQL", Resource=mine)
    everyone = [
        Identity(name="nobody", sign=anonymous()),
        Identity(name="customer", sign=bearing(alice.access_token), customer=alice),
        Identity(name="another customer", sign=bearing(bob.access_token), customer=bob),
        Identity(name="staff", sign=bearing(chef.access_token), customer=chef),
        Identity(
            name="staff of another restaurant",
            sign=bearing(elsewhere.access_token),
            customer=elsewhere,
        ),
        Identity(name="staff without a row", sign=bearing(nowhere.access_token), customer=nowhere),
        Identity(
            name="row without the group", sign=bearing(outside.access_token), customer=outside
        ),
        Identity(name="broadcast role", sign=signing(role_session(stage, broadcast_role(stage)))),
        Identity(name="another role", sign=signing(role_session(stage, no_right))),
        Identity(name="open role", sign=signing(role_session(stage, every_field))),
        Identity(name="expired token", sign=bearing(expired(stage, alice))),
        Identity(name="token of another pool", sign=bearing(stranger.access_token)),
        Identity(name="token of another client", sign=bearing(of_another_client(stage, alice))),
        Identity(name="tampered token", sign=bearing(tampered(alice.access_token))),
        Identity(name="API key", sign=anonymous(**{"x-api-key": "da2-abcdefghijklmnopqrstuvwxyz"})),
    ]
    return {each.name: each for each in everyone}


def test_every_operation_and_field_has_its_row_and_every_identity_its_column() -> None:
    kinds = build_schema((GRAPHQL / "schema.graphql").read_text()).type_map.values()
    paths = {
        f"{kind.name}.{name}"
        for kind in kinds
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name in kind.fields
    }
    assert {*OPERATIONS, *FIELDS} == paths
    assert {identity for _, identity in MATRIX} == {*AT_THE_DOOR, *COLUMNS, *NO_STAFF_HERE}


@pytest.mark.parametrize(("path", "name"), MATRIX, ids=[f"{path}-{name}" for path, name in MATRIX])
def test_who_may_do_what(
    stage: Stage, identities: dict[str, Identity], path: str, name: str
) -> None:
    caller = identities[name]
    alice = identities["customer"].customer
    assert alice is not None
    expected = MATRIX[path, name]

    case = _case(path, caller, stage, alice.sub)
    if path.startswith("Subscription."):
        outcome = asyncio.run(_subscribe(stage.outputs["graphqlUrl"], caller.sign, case))
    else:
        outcome = _outcome(stage, caller.sign, case)

    operation_type, operation = _operation(path, caller)
    assert outcome == expected.format(field=operation, type=operation_type)
    if case.order_id and expected != OK:
        # What is refused has changed nothing of Alice's order.
        order = stage.orders(alice.sub)[case.order_id]
        assert (order["status"], order["version"]) == ({"S": "PAYMENT_FAILED"}, {"N": "1"})


def _operation(path: str, caller: Identity) -> tuple[str, str]:
    """Type and name of the operation that a row is tried by."""
    kind, name = path.split(".")
    if kind == "OrderConnection":
        return "Query", "listOrders"
    if kind == "Order":
        return ("Query", "getOrder") if caller.customer else ("Mutation", "publishOrderUpdate")
    return kind, name


def _case(path: str, caller: Identity, stage: Stage, alice: str) -> Case:
    kind, name = path.split(".")
    if kind == "OrderConnection":
        selected = {"items": "items { id }", "nextToken": "nextToken"}[name]
        return Case(query=f"{{ listOrders {{ {selected} }} }}")
    if kind == "Order":
        if caller.customer:
            order_id = stage.store(caller.customer.sub)
            return Case(query=f'{{ getOrder(id: "{order_id}") {{ {name} }} }}')
        return _publish(alice, name)
    order_id = stage.store(alice)
    by_id = {"id": order_id}
    match name:
        case "getOrder":
            return Case(
                query="query ($id: ID!) { getOrder(id: $id) { id } }",
                variables=by_id,
                order_id=order_id,
                nothing=lambda data: data["getOrder"] is None,
            )
        case "listOrders":
            return Case(
                query="{ listOrders(limit: 100) { items { id } } }",
                nothing=lambda data: order_id not in str(data),
            )
        case "listRestaurantOrders":
            return Case(
                query=f'{{ listRestaurantOrders(restaurantId: "{RESTAURANT}", limit: 100)'
                " { items { id } } }",
                nothing=lambda data: order_id not in str(data),
            )
        case "placeOrder":
            return Case(
                query="mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id } }",
                variables={"input": PIZZA},
            )
        case "updateOrder":
            return Case(
                query="mutation ($input: UpdateOrderInput!) { updateOrder(input: $input) { id } }",
                variables={"input": {**by_id, "version": 1, "quantity": 2}},
                order_id=order_id,
            )
        case "retryPayment" | "deleteOrder":
            return Case(
                query=f"mutation ($id: ID!) {{ {name}(id: $id) {{ id }} }}",
                variables=by_id,
                order_id=order_id,
            )
        case "publishOrderUpdate":
            return _publish(alice, "id")
        case "onOrderUpdated":
            return Case(
                query="subscription ($customerId: ID!)"
                " { onOrderUpdated(customerId: $customerId) { id } }",
                variables={"customerId": alice},
            )
        case _:
            raise AssertionError(f"no request for {path}")


def _publish(customer_id: str, selected: str) -> Case:
    order = {
        **PIZZA,
        "id": str(uuid.uuid4()),
        "customerId": customer_id,
        "addOns": [],
        "status": "PAID",
        "placedAt": "2026-01-01T12:00:00.000Z",
        "updatedAt": "2026-01-01T12:00:00.000Z",
        "version": 1,
    }
    return Case(
        query="mutation ($order: OrderUpdateInput!)"
        f" {{ publishOrderUpdate(order: $order) {{ {selected} }} }}",
        variables={"order": order},
    )


def _outcome(stage: Stage, sign: Sign, case: Case) -> str:
    status, body = post(stage.outputs["graphqlUrl"], sign, case.query, **case.variables)
    errors = body.get("errors")
    if status != 200:
        assert errors
        return f"{status} {errors[0]['message']}"
    if errors:
        [error] = errors
        # Nothing comes along with a refusal.
        assert error["data"] is None
        assert all(value is None for value in (body["data"] or {}).values())
        return f"{error['errorType']}: {error['message']}"
    return NOTHING if case.nothing(body["data"]) else OK


async def _subscribe(url: str, sign: Sign, case: Case) -> str:
    """Outcome of a subscription, over the protocol itself."""

    def header(address: str, body: str) -> dict[str, str]:
        return {"host": address.split("/")[2]} | sign(address, body.encode())

    data = json.dumps({"query": case.query, "variables": case.variables})
    connect = base64.b64encode(json.dumps(header(f"{url}/connect", "{}")).encode()).decode()
    query = {"header": connect, "payload": base64.b64encode(b"{}").decode()}
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(url, protocols=["graphql-ws"], params=query) as socket,
    ):
        await socket.send_json({"type": "connection_init"})
        message = await socket.receive_json(timeout=10)
        if message["type"] == "connection_error":
            [error] = message["payload"]["errors"]
            return f"{error['errorCode']} {error['message']}"
        assert message["type"] == "connection_ack"
        payload = {"data": data, "extensions": {"authorization": header(url, data)}}
        await socket.send_json({"type": "start", "id": "1", "payload": payload})
        while (message := await socket.receive_json(timeout=10))["type"] == "ka":
            pass
        if message["type"] == "start_ack":
            return OK
        assert message["type"] == "error"
        [error] = message["payload"]["errors"]
        return _refusal(error)


def _refusal(error: dict[str, Any]) -> str:
    whole = error["errorType"] == "UnauthorizedException"
    return f"401 {error['message']}" if whole else f"{error['errorType']}: {error['message']}"
