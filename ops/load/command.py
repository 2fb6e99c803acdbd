"""`load --rate 50 --minutes 2`."""

import asyncio
import statistics
import time
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import aiohttp
from rich.progress import Progress

from ops.load.customer import Credentials, customer
from ops.load.door import ACCEPTED, DELETE, LIST, PLACE, Door, Measured
from ops.orders import moment
from ops.stage import OpsError, Stage
from ops.terminal import Terminal, number

PROD = "prod"
LEFT = 1
# Nobody cooks for it.
RESTAURANT = "Load test"
# Objective: 99 % of orders end within 30 seconds; some wait for retries.
ENDED_WITHIN_SECONDS = 120
LOOK_SECONDS = 2
# For WAF's rule of the stages that have one (infra/order_api.py).
MOST_IN_FIVE_MINUTES = 2000


@dataclass(kw_only=True)
class Result:
    """What a load has come to.

    Args:
        ends: orders by how they ended.
        to_end: milliseconds from being placed to the end, as the stage wrote them down.
    """

    placing: Measured = field(default_factory=Measured)
    deleting: Measured = field(default_factory=Measured)
    ends: Counter[str] = field(default_factory=Counter[str])
    to_end: list[float] = field(default_factory=list[float])

    @property
    def good(self) -> bool:
        """Whether every order was accepted and has ended, and is away again."""
        placed = self.placing.outcomes
        return (
            set(placed) <= {ACCEPTED}
            and "PENDING" not in self.ends
            and self.ends.total() == placed[ACCEPTED]
            and set(self.deleting.outcomes) <= {ACCEPTED}
        )


def run(
    stage: Stage,
    terminal: Terminal,
    *,
    rate: float,
    minutes: float,
    given: Credentials | None,
    on: str | None,
    keep: bool,
) -> int:
    """Place orders, wait for their ends, and delete them; exit code 1 where any did not do.

    Args:
        given: the customer who places them; None: one that is made, and removed.
        on: the name of the stage, said once more.
        keep: the orders are not deleted.
    """
    if stage.name == PROD and on != PROD:
        raise OpsError(f"Stage {PROD} has customers: say it twice, by load --on {PROD}.")
    orders = max(1, round(rate * minutes * 60))
    who = given.address if given else "a customer made for it, who is removed again"
    terminal.confirm(
        f"{orders} orders are placed at {RESTAURANT} on stage {stage.name} by {who}, {rate:g} a "
        f"second for {minutes:g} minutes" + ("." if keep else ", and deleted in the end.")
    )
    if rate * 300 > MOST_IN_FIVE_MINUTES and orders > MOST_IN_FIVE_MINUTES:
        terminal.say(
            f"Where the stage has a firewall (waf), it lets {MOST_IN_FIVE_MINUTES} requests of one "
            "address through in five minutes: what it refuses is counted as HTTP 403."
        )
    result = Result()
    with customer(stage, given) as token, terminal.progress() as progress:
        url = stage.output("graphqlUrl")
        asyncio.run(_run(url, token, orders, rate, result, progress, keep=keep))
    _report(stage, terminal, orders, rate, result)
    return 0 if result.good else LEFT


async def _run(
    url: str,
    token: str,
    orders: int,
    rate: float,
    result: Result,
    progress: Progress,
    *,
    keep: bool,
) -> None:
    async with aiohttp.ClientSession() as http:
        door = Door(url, token, http)
        began = datetime.now(UTC)
        placed = progress.add_task("placed", total=orders)

        async def place(due: float) -> None:
            given = {
                "name": "Load",
                "quantity": 1,
                "restaurantId": RESTAURANT,
                "clientRequestToken": str(uuid.uuid4()),
            }
            await door.ask(result.placing, PLACE, due, input=given)
            progress.advance(placed)

        await _paced(rate, [place] * orders)
        items = await _ends(door, result.placing.outcomes[ACCEPTED], began, progress)
        for item in items:
            reason = item["statusReason"]
            result.ends[f"{item['status']}, {reason}" if reason else item["status"]] += 1
            if item["status"] != "PENDING":
                taken = moment(item["updatedAt"]) - moment(item["placedAt"])
                result.to_end.append(taken.total_seconds() * 1000)
        if keep:
            return
        deleted = progress.add_task("deleted", total=len(items))

        async def delete(order_id: str, due: float) -> None:
            await door.ask(result.deleting, DELETE, due, id=order_id)
            progress.advance(deleted)

        await _paced(rate, [partial(delete, item["id"]) for item in items])


async def _paced(rate: float, requests: list[Callable[[float], Coroutine[Any, Any, None]]]) -> None:
    """Send each when it is due, whether those before it were answered or not."""
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for index, request in enumerate(requests):
            due = began + index / rate
            await asyncio.sleep(max(0, due - time.perf_counter()))
            tasks.create_task(request(due))


async def _ends(
    door: Door, accepted: int, began: datetime, progress: Progress
) -> list[dict[str, Any]]:
    """The orders that were placed since, once all of them have ended, or after a while."""
    bar = progress.add_task("ended", total=accepted)
    give_up = time.monotonic() + ENDED_WITHIN_SECONDS
    while True:
        items = await _placed_since(door, began)
        ended = sum(item["status"] != "PENDING" for item in items)
        progress.update(bar, completed=ended)
        if ended >= accepted or time.monotonic() > give_up:
            return items
        await asyncio.sleep(LOOK_SECONDS)


async def _placed_since(door: Door, began: datetime) -> list[dict[str, Any]]:
    found, token = list[dict[str, Any]](), None
    while True:
        page = await door.ask(Measured(), LIST, nextToken=token)
        if page is None:
            return found
        new = [item for item in page["items"] if moment(item["placedAt"]) >= began]
        found += new
        token = page["nextToken"]
        # They come newest first.
        if token is None or len(new) < len(page["items"]):
            return found


def _report(stage: Stage, terminal: Terminal, orders: int, rate: float, result: Result) -> None:
    timed = {
        "placed": result.placing.milliseconds,
        "ended": result.to_end,
        "deleted": result.deleting.milliseconds,
    }
    latencies = {name: _percentiles(values) for name, values in timed.items() if values}
    terminal.table(
        ["", *(number(f"{each} ms") for each in ("p50", "p95", "p99", "most"))],
        [(name, *values.values()) for name, values in latencies.items()],
    )
    counted = (
        ("placed", result.placing.outcomes),
        ("ended", result.ends),
        ("deleted", result.deleting.outcomes),
    )
    terminal.table(
        ["", "outcome", number("orders")],
        [(name, each, times) for name, counts in counted for each, times in counts.most_common()],
    )
    terminal.document(
        {
            "stage": stage.name,
            "orders": orders,
            "rate": rate,
            "good": result.good,
            "milliseconds": latencies,
            **{name: dict(counts) for name, counts in counted},
        }
    )


def _percentiles(values: list[float]) -> dict[str, int]:
    cuts = (
        statistics.quantiles(values, n=100, method="inclusive") if len(values) > 1 else values * 99
    )
    return {
        "p50": round(cuts[49]),
        "p95": round(cuts[94]),
        "p99": round(cuts[98]),
        "most": round(max(values)),
    }
