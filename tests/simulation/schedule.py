"""What a run is made of: who does what when, and what fails. All of it follows from a seed."""

import random
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from types import MappingProxyType
from typing import Literal

WorkflowType = Literal["STANDARD", "EXPRESS"]


class Service(StrEnum):
    """What can fail, by the names that a story uses."""

    ORDERS = "orders table"
    LEDGER = "payments table"
    MAILS = "mails table"
    FUNCTIONS = "Lambda"
    ORDER_QUEUE = "order queue"
    REFUND_QUEUE = "refund queue"
    DEAD_LETTERS = "order queue's dead-letter queue"
    WORKFLOW = "Step Functions"
    TOPIC = "topic"
    MAILER = "user pool and SES"
    PROCESSOR = "payment processor"


class Fault(StrEnum):
    """How a call fails, as a story tells it."""

    REFUSED = "refused: nothing was done"
    LOST = "done, but the answer is lost"
    RETRIED = "done, the answer is lost, and the client's library asks again"
    LATE = "no answer; done after the caller has given up"
    HANGS = "no answer, ever, and nothing done"
    KILLED_BEFORE = "the function is killed before it"
    KILLED_AFTER = "the function is killed after it"
    SLOW = "slow: others move meanwhile"
    TWICE = "done twice"


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault at one point of a run; `error` is what a refusal names, of those that it can."""

    fault: Fault
    error: str = ""


@dataclass(frozen=True, slots=True)
class Outage:
    """Every call of the service is refused for a while."""

    service: Service
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Contents:
    """What is ordered."""

    name: str = "Pizza"
    quantity: int = 6
    add_ons: tuple[str, ...] = ("extra cheese",)
    restaurant_id: str = "Dominos"

    def __str__(self) -> str:
        return " + ".join((f"{self.quantity} {self.name}", *self.add_ons))


@dataclass(frozen=True, slots=True)
class Place:
    """A customer places an order; without a token its id is made of the action's number."""

    number: int
    at: float
    customer: str
    token: str | None = None
    contents: Contents = Contents()


@dataclass(frozen=True, slots=True)
class Update:
    """A customer changes an order, as of the version just read, or of the one before."""

    number: int
    at: float
    customer: str
    id: str
    contents: Contents
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """A customer has a payment tried again."""

    number: int
    at: float
    customer: str
    id: str


@dataclass(frozen=True, slots=True)
class Delete:
    """A customer deletes an order."""

    number: int
    at: float
    customer: str
    id: str


@dataclass(frozen=True, slots=True)
class Poison:
    """Something that is no order gets on the order queue."""

    number: int
    at: float
    body: str


@dataclass(frozen=True, slots=True)
class Redrive:
    """An operator sends everything that rests round again, whether or not its cause still holds."""

    number: int
    at: float


@dataclass(frozen=True, slots=True)
class Abort:
    """An operator stops one of the STANDARD executions that run, by its place among them."""

    number: int
    at: float
    place: int = 0


Action = Place | Update | Retry | Delete | Poison | Redrive | Abort


@dataclass(frozen=True, slots=True)
class Schedule:
    """One run, entirely.

    Args:
        seed: decides how long everything takes, and what fails by chance; None: everything takes
            its shortest time, and only `strikes` fail.
        chances: how often a call of each service fails by chance, if by `faults`.
        outages: services that are away for a while.
        calm_at: when faults are over, in seconds.
        strikes: the faults there are, by their point; None: whatever the seed says.
        durations: without a seed, how many seconds things take, by their point. In the points'
            names `*` stands for anything.
        success_rate, unreachable_share: of the fake processor.
    """

    workflow_type: WorkflowType
    actions: tuple[Action, ...]
    seed: int | None = None
    chances: Mapping[Service, float] = field(default_factory=lambda: MappingProxyType({}))
    faults: frozenset[Fault] = frozenset(Fault)
    outages: tuple[Outage, ...] = ()
    calm_at: float = 3600.0
    strikes: Mapping[str, Strike] | None = field(default_factory=lambda: MappingProxyType({}))
    durations: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    success_rate: float = 0.55
    unreachable_share: float = 0.5


class Chance:
    """Numbers that depend on the seed and on a point's name alone.

    So leaving something out of a schedule changes nothing about the rest of it.
    """

    def __init__(self, seed: int) -> None:
        self._key = seed.to_bytes(8, "big", signed=True)

    def of(self, point: str) -> tuple[float, float, float, float]:
        """Four numbers from 0 to 1."""
        digest = blake2b(point.encode(), digest_size=16, key=self._key).digest()
        a, b, c, d = struct.unpack("<4I", digest)
        return a / 2**32, b / 2**32, c / 2**32, d / 2**32


