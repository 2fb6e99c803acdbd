"""Places orders as a customer's front end would, watches them end, and shows what happened."""

import asyncio
import itertools
import json
import time
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

from local.customers import sign_in, sign_up
from local.embedded_cloud import EmbeddedCloud
from local.mailbox import Mail

CUSTOMER = "alice@orderflow.example"
AT_ONCE = 8
POLL_SECONDS = 0.1
ORDERS_END_WITHIN_SECONDS = 120
MAILS_ARRIVE_WITHIN_SECONDS = 20
MENU: tuple[tuple[str, str, list[str]], ...] = (
    ("Pizza", "Dominos", ["extra cheese"]),
    ("Pad Thai", "Thai Garden", ["chili"]),
    ("Burger", "Burger & Co.", []),
    ("Sushi", "Kyoto", ["wasabi", "ginger"]),
    ("Falafel", "Beirut", []),
)
PLACE = "mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id } }"
LIST = """
  query ($nextToken: String) {
    listOrders(limit: 100, nextToken: $nextToken) {
      items { id name quantity restaurantId status statusReason placedAt updatedAt }
      nextToken
    }
  }
"""
COLOURS = {"PAID": "green", "PAYMENT_FAILED": "red", "PENDING": "yellow"}


@dataclass(frozen=True, kw_only=True)
class Report:
    """What happened.

    Args:
        orders: as the API gives them.
        mails: what the stage mailed about them, to customers and operators.
        dead_letters: messages in the dead-letter queue.
        seconds: how long each phase took, without the set-up of the environment.
    """

    orders: list[dict[str, Any]]
    mails: list[Mail]
    dead_letters: int
    outputs: dict[str, Any]
    seconds: dict[str, float]

    @property
    def complete(self) -> bool:
        """Whether every order came to its end."""
        return count(self.orders, "PENDING") == 0

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
            Column("quantity", justify="right"),
            "restaurant",
            Column("status", no_wrap=True),
            "reason",
            Column("ms to the end", justify="right"),
            box=SIMPLE,
        )
        for order in self.orders:
            status = order["status"]
            table.add_row(
                order["id"],
                order["name"],
                str(order["quantity"]),
                order["restaurantId"],
                f"[{COLOURS[status]}]{status}",
                order["statusReason"] or "",
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
        console.print(f"[bold]{paid} paid, {failed} failed[/] ({phases})")


def count(orders: list[dict[str, Any]], status: str) -> int:
    return sum(order["status"] == status for order in orders)


def milliseconds(order: dict[str, Any]) -> int:
    """From the API's acceptance of the order to its last change."""
    placed, ended = (datetime.fromisoformat(order[key]) for key in ("placedAt", "updatedAt"))
    return round((ended - placed).total_seconds() * 1000)


def make_console(*, stderr: bool = False) -> Console:
    """The terminal; as wide as the tables where the output goes to a file or a pipe."""
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=120)


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
        placed = asyncio.run(_order(outputs["graphqlUrl"], customer.access_token, orders, console))
        mails = _await_mails(cloud, placed)
        lap("orders")
        report = Report(
            orders=placed,
            mails=mails,
            dead_letters=_dead_letters(cloud, outputs),
            outputs=outputs,
            seconds=seconds,
        )
    if as_json:
        print(report.as_json())  # noqa: T201 (the result itself)
    else:
        report.show(console)
    return 0 if report.complete and len(placed) == orders else 1


def deploy_shown(cloud: EmbeddedCloud, console: Console) -> dict[str, Any]:
    """Deploy the stage, showing each resource as it is created."""
    created = itertools.count(1)
    with console.status("Deploying stage local") as status:
        return cloud.deploy(
            registered=lambda resource_type, name: status.update(
                f"Deploying stage local: {next(created)} resources, {name} ({resource_type})"
            )
        )


async def _order(url: str, token: str, orders: int, console: Console) -> list[dict[str, Any]]:
    transport = AIOHTTPTransport(url=url, headers={"Authorization": token})
    async with Client(transport=transport) as session:
        columns = (TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            placing = asyncio.create_task(_place(session, orders, progress))
            watching = asyncio.create_task(_watch(session, orders, progress))
            await placing
            return await watching


async def _place(session: AsyncClientSession, orders: int, progress: Progress) -> None:
    accepted = progress.add_task("accepted", total=orders)
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
        progress.advance(accepted)

    await asyncio.gather(*(place(number) for number in range(orders)))


async def _watch(
    session: AsyncClientSession, orders: int, progress: Progress
) -> list[dict[str, Any]]:
    """Ask for the orders until all have ended, or the time is up."""
    bars = {
        status: progress.add_task(label, total=orders)
        for status, label in (("PAID", "paid"), ("PAYMENT_FAILED", "failed"))
    }
    deadline = time.monotonic() + ORDERS_END_WITHIN_SECONDS
    while True:
        listed = await _list(session)
        for status, bar in bars.items():
            progress.update(bar, completed=count(listed, status))
        ended = len(listed) - count(listed, "PENDING")
        if ended == orders or time.monotonic() > deadline:
            return listed
        await asyncio.sleep(POLL_SECONDS)


async def _list(session: AsyncClientSession) -> list[dict[str, Any]]:
    orders: list[dict[str, Any]] = []
    token = None
    while True:
        request = GraphQLRequest(LIST, variable_values={"nextToken": token})
        page = (await session.execute(request))["listOrders"]
        orders += page["items"]
        token = page["nextToken"]
        if token is None:
            return orders


def _await_mails(cloud: EmbeddedCloud, orders: list[dict[str, Any]]) -> list[Mail]:
    """The mails about these orders: each has one for its customer and one for the operators."""
    deadline = time.monotonic() + MAILS_ARRIVE_WITHIN_SECONDS
    ended = [order["id"] for order in orders if order["status"] != "PENDING"]
    while True:
        about = [mail for mail in cloud.mailbox.mails() if any(i in mail.text for i in ended)]
        if len(about) >= 2 * len(ended) or time.monotonic() > deadline:
            return about
        time.sleep(POLL_SECONDS)


def _dead_letters(cloud: EmbeddedCloud, outputs: dict[str, Any]) -> int:
    attributes = cloud.aws.sqs.get_queue_attributes(
        QueueUrl=outputs["deadLetterQueueUrl"], AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"])
