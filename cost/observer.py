"""Places orders of each kind on the embedded cloud, and writes down what each of them calls."""

import asyncio
import json
import os
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport

from cost.observation import Call, Observation, ObservationError
from local.cloud.emulator import CALL_LOG_VARIABLE
from local.customers import sign_in, sign_up
from local.embedded_cloud import EmbeddedCloud
from local.live import order_updates
from local.outcomes import token_for
from local.watch.log import LogFile

CUSTOMER = "alice@orderflow.example"
ORDER = {
    "name": "Pizza",
    "quantity": 6,
    "restaurantId": "Dominos",
    "addOns": ["extra cheese"],
}
FIELDS = """
  id customerId name quantity restaurantId addOns status statusReason placedAt updatedAt version
"""
PLACE = f"mutation ($input: PlaceOrderInput!) {{ placeOrder(input: $input) {{ {FIELDS} }} }}"
RETRY = f"mutation ($id: ID!) {{ retryPayment(id: $id) {{ {FIELDS} }} }}"
DELETE = f"mutation ($id: ID!) {{ deleteOrder(id: $id) {{ {FIELDS} }} }}"
# Paid and declined orders come about equally soon.
SUCCESS_RATE = 0.5
SAMPLES = 3
LOOK_SECONDS = 0.05
SETTLED_WITHIN_SECONDS = 120

Line = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one order was seen to do, until nothing of it was on its way any more.

    Args:
        lines: as local/cloud/call_log.py writes them.
        updates: what a subscriber received.
    """

    lines: list[Line]
    updates: list[dict[str, Any]]

    @property
    def order(self) -> dict[str, Any]:
        """As the last update showed it."""
        return max(self.updates, key=lambda update: update["version"])


def observe(workflow_type: str = "STANDARD") -> Observation:
    """Deploy stage `local`, place orders of each kind, and say what they call.

    Raises:
        ObservationError: two orders of one kind called different things, or one did not end.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calls.jsonl"
        os.environ[CALL_LOG_VARIABLE] = str(file)
        try:
            with EmbeddedCloud() as cloud:
                outputs = cloud.deploy(
                    {"paymentSuccessRate": SUCCESS_RATE, "workflowType": workflow_type}
                )
                return asyncio.run(_observe(cloud, outputs, file))
        finally:
            del os.environ[CALL_LOG_VARIABLE]


async def _observe(cloud: EmbeddedCloud, outputs: dict[str, Any], file: Path) -> Observation:
    password = sign_up(cloud.aws, cloud.mailbox, outputs, CUSTOMER)
    customer = sign_in(cloud.aws, outputs, CUSTOMER, password)
    transport = AIOHTTPTransport(
        url=outputs["graphqlUrl"], headers={"Authorization": customer.access_token}
    )
    async with (
        Client(transport=transport) as session,
        order_updates(outputs["graphqlUrl"], customer) as updates,
    ):
        log = LogFile(cloud.emulator.function_log)
        observer = _Observer(session=session, updates=updates, calls=file, functions=log)
        samples = await observer.every_kind()
    agreed = {kind: _agreed(kind, seen) for kind, seen in samples.items()}
    # Whatever the order, a function does the same: the quickest call is the least disturbed.
    quickest: dict[tuple[str, ...], float] = {}
    for call in (call for calls in agreed.values() for call in calls):
        quickest[call.kind] = min(call.ms, quickest.get(call.kind, call.ms))
    return Observation(
        kinds={
            kind: [replace(call, ms=quickest[call.kind]) for call in calls]
            for kind, calls in agreed.items()
        }
    )