# How likely a schedule is of each profile: nothing fails; each call sometimes; often; some services
# often, by some faults only, others never; or one or two services are away for a while.
PROFILES = {"calm": 1, "light": 3, "heavy": 2, "partial": 4, "outage": 3}
CUSTOMERS = ("alice", "bob")
# Some accepted at the first attempt, some declined, some without an answer: drawn by their ids.
IDS = (
    *(f"01JAY00000000000000000{number:04}" for number in range(24)),
    *(f"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3d{number:04x}" for number in range(8)),
)
MENU = (
    Contents(),
    Contents("Pizza", 1, ()),
    Contents("Champagne", 100, ("ice", "two glasses")),
    Contents('Crêpe "à la carte" 🥞 \\ {% $x %}', 2, ("🍓",), "Chez l'Ami & Co."),
)
POISON = ("{", "{}", '{"id": "01JAY000000000000000000000", "customerId": "alice"}', "[]", "\x07")
HORIZON = 3000.0


def schedule_of(seed: int, workflow_type: WorkflowType) -> Schedule:
    """The schedule that a seed stands for."""
    dice = random.Random(seed)  # noqa: S311 (a simulation)
    profile = dice.choices(list(PROFILES), list(PROFILES.values()))[0]
    calm_at = 10 ** dice.uniform(1.5, 3.5)
    actions = _actions(dice, workflow_type, calm_at)
    outages: tuple[Outage, ...] = ()
    if profile == "outage":
        outages = tuple(_outage(dice, workflow_type) for _ in range(dice.randint(1, 2)))
    faults = frozenset(Fault)
    if profile == "partial":
        chances = {service: dice.choice((0.0, 0.0, 0.1, 0.4, 0.7)) for service in Service}
        faults = frozenset(fault for fault in Fault if dice.random() < 0.6)
    else:
        chance = {"calm": 0.0, "light": 0.04, "heavy": 0.3, "outage": 0.03}[profile]
        chances = dict.fromkeys(Service, chance)
    return Schedule(
        workflow_type=workflow_type,
        actions=actions,
        seed=seed,
        chances=chances,
        faults=faults,
        outages=outages,
        calm_at=max(calm_at, *(outage.ends for outage in outages)) if outages else calm_at,
        strikes=None,
    )


def _outage(dice: random.Random, workflow_type: WorkflowType) -> Outage:
    away = [
        service
        for service in Service
        # Where an EXPRESS execution's last resort is away as well, its message is lost.
        if not (workflow_type == "EXPRESS" and service is Service.DEAD_LETTERS)
    ]
    begins = 10 ** dice.uniform(-1, 2.5)
    return Outage(dice.choice(away), begins, begins + 10 ** dice.uniform(0.5, 3))


def _actions(
    dice: random.Random, workflow_type: WorkflowType, calm_at: float
) -> tuple[Action, ...]:
    """A few orders, and what their customers and an operator do about them."""
    orders: list[tuple[str, str, Contents]] = []
    actions: list[Action] = []
    for number in range(dice.choice((1, 1, 2, 2, 3))):
        customer, contents = dice.choice(CUSTOMERS), dice.choice(MENU)
        token = dice.choice(IDS) if dice.random() < 0.75 else None
        at = dice.uniform(0, 2)
        actions.append(Place(number, at, customer, token, contents))
        orders.append((customer, token or minted_id(number), contents))
    for number in range(len(actions), len(actions) + dice.choice((0, 1, 2, 3, 5, 7))):
        customer, order_id, contents = dice.choice(orders)
        at = 10 ** dice.uniform(-1, 3.3)
        match dice.choices(("place", "update", "retry", "delete", "other"), (4, 3, 5, 3, 1))[0]:
            case "place":
                if dice.random() < 0.2:
                    contents = dice.choice(MENU)
                if dice.random() < 0.15:
                    customer = dice.choice(CUSTOMERS)
                token = order_id.swapcase() if dice.random() < 0.4 else order_id
                actions.append(Place(number, at, customer, token, contents))
            case "update":
                stale = dice.random() < 0.2
                changes = dice.choice(MENU)
                actions.append(Update(number, at, customer, order_id, changes, stale))
            case "retry":
                actions.append(Retry(number, at, customer, order_id))
            case "delete":
                actions.append(Delete(number, at, customer, order_id))
            case _:
                actions.append(Poison(number, at, dice.choice(POISON)))
    for _ in range(dice.choice((0, 0, 1, 2))):
        actions.append(Redrive(len(actions), dice.uniform(0, calm_at)))
    if workflow_type == "STANDARD" and dice.random() < 0.3:
        actions.append(Abort(len(actions), 10 ** dice.uniform(-0.5, 2), dice.randrange(3)))
    return tuple(actions)


def minted_id(number: int) -> str:
    """What the door makes of an order without a token."""
    return f"01JZZ00000000000000000{number:04}"
