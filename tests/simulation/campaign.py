"""Many runs, by seed, in several processes; up to the first that fails."""

import gc
import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tests.simulation.back_half import run
from tests.simulation.schedule import WorkflowType, schedule_of
from tests.simulation.shrinking import Shrinking, story

RUNS_PER_CHUNK = 50


class Case(NamedTuple):
    """One run, by what it follows from."""

    seed: int
    workflow_type: WorkflowType


class Chunk(NamedTuple):
    """So many runs more, and the first of them that failed."""

    runs: int
    failed: Case | None


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """`runs` seeds from `seed` on, each for all the types."""

    seed: int
    runs: int
    types: Sequence[WorkflowType]
    processes: int = 1

    def chunks(self) -> Iterator[Chunk]:
        """As the runs are done; ends with the first failure, in the order of the seeds."""
        starts = range(self.seed, self.seed + self.runs, RUNS_PER_CHUNK)
        pieces = [
            (range(start, min(start + RUNS_PER_CHUNK, self.seed + self.runs)), tuple(self.types))
            for start in starts
        ]
        if self.processes == 1:
            yield from _until_failure(map(_run_piece, pieces))
            return
        with multiprocessing.get_context("fork").Pool(self.processes, gc.freeze) as pool:
            yield from _until_failure(pool.imap(_run_piece, pieces))

    def first_failure(self) -> Case | None:
        return next((chunk.failed for chunk in self.chunks() if chunk.failed), None)


def _until_failure(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    for chunk in chunks:
        yield chunk
        if chunk.failed:
            return


def _run_piece(piece: tuple[range, tuple[WorkflowType, ...]]) -> Chunk:
    seeds, types = piece
    runs = 0
    for seed in seeds:
        for workflow_type in types:
            runs += 1
            case = Case(seed, workflow_type)
            if is_broken(case):
                return Chunk(runs, case)
    return Chunk(runs, None)


def is_broken(case: Case) -> bool:
    """Whether a promise does not hold in this run."""
    return run(schedule_of(*case)).violation is not None


def report(case: Case) -> str:
    """What went wrong in a run, as a story, and how to see it again."""
    shrinking = Shrinking(schedule_of(*case))
    smallest = shrinking.smallest()
    return "\n".join(
        (
            f"A promise does not hold ({case.workflow_type}): {shrinking.violation}",
            "The shortest story of it:",
            "",
            story(smallest),
            "",
            f"Again: make simulate RUNS=1 SEED={case.seed} TYPE={case.workflow_type}",
        )
    )
