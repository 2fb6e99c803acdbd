"""Takes dead letters off their queue: each first through a door, and only then it is deleted.

What it has done is in the queues alone. Killed at any moment it is begun again by the same command:
what was through the door and not deleted yet goes through it once more, as everything that is
delivered at least once. The stage finds done what was done (README, "When something fails").
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ops.dead_letters.doors import Door
from ops.dead_letters.letter import Chosen, Letter
from ops.dead_letters.look import BATCH, HOLD_SECONDS, Look
from ops.dead_letters.queues import DeadLetterQueue, depth
from ops.dead_letters.stream import with_orders
from ops.stage import Stage

# How often it is looked whether letters that somebody else holds have come back.
LOOK_SECONDS = 1


@dataclass(kw_only=True)
class Moved:
    """What was done.

    Args:
        moved: letters through the door and off their queue, by their cause.
        refused: that the door did not take; they rest on.
        resting: in the queue now, as SQS counts.
        held: of these, by somebody else for a while longer.
    """

    moved: Counter[str] = field(default_factory=Counter[str])
    refused: int = 0
    resting: int = 0
    held: int = 0


class Pace:
    """Lets so many letters a second through.

    Args:
        rate: letters a second; None: as fast as it goes.
    """

    def __init__(
        self,
        rate: float | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._next = clock()

    @property
    def at_once(self) -> int:
        """How many to take at a time, so that none is held for long."""
        return BATCH if self._rate is None else max(1, min(BATCH, int(self._rate)))

    def wait(self, letters: int) -> None:
        """Until so many may go."""
        if self._rate is None:
            return
        now = self._clock()
        if self._next > now:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + letters / self._rate


def move(
    stage: Stage,
    queue: DeadLetterQueue,
    chosen: Chosen,
    door: Door,
    pace: Pace,
    told: Callable[[int], None],
    sleep: Callable[[float], None] = time.sleep,
) -> Moved:
    """Until nothing of what is chosen rests, or only what the door refuses.

    Args:
        told: is told how many more have been moved.
    """
    done = Moved()
    give_up = time.monotonic() + HOLD_SECONDS + 2 * LOOK_SECONDS
    while True:
        before = done.moved.total()
        done.refused, passed_over = _pass(stage, queue, chosen, door, pace, told, done)
        now = depth(stage, queue.url)
        done.resting, done.held = now.all, now.hidden
        if done.moved.total() > before:
            give_up = time.monotonic() + HOLD_SECONDS + 2 * LOOK_SECONDS
        # Held by somebody else, such as this command before it was killed: they come back, and may
        # have done so since.
        unseen = now.all - done.refused - passed_over
        if unseen <= 0 or time.monotonic() > give_up:
            return done
        sleep(LOOK_SECONDS)


def _pass(
    stage: Stage,
    queue: DeadLetterQueue,
    chosen: Chosen,
    door: Door,
    pace: Pace,
    told: Callable[[int], None],
    done: Moved,
) -> tuple[int, int]:
    """Every letter once; how many the door refused, and how many are not chosen."""
    refused = passed_over = 0
    with looking(stage, queue, chosen, keeps=not chosen.everything) as look:
        for letters in look.batches(pace.at_once):
            wanted = [letter for letter in letters if chosen.has(letter, datetime.now(UTC))]
            passed_over += len(letters) - len(wanted)
            if not wanted:
                continue
            pace.wait(len(wanted))
            taken = door.take(wanted)
            refused += len(wanted) - len(taken)
            look.delete(taken)
            done.moved.update(letter.group for letter in taken)
            told(len(taken))
    return refused, passed_over


def looking(stage: Stage, queue: DeadLetterQueue, chosen: Chosen, *, keeps: bool = True) -> Look:
    """A look that knows what is asked for: which orders the letters of the broadcast are about."""

    def complete(letters: list[Letter]) -> list[Letter]:
        return with_orders(stage, letters)

    if chosen.order_id and queue.destination is None:
        return Look(stage, queue, complete, keeps=keeps)
    return Look(stage, queue, keeps=keeps)
