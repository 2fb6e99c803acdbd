"""Places orders as a customer's front end would, follows them live, and shows what happened."""

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from local.cloud import CloudError
from local.customers import Customer, sign_in, sign_up
from local.embedded_cloud import EmbeddedCloud
from local.live import order_updates
from local.mailbox import Mail
from local.watch import LogFile, Watch

CUSTOMER = "alice@orderflow.example"
AT_ONCE = 8
POLL_SECONDS = 0.1
ORDERS_END_WITHIN_SECONDS = 120
SLOWEST_ORDERS_A_SECOND = 10
MAILS_ARRIVE_WITHIN_SECONDS = 20
# Where something failed, and nothing has happened since.
GIVE_UP_SECONDS = 10
# The columns of the tables.
WIDE = 140
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
        wrong: what of the demo did not come to its end, each in a sentence.
    """

    orders: list[Order]
    first_failures: dict[str, str]
    mails: list[Mail]
    dead_letters: int
    outputs: dict[str, Any]
    seconds: dict[str, float]
    wrong: list[str]

    def as_json(self) -> str:
        return json.dumps(
            {
                "orders": [
                    {
                        "id": order["id"],
                        "name": order["name"],
                        "quantity": order["quantity"],
                        "restaurant": order["restaurantId"],
                        "retried_after": self.first_failures.get(order["id"]),
                        "status": order["status"],
                        "reason": order["statusReason"],
                        "milliseconds": None if is_pending(order) else milliseconds(order),
                    }
                    for order in self.orders
                ],
                "paid": count(self.orders, "PAID"),
                "payment_failed": count(self.orders, "PAYMENT_FAILED"),
                "retried": len(self.first_failures),
                "emails": [
                    {"to": reader, "number": len(theirs), "such_as": theirs[0].subject}
                    for reader, theirs in self._by_reader()
                ],
                "dead_letters": self.dead_letters,
                "outputs": self.outputs,
                "seconds": self.seconds,
                "wrong": self.wrong,
            }
        )

    def _by_reader(self) -> list[tuple[str, list[Mail]]]:
        """The mails to each reader, by address."""
        readers = sorted({mail.to for mail in self.mails})
        return [(reader, [mail for mail in self.mails if mail.to == reader]) for reader in readers]

    def show(self, console: Console) -> None:
        """Print it, in as few columns as the terminal has room for."""
        console.print(self._wide() if console.width >= WIDE else self._narrow())
        for reader, theirs in self._by_reader():
            mails = counted(len(theirs), "mail")
            console.print(f"{mails} to [bold]{reader}[/], such as: {theirs[0].subject}")
        console.print(f"{counted(self.dead_letters, 'message')} in the dead-letter queue")
        if console.width >= WIDE:
            outputs = Table("stack output", Column("value", overflow="fold"), box=SIMPLE)
            for name, value in self.outputs.items():
                outputs.add_row(name, str(value))
            console.print(outputs)
        else:
            console.print("\nstack outputs")
            for name, value in self.outputs.items():
                # Never wrapped, so that what is copied is whole.
                console.print(f"  {name}\n    {value}", soft_wrap=True, highlight=False)
        for sentence in self.wrong:
            console.print(f"[bold red]{sentence}[/]")
        phases = ", ".join(f"{phase} {taken:.1f} s" for phase, taken in self.seconds.items())
        paid, failed = (count(self.orders, status) for status in ("PAID", "PAYMENT_FAILED"))
        retried = len(self.first_failures)
        console.print(f"[bold]{paid} paid, {failed} failed, {retried} retried[/] ({phases})")

    def _wide(self) -> Table:
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
            table.add_row(
                order["id"],
                order["name"],
                str(order["quantity"]),
                order["restaurantId"],
                short(self.first_failures.get(order["id"])),
                coloured(order["status"]),
                short(order["statusReason"]),
                "" if is_pending(order) else str(milliseconds(order)),
            )
        return table

    def _narrow(self) -> Table:
        """Two lines for each order, of 60 columns at most; a third where there is a reason."""
        table = Table.grid(Column(no_wrap=True), Column(no_wrap=True), padding=(0, 2, 0, 0))
        for order in self.orders:
            took = "" if is_pending(order) else f"{milliseconds(order)} ms"
            table.add_row(order["id"], f"{coloured(order['status'])} {took}")
            of = f"{order['quantity']} {order['name']}, {order['restaurantId']}"
            retried = short(self.first_failures.get(order["id"]))
            table.add_row(f"  {of}", f"retried: {retried}" if retried else "")
            if order["statusReason"]:
                table.add_row("", short(order["statusReason"]))
        return table


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def coloured(status: str) -> str:
    return f"[{COLOURS[status]}]{status}[/]"


def is_pending(order: Order) -> bool:
    return order["status"] == "PENDING"


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
    return console if console.is_terminal else Console(stderr=stderr, width=WIDE)


def progress_bars(console: Console) -> Progress:
    """Bars that a narrow terminal has room for, too."""
    bar = BarColumn(max(10, min(40, console.width - 35)))
    columns = (TextColumn("{task.description:>9}"), bar, MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console)


def show_trouble(console: Console) -> Callable[[str], None]:
    """Prints what a `Watch` tells."""

    def show(message: str) -> None:
        colour = "yellow" if message.startswith("WARNING") else "red"
        console.print(message, style=colour, soft_wrap=True, markup=False, highlight=False)

    return show


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
        log = LogFile(cloud.emulator.function_log)
        with Watch(cloud.aws, log, show_trouble(console), warnings=False) as watch:
            asyncio.run(_order(outputs["graphqlUrl"], customer, orders, follower, watch, console))
            mails = _await_mails(cloud, follower)
        lap("orders")
        dead_letters = _dead_letters(cloud, outputs)
        report = Report(
            orders=sorted(
                follower.orders.values(), key=lambda order: order["placedAt"], reverse=True
            ),
            first_failures=follower.first_failures,
            mails=mails,
            dead_letters=dead_letters,
            outputs=outputs,
            seconds=seconds,
            wrong=wrong(orders, follower, mails, dead_letters, watch.failing),
        )
    if as_json:
        print(report.as_json())  # noqa: T201 (the result itself)
    else:
        report.show(console)
    return 1 if report.wrong else 0


def wrong(
    orders: int, follower: "Follower", mails: list[Mail], dead_letters: int, failing: Set[str]
) -> list[str]:
    """What did not come to its end, each in a sentence; nothing where all went well.

    Args:
        orders: how many were to be placed.
        failing: the functions whose last call failed.
    """
    left = orders - follower.ended("PAID") - follower.ended("PAYMENT_FAILED")
    missing = follower.mails_expected() - len(mails)
    rest = "rests" if dead_letters == 1 else "rest"
    sentences = {
        f"{left} of {orders} orders did not come to their end.": left > 0,
        f"{counted(missing, 'mail')} did not arrive.": missing > 0,
        f"{counted(dead_letters, 'message')} {rest} in the dead-letter queue.": dead_letters > 0,
        f"The last call of {', '.join(sorted(failing))} failed, see above.": bool(failing),
    }
    return [sentence for sentence, holds in sentences.items() if holds]


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
        seen_at: when the last update came, by the monotonic clock.
    """

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.first_failures: dict[str, str] = {}
        self._failed_as: dict[str, int] = {}
        self.seen_at = time.monotonic()

    def see(self, order: Order) -> bool:
        """Take an update in; whether it calls for a retry: the first payment failed."""
        self.seen_at = time.monotonic()
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

    def mails_expected(self) -> int:
        """Two for each end, a first failure's too: to its customer, to the operators."""
        ended = sum(not is_pending(order) for order in self.orders.values())
        return 2 * (ended + len(self.first_failures))


