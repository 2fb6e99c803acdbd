"""What goes wrong, drawn beforehand, and how it is brought about.

Each fault comes once so many orders were accepted. Workers of `email_customer` are not killed:
between SES's answer and the record of the mail nothing can tell that the mail has left, and a kill
there makes it leave twice, on AWS too. Everything else of the mail's way is broken like the rest.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import psutil

from local.chaos.orders import Contents, Order
from local.chaos.stage import PREFIX, Stage

# Of these, killed workers; as the functions are named on the stage, before their suffixes.
KILLED = ("start-workflow", "take-payment", "refund-payment", "broadcast-update")
MOST_LOOKS = 100
LOOK_SECONDS = 0.05
# For so many further orders the whole queue is late.
LATE_ORDERS = 8


class Kind(StrEnum):
    """A kind of fault, as the table names it."""

    DUPLICATE = "messages sent again"
    LATE_COPY = "messages sent again, late"
    LATE_QUEUE = "queue delayed"
    KILL = "workers killed"
    FREEZE = "emulator stopped and continued"
    POISON = "poison on the queue"
    ABORT = "executions aborted"


# How many for 100 orders.
RATES = {
    Kind.DUPLICATE: 20,
    Kind.LATE_COPY: 10,
    Kind.LATE_QUEUE: 1,
    Kind.KILL: 8,
    Kind.FREEZE: 1.5,
    Kind.POISON: 3,
    Kind.ABORT: 8,
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault.

    Args:
        after: accepted orders.
        victim: which of the orders, workers or executions there are then, from 0 to 1.
        seconds: how long, or how late.
    """

    kind: Kind
    after: int
    victim: float
    seconds: float


def draw_faults(chance: random.Random, orders: int, workflow_type: str) -> list[Fault]:
    """The schedule of a run. EXPRESS executions cannot be stopped: there is no such call."""
    kinds = [kind for kind in Kind if kind is not Kind.ABORT or workflow_type == "STANDARD"]
    return [
        Fault(
            kind=kind,
            after=chance.randint(1, orders),
            victim=chance.random(),
            seconds=chance.uniform(0.2, 2.5),
        )
        for kind in kinds
        for _ in range(max(1, round(RATES[kind] * orders / 100)))
    ]


def _poison(fault: Fault) -> str:
    """A body that can be no order, and is told from all others."""
    mark = f"poison {fault.after} {fault.victim}"
    order = {"id": mark, "customerId": mark, "name": mark, "quantity": 1, "restaurantId": "Kyoto"}
    bodies = [
        f"{mark}, no JSON at all",
        json.dumps([mark]),
        json.dumps({"order": mark}),
        json.dumps({**order, "addOns": [], "placedAt": mark, "attempt": 0}),
        json.dumps({"executionArn": mark, "input": mark}),
    ]
    return bodies[int(fault.victim * len(bodies))]


@dataclass(kw_only=True)
class Saboteur:
    """Brings about each fault in its time.

    Attributes:
        accepted: the orders accepted so far.
        done: how many faults of each kind came about.
        poison: the bodies that were put on the queue and can be no orders.
    """

    stage: Stage
    accepted: list[Order] = field(default_factory=list[Order])
    done: Counter[str] = field(default_factory=Counter[str])
    poison: list[str] = field(default_factory=list[str])
    _more: asyncio.Condition = field(default_factory=asyncio.Condition)
    _freezing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _delaying: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def accept(self, order: Order) -> None:
        """Tell that an order was accepted."""
        async with self._more:
            self.accepted.append(order)
            self._more.notify_all()

    async def _accepted(self, number: int) -> None:
        async with self._more:
            await self._more.wait_for(lambda: len(self.accepted) >= number)

    async def bring(self, fault: Fault, orders: int) -> None:
        """Wait until it is time, and do it."""
        await self._accepted(fault.after)
        match fault.kind:
            case Kind.DUPLICATE:
                done = await self._copy(fault, delay_seconds=0)
            case Kind.LATE_COPY:
                done = await self._copy(fault, delay_seconds=1 + round(fault.seconds))
            case Kind.LATE_QUEUE:
                async with self._delaying:
                    await asyncio.to_thread(self.stage.delay_orders, 1)
                    await self._accepted(min(fault.after + LATE_ORDERS, orders))
                    await asyncio.to_thread(self.stage.delay_orders, 0)
                done = True
            case Kind.KILL:
                done = await self._kill(fault)
            case Kind.FREEZE:
                await self._freeze(fault)
                done = True
            case Kind.POISON:
                self.poison.append(_poison(fault))
                await asyncio.to_thread(self.stage.send, self.poison[-1])
                done = True
            case Kind.ABORT:
                done = await self._abort(fault)
        self.done[fault.kind] += done

    async def _copy(self, fault: Fault, delay_seconds: int) -> bool:
        """Send an order's message again: of the attempt that is under way, or the first."""
        order = self.accepted[int(fault.victim * len(self.accepted))]
        item = await asyncio.to_thread(self.stage.item, order.customer.sub, order.id)
        if item and item.get("status") in {"PENDING", "PAID"}:
            contents, attempt = Contents.of(item), int(item["attempt"])
        else:
            contents, attempt = order.contents[0], 1
        message: dict[str, Any] = {
            "id": order.id,
            "customerId": order.customer.sub,
            "name": contents.name,
            "quantity": contents.quantity,
            "restaurantId": contents.restaurant,
            "addOns": contents.add_ons,
            "placedAt": order.placed_at,
            "attempt": attempt,
        }
        await asyncio.to_thread(self.stage.send, json.dumps(message), delay_seconds)
        return True

    async def _kill(self, fault: Fault) -> bool:
        """Kill a worker by `kill -9`, whatever it is doing, as soon as there is one."""
        for _ in range(MOST_LOOKS):
            if workers := await asyncio.to_thread(self._workers):
                # It may have ended meanwhile.
                with contextlib.suppress(psutil.NoSuchProcess):
                    workers[int(fault.victim * len(workers))].kill()
                    return True
            await asyncio.sleep(LOOK_SECONDS)
        return False

    def _workers(self) -> list[psutil.Process]:
        emulator = psutil.Process(self.stage.cloud.emulator.pid)
        return sorted(
            (
                each
                for each in emulator.children(recursive=True)
                if _function(each).startswith(KILLED)
            ),
            key=lambda process: (_function(process), process.pid),
        )

    async def _freeze(self, fault: Fault) -> None:
        """Stop the emulator itself, not its workers, and let it go on."""
        async with self._freezing:
            os.kill(self.stage.cloud.emulator.pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(fault.seconds)
            finally:
                os.kill(self.stage.cloud.emulator.pid, signal.SIGCONT)

    async def _abort(self, fault: Fault) -> bool:
        """Stop the first execution that is seen running; false where none is for long."""
        step_functions = self.stage.cloud.aws.step_functions
        for _ in range(MOST_LOOKS):
            if running := await asyncio.to_thread(self.stage.running):
                arn = running[int(fault.victim * len(running))]
                # It may have ended meanwhile.
                with contextlib.suppress(step_functions.exceptions.ClientError):
                    await asyncio.to_thread(step_functions.stop_execution, executionArn=arn)
                    return True
            await asyncio.sleep(LOOK_SECONDS)
        return False


def _function(process: psutil.Process) -> str:
    """The program's name of the function that this process runs; of others, nothing."""
    with contextlib.suppress(psutil.Error):
        # The emulator unpacks a function's code for each worker.
        return Path(process.cwd()).parent.name.removeprefix(f"ministack-lambda-{PREFIX}")
    return ""
