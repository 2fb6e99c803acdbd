"""Runs orders and faults against each other, lets all come to rest, and looks at what is left."""

import asyncio
import random
import secrets
import time
from collections import Counter
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import aiohttp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from local.chaos.clients import Client, Door, Watch
from local.chaos.faults import Fault, Saboteur, draw_faults
from local.chaos.orders import SUCCESS_RATE, Order, draw_orders
from local.chaos.promises import Ends, has_seen, violations
from local.chaos.report import Report
from local.chaos.stage import Stage
from local.customers import Customer, sign_in, sign_up
from local.demo import make_console
from local.embedded_cloud import EmbeddedCloud
from local.live import order_updates

# Each has one order at a time, from placing it until its outcome, or as long as patience lasts.
AT_ONCE = 16
ORDERS_A_CUSTOMER = 50
FEWEST_CUSTOMERS, MOST_CUSTOMERS = 3, 12
# Poison is received five times, two seconds apart, before it rests; and the slowest stage.
REST_WITHIN_SECONDS = 60
SLOWEST_ORDERS_A_SECOND = 2
MOST_REDRIVES_AN_ORDER = 3
UPDATES_WITHIN_SECONDS = 10

T = TypeVar("T")


def run(orders: int, seed: int, workflow_type: str) -> int:
    """Run `make chaos`; the exit code is 0 only where every promise was kept."""
    console = make_console()
    console.print(f"{orders} orders, seed {seed}, {workflow_type}")
    with EmbeddedCloud() as cloud:
        with console.status("Deploying stage local"):
            outputs = cloud.deploy(options(workflow_type))
        report = run_on(cloud, outputs, orders, seed, workflow_type, console)
    report.show(console)
    return 1 if report.violations else 0


def options(workflow_type: str) -> dict[str, Any]:
    """The stage's options; its operators are told nothing, so that all mails are to customers."""
    return {
        "workflowType": workflow_type,
        "paymentSuccessRate": SUCCESS_RATE,
        "notificationEmails": [],
    }


def run_on(
    cloud: EmbeddedCloud,
    outputs: dict[str, Any],
    number: int,
    seed: int,
    workflow_type: str,
    console: Console,
) -> Report:
    """One run on a stage deployed with these options.

    Raises:
        CloudError: the stage does not answer, or does not come to rest.
    """
    chance = random.Random(seed)  # noqa: S311 (a schedule)
    customers = [
        _customer(cloud, outputs, f"chaos-{index}-{secrets.token_hex(4)}@customers.example")
        for index in range(min(MOST_CUSTOMERS, max(FEWEST_CUSTOMERS, number // ORDERS_A_CUSTOMER)))
    ]
    stage = Stage(cloud, outputs)
    stage.hasten()
    stage.make_scarce()
    orders = draw_orders(chance, number, customers)
    faults = draw_faults(chance, number, workflow_type)
    columns = (TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        return asyncio.run(_Run(stage, customers, orders, faults, progress).report())


def _customer(cloud: EmbeddedCloud, outputs: dict[str, Any], email: str) -> Customer:
    password = sign_up(cloud.aws, cloud.mailbox, outputs, email)
    return sign_in(cloud.aws, outputs, email, password)


class _Run:
    """Customers, faults and the operator of one run."""

    def __init__(
        self,
        stage: Stage,
        customers: list[Customer],
        orders: list[Order],
        faults: list[Fault],
        progress: Progress,
    ) -> None:
        self._stage = stage
        self._customers = customers
        self._orders = orders
        self._faults = faults
        self._progress = progress
        self._saboteur = Saboteur(stage=stage)
        self._watch = Watch()
        self._redriven: Counter[str] = Counter()
        self._seconds: dict[str, float] = {}

    async def report(self) -> Report:
        """Run, and look at what is left."""
        url = self._stage.outputs["graphqlUrl"]
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(aiohttp.ClientSession())
            for customer in self._customers:
                updates = await stack.enter_async_context(order_updates(url, customer))
                following = asyncio.create_task(self._watch.follow(updates))
                stack.callback(following.cancel)
            door = Door(url, http)
            client = Client(door, self._watch)
            await self._lap("orders and faults", self._fail_while_ordering(client))
            await self._lap("rest", self._rest())
            ends = await self._lap("look", self._look(client))
        return Report(
            ends=ends,
            violations=violations(ends),
            faults=self._saboteur.done,
            clients=door.done,
            redriven=self._redriven,
            seconds=self._seconds,
        )

    async def _lap(self, phase: str, work: Awaitable[T]) -> T:
        began = time.perf_counter()
        done = await work
        self._seconds[phase] = time.perf_counter() - began
        return done

    async def _fail_while_ordering(self, client: Client) -> None:
        """Until all customers and all faults are done."""
        accepted = self._progress.add_task("accepted", total=len(self._orders))
        acted = self._progress.add_task("acted on", total=len(self._orders))
        failed = self._progress.add_task("faults", total=len(self._faults))
        at_once = asyncio.Semaphore(AT_ONCE)

        async def serve(order: Order) -> None:
            async with at_once:
                await client.place(order)
                await self._saboteur.accept(order)
                self._progress.advance(accepted)
                await client.act(order)
                self._progress.advance(acted)

        async def fail(fault: Fault) -> None:
            await self._saboteur.bring(fault, len(self._orders))
            self._progress.advance(failed)

        async with asyncio.TaskGroup() as tasks:
            for fault in self._faults:
                tasks.create_task(fail(fault))
            for order in self._orders:
                tasks.create_task(serve(order))

    async def _rest(self) -> None:
        """Until nothing moves, and nothing but poison rests, or more still after so many redrives.

        Raises:
            CloudError: something never stops moving.
        """
        bar = self._progress.add_task("redriven", total=None)
        limit = REST_WITHIN_SECONDS + len(self._orders) / SLOWEST_ORDERS_A_SECOND
        most = MOST_REDRIVES_AN_ORDER * len(self._orders)
        await self._stage.rest(limit)
        while self._redriven.total() < most:
            moved = await asyncio.to_thread(self._stage.redrive, self._saboteur.poison)
            if not moved:
                return
            self._redriven += moved
            self._progress.update(bar, completed=self._redriven.total())
            await self._stage.rest(limit)

    async def _look(self, client: Client) -> Ends:
        """Everything that the run has left behind."""
        stage, updates = self._stage, self._watch.updates
        items = await asyncio.to_thread(stage.table, "orderTableName")
        by_key = {(item["customerId"], item["id"]): item for item in items}

        def unseen() -> list[Order]:
            return [
                order
                for order in self._orders
                if not has_seen(by_key.get((order.customer.sub, order.id)), updates[order.id])
            ]

        await self._watch.come_to(lambda: not unseen(), UPDATES_WITHIN_SECONDS)
        reads = {order.id: await client.read(order) for order in unseen()}
        return Ends(
            orders=self._orders,
            items=items,
            ledger=await asyncio.to_thread(stage.table, "paymentTableName"),
            mails=await asyncio.to_thread(stage.cloud.mailbox.mails),
            dead_letters=await asyncio.to_thread(stage.dead_letters),
            poison=self._saboteur.poison,
            updates=dict(updates),
            reads=reads,
        )
