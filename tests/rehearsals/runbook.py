"""The runbook as an operator reads it: a page's parts, and in each what it says and has one run."""

import re
from dataclasses import dataclass

from local.engine.program import ROOT

RUNBOOK = ROOT / "docs" / "runbook.md"
PART = re.compile(r"\*\*(Means|Look|Mend|Over)\*\*")
BLOCK, PROMPT = "```console\n", "$ "


@dataclass(frozen=True, kw_only=True)
class Step:
    """A paragraph, and the commands of the block below it.

    Args:
        says: in one line.
    """

    says: str
    commands: list[str]


# Of each part of a page its steps, in their order.
Page = dict[str, list[Step]]


def page(name: str) -> Page:
    """The page of an alarm."""
    [text] = re.findall(rf"(?ms)^## {name}\n\n(.+?)(?=^## |\Z)", RUNBOOK.read_text())
    read: Page = {}
    steps: list[Step] = []
    for paragraph in text.strip().split("\n\n"):
        if paragraph.startswith(BLOCK):
            lines = paragraph.splitlines()
            steps[-1].commands.extend(
                line.removeprefix(PROMPT) for line in lines if line.startswith(PROMPT)
            )
            continue
        if named := PART.match(paragraph):
            steps = read.setdefault(named[1], [])
        steps.append(Step(says=" ".join(paragraph.split()), commands=[]))
    return read
