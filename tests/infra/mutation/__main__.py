"""Shows that the tests of infra notice whatever is missing or wrong in what is deployed."""

import sys
import time
from collections import Counter

import pytest
from rich.console import Console
from rich.table import Table

from preview.recording import record_everything
from tests.infra.mutation.judge import Judge
from tests.infra.mutation.mutants import Mutant, mutants

# Explanations of failed assertions would take longer than the tests.
OPTIONS = ("-q", "-n0", "-p", "no:cacheprovider", "--assert=plain", "--tb=short")


def main() -> int:
    console = Console(emoji=False, highlight=False, width=100)
    began = time.monotonic()
    every_mutant = mutants(record_everything())
    judge = Judge(every_mutant)
    if pytest.main([*OPTIONS, "tests/infra"], plugins=[judge]) != pytest.ExitCode.OK:
        console.print("Something is wrong without any mutation.")
        return 1
    console.print(_table(every_mutant, judge.unseen))
    for mutant in judge.unseen:
        console.print(f"seen by nothing: {mutant}", markup=False, soft_wrap=True)
    console.print(
        f"{len(every_mutant)} mutants, {len(judge.unseen)} of them seen by nothing;"
        f" {time.monotonic() - began:.1f} s"
    )
    return 1 if judge.unseen else 0


def _table(every_mutant: list[Mutant], unseen: list[Mutant]) -> Table:
    resources = Counter(kind for kind, _ in {each.resource for each in every_mutant})
    tried = Counter(each.resource[0] for each in every_mutant)
    missed = Counter(each.resource[0] for each in unseen)
    table = Table("type", "resources", "mutants", "seen by nothing")
    for column in table.columns[1:]:
        column.justify = "right"
    for kind in sorted(tried):
        table.add_row(kind, *(str(each[kind]) for each in (resources, tried, missed)))
    return table


if __name__ == "__main__":
    sys.exit(main())
