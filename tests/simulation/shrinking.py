"""The smallest schedule that still fails, and its story."""

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from tests.simulation.back_half import Run, run
from tests.simulation.schedule import Action, Outage, Place, Schedule, Update

Part = TypeVar("Part")
# The schedules' ids differ in their last four characters.
LONG_ID = re.compile(
    r"\b(01j[a-z]{2}|9b1d)[0-9a-f-]{17,28}?([0-9a-f]{4})(?![0-9a-f])", re.IGNORECASE
)
# Of a failing run, how often less of it is tried.
MOST_TRIALS = 600


class Shrinking:
    """Leaves out whatever a failing schedule fails without; the same each time.

    Args:
        play: runs a schedule.
    """

    def __init__(self, schedule: Schedule, play: Callable[[Schedule], Run] = run) -> None:
        self._play = play
        self._trials = 0
        first = play(schedule)
        assert first.violation is not None
        self.violation = first.violation
        self._promise = _promise(first)
        self._smallest = dataclasses.replace(
            schedule, strikes=first.struck, outages=tuple(sorted(first.felt, key=_begin))
        )
        # Where it does not, the faults' order in time matters in another way than by their points.
        if not self._fails(self._smallest):
            self._smallest = schedule

    def smallest(self) -> Schedule:
        before = None
        while before != self._smallest and self._trials < MOST_TRIALS:
            before = self._smallest
            self._drop_actions()
            self._drop_outages()
            self._drop_strikes()
            self._simplify()
        return self._smallest

    def _drop_actions(self) -> None:
        def with_actions(actions: Sequence[Action]) -> Schedule:
            return dataclasses.replace(self._smallest, actions=tuple(actions))

        self._drop(self._smallest.actions, with_actions)

    def _drop_outages(self) -> None:
        def with_outages(outages: Sequence[Outage]) -> Schedule:
            return dataclasses.replace(self._smallest, outages=tuple(outages))

        self._drop(self._smallest.outages, with_outages)

    def _drop_strikes(self) -> None:
        strikes = self._smallest.strikes
        if strikes is None:
            return

        def with_strikes(points: Sequence[str]) -> Schedule:
            kept = {point: strikes[point] for point in points}
            return dataclasses.replace(self._smallest, strikes=kept)

        self._drop(tuple(strikes), with_strikes)

    def _drop(self, parts: Sequence[Part], made: Callable[[Sequence[Part]], Schedule]) -> None:
        """Leave out halves, quarters, and so on, down to each alone."""
        size = len(parts)
        while size:
            start = 0
            while start < len(parts):
                fewer = [*parts[:start], *parts[start + size :]]
                if self._try(made(fewer)):
                    parts = fewer
                else:
                    start += size
            size //= 2

    def _simplify(self) -> None:
        for simpler in self._simpler():
            self._try(simpler)

    def _simpler(self) -> Iterator[Schedule]:
        """The same with everything as fast as can be, and with plain orders."""
        yield dataclasses.replace(self._smallest, seed=None)
        for index, action in enumerate(self._smallest.actions):
            if isinstance(action, Place):
                plain = dataclasses.replace(action, contents=Place(0, 0, "").contents)
            elif isinstance(action, Update) and action.stale:
                plain = dataclasses.replace(action, stale=False)
            else:
                continue
            actions = list(self._smallest.actions)
            actions[index] = plain
            yield dataclasses.replace(self._smallest, actions=tuple(actions))

    def _try(self, schedule: Schedule) -> bool:
        if schedule == self._smallest or not self._fails(schedule):
            return False
        self._smallest = schedule
        return True

    def _fails(self, schedule: Schedule) -> bool:
        if self._trials >= MOST_TRIALS:
            return False
        self._trials += 1
        return _promise(self._play(schedule)) == self._promise


def _promise(played: Run) -> str:
    """Which promise was broken, without the details."""
    return (played.violation or "").partition(":")[0]


def _begin(outage: Outage) -> float:
    return outage.begins


def story(schedule: Schedule) -> str:
    """What happens in a schedule, one line each: when, who, what."""
    lines = [
        (at, LONG_ID.sub(r"\1…\2", who), LONG_ID.sub(r"\1…\2", what))
        for at, who, what in run(schedule, telling=True).story
    ]
    width = max((len(who) for _, who, _ in lines), default=0)
    return "\n".join(f"{at:9.3f} s  {who:{width}}  {what}" for at, who, what in lines)
