"""`python -m cost`, as it is called, and the README's table that it makes."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from cost import estimate
from cost.capacity import capacity
from cost.report import markdown, show
from tests.cost.graphs import added, stage

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "-m", "cost", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_readmes_table_is_what_the_command_prints() -> None:
    standard, express = (
        estimate(stage("prod", workflowType=each)) for each in ("STANDARD", "EXPRESS")
    )
    table = markdown(standard, express)
    readme = (ROOT / "README.md").read_text()
    assert table in readme, f"the README's table is to be\n{table}"
    assert run("--markdown").stdout == f"{table}\n"


def test_it_fits_into_80_columns_and_says_what_it_counts() -> None:
    shown = run("--stage", "prod", "--orders", "2,000,000", "--rate", "400", "--retries", "0.5")
    assert (shown.returncode, shown.stderr) == (0, "")
    lines = shown.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("prod in us-east-1, 2,000,000 orders a month: $")
    told = " ".join(shown.stdout.split())
    for sentence in (
        "1 mutation",
        "400 orders a second need",
        "What binds first: consumers of order-queue, at ",
        "Of the orders 80 % paid, 19 % declined, 1 % without an answer of the processor,"
        " 10 % retried.",
        "Free tiers, taxes, traffic to the internet, reads by customers, and Cognito's customers"
        " are left out.",
        "Not in this stage, and not counted: customer-mail,",
        "Called by no order that was observed: order-alarms (Topic),",
    ):
        assert sentence in told
    assert "NOT PRICED" not in told


def test_what_has_no_price_stands_out() -> None:
    graph = added(stage(), "aws:redshift/cluster:Cluster", "sales")
    shown = io.StringIO()
    show(Console(file=shown, width=80), "prod", estimate(graph), capacity(graph), None)
    assert "NOT PRICED: aws:redshift/cluster:Cluster sales." in " ".join(shown.getvalue().split())


def test_a_program_gets_one_json_object() -> None:
    answer = json.loads(run("--json", "--rate", "10").stdout)
    bill = estimate(stage())
    assert answer["usd_per_million_orders"] == pytest.approx(bill.usd_per_million_orders)
    assert answer["usd_per_month"] == pytest.approx(bill.usd_per_month)
    assert [each["name"] for each in answer["items"]] == [each.name for each in bill.items]
    assert answer["traffic"]["orders"] == 1_000_000
    [starts] = [each for each in answer["needs"] if each["name"].endswith("StartExecution")]
    assert (starts["binds_at"], starts["used"]) == pytest.approx((300, 10))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--stage", "staging"), "There is no stage 'staging': it must be dev, local, prod."),
        (("--stage", "../prod"), "There is no stage '../prod': it must be dev, local, prod."),
        (("--orders", "many"), "--orders: must be a whole number above 0, such as 1000000"),
        (("--orders", "0"), "--orders: must be a whole number above 0, such as 1000000"),
        (("--rate", "0"), "--rate: must be a number above 0, such as 50"),
        (("--rate", "-3"), "--rate: must be a number above 0, such as 50"),
        (("--rate", "inf"), "--rate: must be a number above 0, such as 50"),
        (("--retries", "1.5"), "--retries: must be a number from 0 to 1"),
        (("--subscribers", "-1"), "--subscribers: must be a number, such as 1"),
        (("--batch", "11"), "--batch: must be a whole number from 1 to 10"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(arguments: tuple[str, ...], told: str) -> None:
    refused = run(*arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    [line] = refused.stderr.splitlines()
    assert line.endswith(told)
