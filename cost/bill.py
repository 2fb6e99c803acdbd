"""What a stage costs."""

from collections.abc import Iterator
from dataclasses import dataclass

from cost.items import MILLION, Item, items_of
from cost.monthly import PRICED, FixedItem, fixed_items, kept_items
from cost.observation import Observation
from cost.prices import data
from cost.workload import MACHINE, TABLE, Traffic, Workload, work_out
from preview.recording import Recording

# Services of which every request is an item.
COUNTED = {"appsync", "ses"}


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A stage's bill, without free tiers.

    Args:
        kept: what each million orders costs in each month that it is kept; not in the sum.
        shares: how many of the orders are of each kind.
        not_priced: what has no price here: resources by type and name, requests by caller.
        absent, unobserved: as of a Workload.
    """

    items: tuple[Item, ...]
    fixed: tuple[FixedItem, ...]
    kept: tuple[FixedItem, ...]
    traffic: Traffic
    shares: dict[str, float]
    not_priced: tuple[str, ...]
    absent: tuple[str, ...]
    unobserved: tuple[str, ...]

    @property
    def usd_per_million_orders(self) -> float:
        return sum(item.usd_per_million for item in self.items)

    @property
    def fixed_usd_per_month(self) -> float:
        return sum(item.usd_per_month for item in self.fixed)

    @property
    def usd_per_month(self) -> float:
        """Of the traffic's orders."""
        orders = self.usd_per_million_orders * self.traffic.orders / MILLION
        return orders + self.fixed_usd_per_month


def estimate(
    recording: Recording,
    traffic: Traffic = Traffic(),  # noqa: B008 (frozen)
    observation: Observation | None = None,
) -> Estimate:
    """The bill of a stage, from its graph.

    Args:
        observation: what orders call; None: what is in observed.json.

    Raises:
        ObservationError: that cannot be read.
    """
    workload = work_out(recording, observation or Observation.read(), traffic)
    return Estimate(
        items=tuple(items_of(workload)),
        fixed=tuple(fixed_items(recording)),
        kept=tuple(kept_items(workload)),
        traffic=traffic,
        shares=workload.shares,
        not_priced=tuple(_not_priced(workload)),
        absent=workload.absent,
        unobserved=workload.unobserved,
    )


def _not_priced(workload: Workload) -> Iterator[str]:
    known = PRICED | set(data()["free_resources"])
    for each in workload.recording.resources:
        if each.custom and each.type not in known:
            yield f"{each.type} {each.name}"
    requests = {
        f"{call.service} {call.action} by {call.by}"
        for call in (load.call for load in workload.loads)
        # What is called by a name is an item, whatever is done with it.
        if not call.on
        and call.service not in COUNTED
        and f"{call.service} {call.action}" not in data()["free_requests"]
    }
    yield from sorted(requests)
    for table in workload.recording.of(TABLE):
        if table.inputs.get("billingMode") != "PAY_PER_REQUEST":
            yield f"{table.type} {table.name}, whose capacity is provisioned"
    for machine in workload.recording.of(MACHINE):
        level = (machine.inputs.get("loggingConfiguration") or {}).get("level", "OFF")
        if level not in ("OFF", "ERROR", "FATAL"):
            yield f"{machine.type} {machine.name}, what it logs at level {level}"
