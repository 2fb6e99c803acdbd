"""Each alarm has its page in the runbook, and each command there is one."""

import re
import shlex

import pytest

from local.engine.program import ROOT
from preview.recording import Recording, record_everything

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
PAGES = {
    name: text
    for name, _, text in (each.partition("\n") for each in re.split(r"(?m)^## ", RUNBOOK)[1:])
}
COMMAND = "python -m ops "
ALARMS = (
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm",
)
BUDGET = "aws:budgets/budget:Budget"


def commands(text: str) -> list[str]:
    """All there are, in blocks and within sentences."""
    blocks = re.findall(rf"(?m)^\$ ({COMMAND}.+)$", text)
    sentences = re.findall(rf"`({COMMAND}[^`]+)`", text)
    return blocks + sentences


@pytest.fixture(scope="module")
def everything() -> Recording:
    return record_everything()


def test_every_alarm_has_its_page_and_every_page_an_alarm(everything: Recording) -> None:
    named: set[str] = set()
    for each in (alarm for kind in ALARMS for alarm in everything.of(kind)):
        _, _, page = each.inputs["alarmDescription"].rpartition("docs/runbook.md#")
        assert page in PAGES, each.name
        named.add(page)
    # A budget's mail is AWS's own, and says its name alone.
    assert named | {budget.name for budget in everything.of(BUDGET)} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_means_how_to_look_how_to_mend_it_and_when_it_is_over(
    name: str,
) -> None:
    places = [PAGES[name].find(f"**{part}**") for part in ("Means", "Look", "Mend", "Over")]
    assert -1 not in places
    assert places == sorted(places)
    assert "ustomer" in PAGES[name]
    assert commands(PAGES[name])


def test_every_link_leads_to_a_page() -> None:
    for text, page in re.findall(r"\[([^\]]+)\]\(#([^)]+)\)", RUNBOOK):
        assert text == page
        assert page in PAGES


@pytest.mark.parametrize("command", sorted(set(commands(RUNBOOK))))
def test_every_command_is_one(command: str) -> None:
    ops = pytest.importorskip("ops.__main__", reason="there is no command line yet")
    given = ops.parser().parse_args(shlex.split(command.removeprefix(COMMAND)))
    assert given.stage == "prod"