async def _order(
    url: str, customer: Customer, orders: int, follower: Follower, watch: Watch, console: Console
) -> None:
    transport = AIOHTTPTransport(url=url, headers={"Authorization": customer.access_token})
    async with (
        Client(transport=transport) as session,
        order_updates(url, customer) as updates,
    ):
        with progress_bars(console) as progress:
            accepted = progress.add_task("accepted", total=orders)
            limit = ORDERS_END_WITHIN_SECONDS + orders // SLOWEST_ORDERS_A_SECOND

            async def end() -> None:
                await asyncio.gather(
                    _place(session, orders, lambda: progress.advance(accepted)),
                    _follow(updates, session, orders, follower, progress),
                )

            ending = asyncio.create_task(end())
            giving_up = asyncio.create_task(give_up(follower, watch))
            done, pending = await asyncio.wait(
                {ending, giving_up}, timeout=limit, return_when=asyncio.FIRST_COMPLETED
            )
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
            if ending in done:
                ending.result()
            elif giving_up in done:
                console.print(
                    f"Nothing has happened for {GIVE_UP_SECONDS} seconds since something failed."
                )
            else:
                console.print(f"Not all ended within {limit} seconds.")


async def give_up(follower: Follower, watch: Watch) -> None:
    """Return when something has failed, and no order has moved for a while."""
    failed_at = float("inf")
    while time.monotonic() - max(failed_at, follower.seen_at) < GIVE_UP_SECONDS:
        await asyncio.sleep(POLL_SECONDS)
        if watch.errors:
            failed_at = min(failed_at, time.monotonic())


async def _ask(session: AsyncClientSession, mutation: str, variables: dict[str, Any]) -> None:
    """Raises CloudError where the API refuses."""
    try:
        await session.execute(GraphQLRequest(mutation, variable_values=variables))
    except TransportQueryError as refused:
        (error, *_) = refused.errors or [{}]
        kind, message = error.get("errorType", ""), error.get("message", str(refused))
        raise CloudError(
            f"The API refused {'.'.join(error.get('path') or [])}: {kind} {message}"
        ) from refused


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
            await _ask(session, RETRY, {"id": order["id"]})
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
            await _ask(session, PLACE, {"input": order})
        accepted()

    await asyncio.gather(*(place(number) for number in range(orders)))


def _await_mails(cloud: EmbeddedCloud, follower: Follower) -> list[Mail]:
    """The mails about these orders: each end has one for its customer, one for the operators."""
    deadline = time.monotonic() + MAILS_ARRIVE_WITHIN_SECONDS
    ended = [order["id"] for order in follower.orders.values() if not is_pending(order)]
    while True:
        about = [mail for mail in cloud.mailbox.mails() if any(i in mail.text for i in ended)]
        if len(about) >= follower.mails_expected() or time.monotonic() > deadline:
            return about
        time.sleep(POLL_SECONDS)


def _dead_letters(cloud: EmbeddedCloud, outputs: dict[str, Any]) -> int:
    attributes = cloud.aws.sqs.get_queue_attributes(
        QueueUrl=outputs["deadLetterQueueUrl"], AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"])
