"""The clock, whose move it is, what fails where, and what is told of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from heapq import heappop, heappush
from typing import TypeVar

from tests.simulation.schedule import Chance, Fault, Outage, Schedule, Service, Strike

Value = TypeVar("Value")

BEGINNING = datetime(2026, 3, 1, 12, tzinfo=UTC)
# Far beyond what any schedule needs: whoever gets there goes round in circles.
MOST_MOVES = 20_000
MOST_NESTED = 2
STEP = 10.0


class World:
    """One run's time: moves are made one after the other, each at its moment.

    Leaves out: clocks that differ, and moves that really happen at once. Two calls of one function
    overlap only where one of them is struck by `Fault.SLOW`.
    """

    def __init__(self, schedule: Schedule) -> None:
        self.now = 0.0
        self.calm = False
        self.moves = 0
        # The first promise that did not hold, in words: `which: how`.
        self.violation: str | None = None
        # What has failed by chance, and the outages that were felt.
        self.struck: dict[str, Strike] = {}
        self.felt: set[Outage] = set()
        self.story: list[tuple[float, str, str]] = []
        self.telling = False
        self._moves: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._nested = 0
        self._schedule = schedule
        self._chance = None if schedule.seed is None else Chance(schedule.seed)
        self._durations = schedule.durations
        self._strikes = schedule.strikes
        self._told_times: dict[float, str] = {}

    def after(self, seconds: float, move: Callable[[], None]) -> None:
        self._order += 1
        heappush(self._moves, (self.now + seconds, self._order, move))

    def run(self) -> None:
        """Move until nothing is left to be done, or a promise is broken."""
        while self._moves and self.violation is None:
            self._step()

    def meanwhile(self, seconds: float) -> None:
        """Let the others move, in the middle of a move that takes so long."""
        until = self.now + seconds
        if self._nested < MOST_NESTED:
            self._nested += 1
            while self._moves and self._moves[0][0] <= until and self.violation is None:
                self._step()
            self._nested -= 1
        self.now = max(self.now, until)

    def _step(self) -> None:
        at, _, move = heappop(self._moves)
        # A slow move has let the time go on, past the moments of others.
        self.now = max(self.now, at)
        self.moves += 1
        if self.moves > MOST_MOVES:
            self.broken("It never comes to rest.")
        move()

    def takes(self, point: str, shortest: float, longest: float) -> float:
        """How many seconds something takes: mostly little, sometimes much."""
        if self._chance is None:
            return _named(self._durations, point) or shortest
        return shortest * (longest / shortest) ** self._chance.of(point)[2]

    def share(self, point: str) -> float:
        """Of what may be waited, how much is: from 0 to 1."""
        return 1.0 if self._chance is None else self._chance.of(point)[3]

    def strike(
        self, service: Service, point: str, faults: Sequence[Fault], errors: Sequence[str] = ("",)
    ) -> Strike | None:
        """What fails at this point, of the faults that can; None where nothing does."""
        if self.calm or not faults:
            return None
        for outage in self._schedule.outages:
            if outage.service is service and outage.begins <= self.now < outage.ends:
                self.felt.add(outage)
                return self._told(service, point, Strike(Fault.REFUSED, errors[0]))
        if self._strikes is not None:
            strike = _named(self._strikes, point)
            if strike is None or strike.fault not in faults:
                return None
            error = strike.error or errors[0]
            return self._told(service, point, Strike(strike.fault, error))
        if self._chance is None:
            return None
        happens, which, _, what = self._chance.of(point)
        if happens >= self._schedule.chances.get(service, 0.0):
            return None
        faults = [fault for fault in faults if fault in self._schedule.faults]
        if not faults:
            return None
        fault = faults[int(which * len(faults))]
        strike = Strike(fault, errors[int(what * len(errors))])
        self.struck[point] = strike
        return self._told(service, point, strike)

    def _told(self, service: Service, point: str, strike: Strike) -> Strike:
        if self.telling:
            error = f" ({strike.error})" if strike.error else ""
            self.tell(f"! {service}", f"{point}: {strike.fault}{error}")
        return strike

    def tell(self, who: str, what: str) -> None:
        if self.telling:
            self.story.append((self.now, who, what))

    def broken(self, promise: str) -> None:
        """A promise does not hold; the first one counts."""
        if self.violation is None:
            self.violation = promise
            self.tell("BROKEN", promise)

    def datetime(self) -> datetime:
        return BEGINNING + timedelta(seconds=self.now)

    def iso(self, ago: float = 0.0) -> str:
        """The time as AWS's services and JSONata's $now() write it, in steps of ten seconds.

        So few times are told that what was worked out for one comes round again.
        """
        told = (self.now - ago) // STEP * STEP
        text = self._told_times.get(told)
        if text is None:
            moment = BEGINNING + timedelta(seconds=told)
            text = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self._told_times[told] = text
        return text


def _named(values: Mapping[str, Value], point: str) -> Value | None:
    """What there is for a point, by its name or by a pattern that it matches."""
    if point in values:
        return values[point]
    for pattern in values:
        if "*" in pattern and fnmatchcase(point, pattern):
            return values[pattern]
    return None