@dataclass(frozen=True, kw_only=True)
class _Observer:
    """Places one order after the other.

    Args:
        calls: the log of calls, as local/cloud/call_log.py writes it.
        functions: what the functions log.
    """

    session: AsyncClientSession
    updates: asyncio.Queue[dict[str, Any]]
    calls: Path
    functions: LogFile

    async def every_kind(self) -> dict[str, list[Seen]]:
        """As many samples of each kind; the first order of all warms the functions up."""
        await self._place()
        paid, declined = list[Seen](), list[Seen]()
        while len(paid) < SAMPLES or len(declined) < SAMPLES:
            self._note(await self._place(), paid=paid, declined=declined)
        by_token, unreachable = list[Seen](), list[Seen]()
        for _ in range(SAMPLES):
            by_token.append(await self._place(token_for(SUCCESS_RATE, "ACCEPTED")))
            unreachable.append(await self._place(token_for(SUCCESS_RATE, "UNREACHABLE")))
        retried = list[Seen]()
        while len(retried) < SAMPLES:
            order = declined.pop().order if len(declined) > SAMPLES else await self._declined()
            again = await self._see(RETRY, id=order["id"])
            if again.order["status"] == "PAID":
                retried.append(again)
        deleted = [await self._see(DELETE, id=seen.order["id"]) for seen in paid[:SAMPLES]]
        return {
            "paid": paid,
            "paid_by_token": by_token,
            "declined": declined,
            "unreachable": unreachable,
            "retried": retried,
            "deleted": deleted,
        }

    async def _declined(self) -> dict[str, Any]:
        declined = list[Seen]()
        while not declined:
            self._note(await self._place(), paid=[], declined=declined)
        return declined[0].order

    def _note(self, seen: Seen, *, paid: list[Seen], declined: list[Seen]) -> None:
        if seen.order["status"] == "PAID":
            paid.append(seen)
        elif seen.order["statusReason"] == "payment method declined":
            declined.append(seen)

    async def _place(self, token: str | None = None) -> Seen:
        order = {**ORDER, "clientRequestToken": token} if token else ORDER
        return await self._see(PLACE, input=order)

    async def _see(self, mutation: str, **variables: Any) -> Seen:
        """What is called from now on until all of it has come to its end."""
        read = self.calls.stat().st_size
        self.functions.skip()
        published, updates = 0, list[dict[str, Any]]()
        await self.session.execute(GraphQLRequest(mutation, variable_values=variables))
        deadline = time.monotonic() + SETTLED_WITHIN_SECONDS
        while True:
            text = self.calls.read_bytes()[read:]
            # The last one may be being written.
            whole = text[: text.rfind(b"\n") + 1]
            lines = [json.loads(line) for line in whole.splitlines()]
            published += sum(each.message == "Update published" for each in self.functions.new())
            while not self.updates.empty():
                updates.append(self.updates.get_nowait())
            under_way = _under_way(lines)
            if published > len(updates):
                under_way.append("a live update")
            if not under_way:
                return Seen(lines=lines, updates=updates)
            if time.monotonic() > deadline:
                raise ObservationError(
                    f"After {SETTLED_WITHIN_SECONDS} s there still is on its way: "
                    + ", ".join(under_way)
                )
            await asyncio.sleep(LOOK_SECONDS)


def _under_way(lines: list[Line]) -> list[str]:
    """What has been begun, and has not ended."""
    left: Counter[str] = Counter()
    for line in lines:
        match line["service"], line["action"]:
            case "sqs", "SendMessage":
                left[f"a message of {line['on']}"] += 1
            case "sqs", "DeleteMessageBatch":
                left[f"a message of {line['on']}"] -= line["messages"]
            case "states", "StartExecution":
                left["an execution"] += 1
            case "states", "Execution":
                left["an execution"] -= 1
            case "dynamodb", _ if line["on"] == "orders" and line.get("changed"):
                left["a change of an order"] += 1
            case "lambda", _ if line["on"] == "broadcast-update":
                left["a change of an order"] -= line["records"]
            case _:
                pass
    # Where nothing has been begun, it has not arrived yet.
    return [what for what, number in left.items() if number] if left else ["all of it"]


def _agreed(kind: str, samples: list[Seen]) -> list[Call]:
    """What an order of this kind calls, on which all samples must agree."""
    observed = [Observation(kinds={kind: _merged(_calls(seen))}) for seen in samples]
    first, *others = observed
    for other in others:
        if differences := first.differences(other):
            raise ObservationError("Two orders called different things: " + "; ".join(differences))
    alike = [each.kinds[kind] for each in observed]
    return [
        replace(
            calls[0],
            ms=min(call.ms for call in calls),
            bytes=max(call.bytes for call in calls),
            read=max(call.read for call in calls),
            log=max(call.log for call in calls),
            changed=sorted({name for call in calls for name in call.changed}),
        )
        for calls in zip(*alike, strict=True)
    ]


def _calls(seen: Seen) -> list[Call]:
    updates = [json.dumps({"data": {"onOrderUpdated": each}}) for each in seen.updates]
    return [
        Call(service="appsync", action="mutation", by="customer", on=""),
        *(_call(line) for line in seen.lines),
        *(
            Call(
                service="appsync",
                action="publishOrderUpdate",
                by="broadcast-update",
                on="",
                bytes=len(update.encode()),
            )
            for update in updates
        ),
    ]


def _call(line: Line) -> Call:
    members = dict(line)
    number: int = members.pop("records", members.pop("messages", 1))
    if "log" in members:
        # A call may bring several records here, and one each there.
        sizes = members["log"]
        members |= {"log": sum(sizes) // number, "lines": round(len(sizes) / number)}
        members["ms"] = round(members["ms"] / number, 1)
    return Call(**members, count=number)


def _merged(calls: list[Call]) -> list[Call]:
    """Calls that are alike as one, with the size of the largest, the time of the quickest."""
    merged: dict[tuple[str, ...], Call] = {}
    for call in calls:
        known = merged.get(call.kind)
        if known is None:
            merged[call.kind] = call
            continue
        merged[call.kind] = replace(
            known,
            count=known.count + call.count,
            bytes=max(known.bytes, call.bytes),
            read=max(known.read, call.read),
            ms=min(known.ms, call.ms),
            log=max(known.log, call.log),
            changed=sorted({*known.changed, *call.changed}),
        )
    return [merged[kind] for kind in sorted(merged)]
