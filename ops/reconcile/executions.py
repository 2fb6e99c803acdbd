"""Which orders executions run for, and which of those that failed left nothing behind."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ops.orders import OrderKey
from ops.stage import Stage

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.type_defs import ExecutionListItemTypeDef

# As functions/start_workflow/handler.py names them.
NAME = re.compile(
    r"(?P<customer>.+)-(?P<order>[0-9A-Za-z]{26}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"(?:-\d{1,2})?(?:_\d{1,3})?"
)
FAILED = ("FAILED", "TIMED_OUT", "ABORTED")


class Executions:
    """Of a STANDARD workflow; Step Functions lists none of an EXPRESS one."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._arn = stage.output("workflowArn")
        machine = stage.step_functions.describe_state_machine(stateMachineArn=self._arn)
        self.listed = machine["type"] == "STANDARD"

    def running(self) -> set[OrderKey]:
        """Orders that are on their way."""
        return {key for key, _ in self._of("RUNNING")}

    def failed(self) -> "Iterator[tuple[OrderKey, ExecutionListItemTypeDef]]":
        """Those of the last 90 days, after which Step Functions forgets them."""
        for status in FAILED:
            yield from self._of(status)

    def input_of(self, execution_arn: str) -> str:
        """The order message that it was started with."""
        described = self._stage.step_functions.describe_execution(executionArn=execution_arn)
        return described["input"]  # pyright: ignore[reportTypedDictNotRequiredAccess]

    def _of(self, status: Any) -> "Iterator[tuple[OrderKey, ExecutionListItemTypeDef]]":
        if not self.listed:
            return
        pages = self._stage.step_functions.get_paginator("list_executions").paginate(
            stateMachineArn=self._arn, statusFilter=status
        )
        for page in pages:
            for execution in page["executions"]:
                if named := NAME.fullmatch(execution["name"]):
                    yield (named["customer"], named["order"]), execution
