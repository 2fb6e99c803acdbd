"""Which alarms would be ringing, by what is to be seen of the embedded cloud.

It has no metrics of AWS's. They are made of what there is: the depths of queues, executions that
failed, and by what, and the calls of functions. Time is made, too: a look stands for so many
minutes, each of which was as all that was seen since the look before; an order that waits on its
queue has waited for all of them. The alarms are the component's own, in the model of CloudWatch
that their settings are tested by. What the functions and the API count is left out, and with it
the objectives.
"""

import json
from collections import Counter

from local import STAGE
from local.engine import program_name
from ops.dead_letters.queues import BROADCAST, MAIL, ORDERS, OUTPUTS, REFUNDS, UNDELIVERED_MAIL
from tests.e2e.stage import Stage as Deployed
from tests.infra.order_operations import conftest
from tests.infra.order_operations.cloudwatch import ALARM, Key, Metrics, key, states

# The dead-letter queues, as the component is told of them there.
QUEUES = {
    ORDERS: "dead-letters",
    REFUNDS: "refund-dead-letters",
    BROADCAST: "broadcast-dead-letters",
    MAIL: "mail-dead-letters",
    UNDELIVERED_MAIL: "undelivered",
}
FAILED_EXECUTIONS = key("AWS/States", "ExecutionsFailed", {"StateMachineArn": "arn:workflow"})
WAITING = key("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": "queue"})
THROTTLED_WRITES = key("AWS/DynamoDB", "WriteThrottleEvents", {"TableName": "orders"})
THROTTLED = "ProvisionedThroughputExceededException"


class Watch:
    """Looks at a STANDARD stage now and again, from now on."""

    def __init__(self, deployed: Deployed) -> None:
        self._deployed = deployed
        self._alarms = conftest.operations(conftest.MAIL, 0)
        self._metrics = Metrics()
        self._minutes = 0
        self._log = deployed.cloud.emulator.function_log
        self._read = len(self._log.read_bytes())
        self._known = self._failed()

    def ringing(self, minutes: int) -> set[str]:
        """The alarms that ring after so many minutes, as it is seen now."""
        seen, waits = self._seen(), self._deployed.depth("orderQueueUrl") > 0
        for minute in range(1, minutes + 1):
            seen[WAITING] = 60 * minute * waits
            for metric, value in seen.items():
                self._metrics.report(metric, self._minutes + minute, value)
        self._minutes += minutes
        [*_, now] = states(self._alarms, self._metrics, self._minutes + 1)
        return {name for name, state in now.items() if state == ALARM}

    def _seen(self) -> dict[Key, float]:
        """Since it was looked at last."""
        seen: Counter[Key] = Counter()
        for queue, name in QUEUES.items():
            depth = self._deployed.depth(OUTPUTS[queue][0])
            seen[key("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": name})] = depth
        text = self._log.read_bytes()[self._read :]
        self._read += len(text)
        for call in map(json.loads, text.splitlines()):
            if name := program_name(STAGE, call["function"]):
                of = {"FunctionName": name}
                seen[key("AWS/Lambda", "Invocations", of)] += 1
                seen[key("AWS/Lambda", "Errors", of)] += call["failed"]
        failed = self._failed()
        causes = map(self._cause, failed - self._known)
        seen[THROTTLED_WRITES] = sum(THROTTLED in cause for cause in causes)
        seen[FAILED_EXECUTIONS] = len(failed - self._known)
        self._known = failed
        return dict(seen)

    def _failed(self) -> set[str]:
        """The ARNs of executions that failed."""
        pages = self._deployed.cloud.aws.step_functions.get_paginator("list_executions").paginate(
            stateMachineArn=self._deployed.outputs["workflowArn"], statusFilter="FAILED"
        )
        return {each["executionArn"] for page in pages for each in page["executions"]}

    def _cause(self, execution: str) -> str:
        describe = self._deployed.cloud.aws.step_functions.describe_execution
        return describe(executionArn=execution).get("cause", "")
