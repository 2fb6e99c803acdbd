"""Places orders as a customer's front end would, follows them live, and shows what happened."""

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from local.customers import Customer, sign_in, sign_up
from local.embedded_cloud import EmbeddedCloud
from local.live import order_updates
from local.mailbox import Mail

CUSTOMER = "alice@orderflow.example"
AT_ONCE = 8
POLL_SECONDS = 0.1
ORDERS_END_WITHIN_SECONDS = 120
SLOWEST_ORDERS_A_SECOND = 10
MAILS_ARRIVE_WITHIN_SECONDS = 20
MENU: tuple[tuple[str, str, list[str]], ...] = (
    ("Pizza", "Dominos", ["extra cheese"]),
    ("Pad Thai", "Thai Garden", ["chili"]),
    ("Burger", "Burger & Co.", []),
    ("Sushi", "Kyoto", ["wasabi", "ginger"]),
    ("Falafel", "Beirut", []),
)
PLACE = "mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id } }"
RETRY = "mutation ($id: ID!) { retryPayment(id: $id) { id } }"
COLOURS = {"PAID": "green", "PAYMENT_FAILED": "red", "PENDING": "yellow"}


Order = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What happened.

    Args:
        orders: as the last update of each showed it, newest first.
        first_failures: why the first payment failed, by the ids of the orders that were retried.
        mails: what the stage mailed about them, to customers and operators.
        dead_letters: messages in the dead-letter queue.
        seconds: how long each phase took, without the set-up of the environment.
    """

    orders: list[Order]
    first_failures: dict[str, str]
    mails: list[Mail]
    dead_letters: int
    outputs: dict[str, Any]
    seconds: dict[str, float]

    def as_json(self) -> str:
        return json.dumps(
            {
                "orders": [
                    {
                        "id": order["id"],
                        "status": order["status"],
                        "milliseconds": milliseconds(order),
                    }
                    for order in self.orders
                ],
                "paid": count(self.orders, "PAID"),
                "payment_failed": count(self.orders, "PAYMENT_FAILED"),
                "retried": len(self.first_failures),
                "emails": len(self.mails),
                "dead_letters": self.dead_letters,
                "outputs": self.outputs,
                "seconds": self.seconds,
            }
        )

    def show(self, console: Console) -> None:
        table = Table(
            Column("id", no_wrap=True),
            "item",
            Column("quantity", justify="right", no_wrap=True),
            "restaurant",
            "retried after",
            Column("status", no_wrap=True),
            "reason",
            Column("ms", justify="right", no_wrap=True),
            box=SIMPLE,
        )
        for order in self.orders:
            status = order["status"]
            table.add_row(
                order["id"],
                order["name"],
                str(order["quantity"]),
                order["restaurantId"],
                short(self.first_failures.get(order["id"])),
                f"[{COLOURS[status]}]{status}",
                short(order["statusReason"]),
                str(milliseconds(order)) if status != "PENDING" else "",
            )
        console.print(table)
        readers = sorted({mail.to for mail in self.mails})
        for reader in readers:
            theirs = [mail for mail in self.mails if mail.to == reader]
            console.print(f"{len(theirs)} mails to [bold]{reader}[/], such as: {theirs[0].subject}")
        console.print(f"{self.dead_letters} messages in the dead-letter queue")
        outputs = Table("stack output", Column("value", overflow="fold"), box=SIMPLE)
        for name, value in self.outputs.items():
            outputs.add_row(name, str(value))
        console.print(outputs)
        phases = ", ".join(f"{phase} {taken:.1f} s" for phase, taken in self.seconds.items())
        paid, failed = (count(self.orders, status) for status in ("PAID", "PAYMENT_FAILED"))
        retried = len(self.first_failures)
        console.print(f"[bold]{paid} paid, {failed} failed, {retried} retried[/] ({phases})")


def short(reason: str | None) -> str:
    """Why a payment failed, for a narrow column."""
    return (reason or "").removeprefix("payment ")


def count(orders: list[Order], status: str) -> int:
    return sum(order["status"] == status for order in orders)


def milliseconds(order: Order) -> int:
    """From the API's acceptance of the order to its last change."""
    placed, ended = (datetime.fromisoformat(order[key]) for key in ("placedAt", "updatedAt"))
    return round((ended - placed).total_seconds() * 1000)


def make_console(*, stderr: bool = False) -> Console:
    """The terminal; as wide as the tables where the output goes to a file or a pipe."""
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=140)


def run(orders: int, as_json: bool) -> int:
    """Run the demo; the exit code is 0 only where every order came to its end."""
    console = make_console(stderr=as_json)
    seconds: dict[str, float] = {}
    began = time.perf_counter()

    def lap(phase: str) -> None:
        seconds[phase] = round(time.perf_counter() - began - sum(seconds.values()), 3)

    with EmbeddedCloud() as cloud:
        lap("start")
        outputs = deploy_shown(cloud, console)
        lap("deploy")
        password = sign_up(cloud.aws, cloud.mailbox, outputs, CUSTOMER)
        customer = sign_in(cloud.aws, outputs, CUSTOMER, password)
        console.print(f"[bold]{CUSTOMER}[/] signed up and signed in, and places {orders} orders")
        console.print("They are followed by subscription; a failed payment is retried once.")
        follower = Follower()
        asyncio.run(_order(outputs["graphqlUrl"], customer, orders, follower, console))
        mails = _await_mails(cloud, follower)
        lap("orders")
        report = Report(
            orders=sorted(
                follower.orders.values(), key=lambda order: order["placedAt"], reverse=True
            ),
            first_failures=follower.first_failures,
            mails=mails,
            dead_letters=_dead_letters(cloud, outputs),
            outputs=outputs,
            seconds=seconds,
        )
    if as_json:
        print(report.as_json())  # noqa: T201 (the result itself)
    else:
        report.show(console)
    return 0 if follower.ended("PAID") + follower.ended("PAYMENT_FAILED") == orders else 1


