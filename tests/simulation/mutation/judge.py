"""Runs in a copy of the project, and says what there sees that something is wrong; or nothing."""

import resource
import sys
from collections.abc import Iterator, Sequence

import pytest

from tests.simulation.back_half import run
from tests.simulation.schedule import WorkflowType, schedule_of

SEED = 77_000
FIRST_RUNS = 60
MORE_RUNS = 1_500
TYPES: tuple[WorkflowType, ...] = ("STANDARD", "EXPRESS")
# Several times what it takes where nothing is wrong: a mutant may never end, nor anybody wait.
CPU_SECONDS = 120
SCRIPTED = ("tests/simulation/test_incidents.py", "tests/simulation/test_patience.py")


class Failures:
    """Notes the first test that fails."""

    def __init__(self) -> None:
        self.first = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.first:
            self.first = report.nodeid.partition("::")[2] or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.first:
            self.first = f"{report.nodeid} cannot be collected"


def verdicts(tests: Sequence[str]) -> Iterator[str]:
    """What sees it, by and by; empty where it is not seen."""
    yield _simulated(0, FIRST_RUNS)
    yield _tested((*SCRIPTED, *tests))
    yield _simulated(FIRST_RUNS, MORE_RUNS)


def _simulated(first: int, runs: int) -> str:
    for seed in range(SEED + first, SEED + first + runs):
        for workflow_type in TYPES:
            try:
                violation = run(schedule_of(seed, workflow_type)).violation
            except Exception as error:  # Whatever it is, it is seen.
                violation = f"{type(error).__name__}: {error}"
            if violation:
                return f"simulation {seed} {workflow_type}: {violation}"
    return ""


def _tested(files: Sequence[str]) -> str:
    failures = Failures()
    options = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-p", "no:randomly"]
    if pytest.main([*options, *files], plugins=[failures]) != pytest.ExitCode.OK:
        return f"test {failures.first}"
    return ""


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    seen = next(filter(None, verdicts(sys.argv[1:])), "")
    sys.stdout.write(f"\nVERDICT {seen}\n")
