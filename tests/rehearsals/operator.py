"""An operator who knows of the stage what the runbook says, and does that."""

import io
import json
import shlex
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from typing import Any

import boto3

from local.embedded_cloud import REGION, STAGE
from ops.__main__ import parser, run
from ops.stage import Stage
from ops.terminal import Terminal
from tests.e2e.stage import Stage as Deployed
from tests.rehearsals.runbook import Page

COMMAND = "python -m ops "
# As the pages have them, of a stage and of an order.
A_STAGE, AN_ORDER = "prod", "01KB3X5YKYMBYYB3G1PS1TQR0W"

# What is to be done besides commands, by the page's words for it.
Deeds = Mapping[str, Callable[[], object]]


class Operator:
    """Runs a page's commands as they are written, for this stage, and agrees to what they ask.

    Attributes:
        order: that stands where a page names one: the last that a command has told of.
    """

    def __init__(self, deployed: Deployed) -> None:
        session = boto3.Session("test", "test", region_name=REGION)
        self._stage = Stage(STAGE, deployed.outputs, session, deployed.cloud.emulator.url)
        self.order = AN_ORDER

    def look(self, page: Page) -> list[Any]:
        """What the commands under "Look" tell, one after the other."""
        return [self.run(command)[1] for step in page["Look"] for command in step.commands]

    def mend(self, page: Page, deeds: Deeds) -> None:
        """Go through "Mend" from its beginning to its end."""
        done: list[str] = []
        for step in page["Mend"]:
            for words, deed in deeds.items():
                if words in step.says:
                    deed()
                    done.append(words)
            for command in step.commands:
                code, told = self.run(command)
                assert code == 0, (command, told)
        assert done == list(deeds), "the page does not say so"

    def is_over(self, page: Page) -> bool:
        """Whether the commands under "Over" say that nothing is left."""
        answers = [self.run(command) for step in page["Over"] for command in step.commands]
        assert answers, "the page does not say how to know"
        return all(code == 0 and not _groups(told) for code, told in answers)

    def run(self, command: str) -> tuple[int, Any]:
        """A command's exit code, and the last document that it prints."""
        filled = {A_STAGE: STAGE, AN_ORDER: self.order}
        words = [filled.get(word, word) for word in shlex.split(command.removeprefix(COMMAND))]
        with redirect_stdout(io.StringIO()) as printed:
            code = run(self._stage, Terminal(json=True, yes=True), parser().parse_args(words))
        told = json.loads(printed.getvalue().splitlines()[-1])
        named = [order for group in _groups(told) for order in group["orders"]]
        self.order = next(iter(named), self.order)
        return code, told


def _groups(told: Any) -> list[Any]:
    """What rests, as `dead-letters list` tells; of another command's document nothing."""
    queues = told.get("queues", [])
    told_apart = queues if isinstance(queues, list) else []
    return [group for queue in told_apart for group in queue["groups"]]