def deploy_shown(cloud: EmbeddedCloud, console: Console) -> dict[str, Any]:
    """Deploy the stage, showing each resource as it is created."""
    created = itertools.count(1)
    with console.status("Deploying stage local") as status:
        return cloud.deploy(
            registered=lambda resource_type, name: status.update(
                f"Deploying stage local: {next(created)} resources, {name} ({resource_type})"
            )
        )


class Follower:
    """What the live updates have told so far.

    Attributes:
        orders: each as its last update showed it.
        first_failures: why a first payment failed; those orders are retried.
    """

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.first_failures: dict[str, str] = {}
        self._failed_as: dict[str, int] = {}

    def see(self, order: Order) -> bool:
        """Take an update in; whether it calls for a retry: the first payment failed."""
        known = self.orders.get(order["id"])
        if known and known["version"] >= order["version"]:
            return False  # Delivered again.
        self.orders[order["id"]] = order
        if order["status"] != "PAYMENT_FAILED" or order["id"] in self.first_failures:
            return False
        self.first_failures[order["id"]] = order["statusReason"]
        self._failed_as[order["id"]] = order["version"]
        return True

    def ended(self, status: str) -> int:
        """How many orders have ended so; a first failure is no end."""
        return sum(
            order["status"] == status and order["version"] != self._failed_as.get(order["id"])
            for order in self.orders.values()
        )


async def _order(
    url: str, customer: Customer, orders: int, follower: Follower, console: Console
) -> None:
    transport = AIOHTTPTransport(url=url, headers={"Authorization": customer.access_token})
    columns = (TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn())
    async with (
        Client(transport=transport) as session,
        order_updates(url, customer) as updates,
    ):
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            accepted = progress.add_task("accepted", total=orders)
            limit = ORDERS_END_WITHIN_SECONDS + orders // SLOWEST_ORDERS_A_SECOND
            try:
                async with asyncio.timeout(limit):
                    await asyncio.gather(
                        _place(session, orders, lambda: progress.advance(accepted)),
                        _follow(updates, session, orders, follower, progress),
                    )
            except TimeoutError:
                console.print(f"Not all ended within {limit} seconds.")


async def _follow(
    updates: asyncio.Queue[Order],
    session: AsyncClientSession,
    orders: int,
    follower: Follower,
    progress: Progress,
) -> None:
    """Take updates in until all orders have ended, retrying each first failure."""
    bars = {
        status: progress.add_task(label, total=orders)
        for status, label in (("PAID", "paid"), ("PAYMENT_FAILED", "failed"))
    }
    retries = progress.add_task("retried", visible=False)
    ended = dict.fromkeys(bars, 0)
    while sum(ended.values()) < orders:
        order = await updates.get()
        if follower.see(order):
            await session.execute(GraphQLRequest(RETRY, variable_values={"id": order["id"]}))
            retried = len(follower.first_failures)
            progress.update(retries, completed=retried, total=retried, visible=True)
        for status, bar in bars.items():
            ended[status] = follower.ended(status)
            progress.update(bar, completed=ended[status])


async def _place(session: AsyncClientSession, orders: int, accepted: Callable[[], None]) -> None:
    at_once = asyncio.Semaphore(AT_ONCE)

    async def place(number: int) -> None:
        name, restaurant, add_ons = MENU[number % len(MENU)]
        order = {
            "name": name,
            "quantity": number % 6 + 1,
            "restaurantId": restaurant,
            "addOns": add_ons,
        }
        async with at_once:
            await session.execute(GraphQLRequest(PLACE, variable_values={"input": order}))
        accepted()

    await asyncio.gather(*(place(number) for number in range(orders)))


def _await_mails(cloud: EmbeddedCloud, follower: Follower) -> list[Mail]:
    """The mails about these orders: each end has one for its customer, one for the operators."""
    deadline = time.monotonic() + MAILS_ARRIVE_WITHIN_SECONDS
    ended = [order["id"] for order in follower.orders.values() if order["status"] != "PENDING"]
    expected = 2 * (len(ended) + len(follower.first_failures))
    while True:
        about = [mail for mail in cloud.mailbox.mails() if any(i in mail.text for i in ended)]
        if len(about) >= expected or time.monotonic() > deadline:
            return about
        time.sleep(POLL_SECONDS)


def _dead_letters(cloud: EmbeddedCloud, outputs: dict[str, Any]) -> int:
    attributes = cloud.aws.sqs.get_queue_attributes(
        QueueUrl=outputs["deadLetterQueueUrl"], AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"])
