"""Step Functions: executions of the order workflow, by the definition that is deployed.

STANDARD refuses a name that was used, unless the execution of that name and input still runs;
EXPRESS knows no names, may run an execution twice, and ends it after five minutes. One attempt at a
task is one move. Leaves out: history, quotas, and redrives of executions.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

import yaml
from botocore.exceptions import ClientError

from infra.order_queue import MESSAGE_RESTS
from infra.order_workflow import DEFINITION
from infra.substitution import substitute
from tests.simulation.models.definition import (
    Attempt,
    Definition,
    End,
    Progress,
    read_definition,
)
from tests.simulation.models.functions import (
    WORKFLOW_ARN,
    ExecutionAlreadyExists,
    Functions,
    Killed,
)
from tests.simulation.models.queues import DeadLetters, Queue, Topic
from tests.simulation.models.tables import ConditionalCheckFailed, InvalidExpression, Table
from tests.simulation.schedule import Fault, Service, Strike, WorkflowType
from tests.simulation.world import World

EXPRESS_SECONDS = 300
EXPRESS_REST_ATTEMPTS = 3
NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")

TABLE_FAULTS = (
    *(Fault.REFUSED, Fault.REFUSED, Fault.LOST, Fault.RETRIED),
    *(Fault.LATE, Fault.HANGS),
)
READ_FAULTS = (Fault.REFUSED, Fault.HANGS)
SEND_FAULTS = (Fault.REFUSED, Fault.REFUSED, Fault.LOST, Fault.LATE, Fault.HANGS)
CALL_FAULTS = (Fault.REFUSED, Fault.REFUSED, Fault.LOST, Fault.LATE, Fault.HANGS)
# https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html and the
# services' own pages of common errors.
LAMBDA_ERRORS = (
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ResourceNotReadyException",
    "Lambda.AccessDeniedException",
)
TABLE_ERRORS = (
    "DynamoDB.ProvisionedThroughputExceededException",
    "DynamoDB.ThrottlingException",
    "DynamoDB.RequestLimitExceeded",
    "DynamoDB.InternalServerError",
    "DynamoDB.ServiceUnavailable",
    "DynamoDB.SdkClientException",
    "DynamoDB.AccessDeniedException",
)
QUEUE_ERRORS = ("SQS.SdkClientException", "SQS.SqsException", "SQS.RequestThrottledException")
TOPIC_ERRORS = ("SNS.InternalErrorException", "SNS.ThrottledException", "SNS.SdkClientException")


class TaskFailed(Exception):
    """A task's error, by the name that Retry and Catch know."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.cause = cause


PLACES = {
    "Partition": "aws",
    "OrderTableName": "orders",
    "TakePaymentArn": "take-payment",
    "RefundQueueUrl": "refund queue",
    "DeadLetterQueueUrl": "order queue's dead letters",
    "NotificationTopicArn": "topic",
}


@cache
def deployed_definition() -> Definition:
    """infra/order_workflow.asl.yaml, as infra/order_workflow.py deploys it."""
    return read_definition(yaml.load(substitute(DEFINITION.read_text(), PLACES), yaml.CSafeLoader))


class Execution:
    """One execution, from task to task."""

    def __init__(self, machine: "OrderWorkflow", arn: str, name: str, label: str, given: str):
        self.arn = arn
        self.name = name
        # Its name in stories and points, which EXPRESS ones share with others.
        self.label = label
        self.given = given
        self.status = "RUNNING"
        world = machine.world
        self.progress = Progress(
            machine.definition,
            # Of the context object, what does not change.
            {"Execution": {"Id": arn, "Name": name, "Input": json.loads(given)}},
            world.iso,
            lambda state, number: world.share(f"{label} {state} {number} jitter"),
        )


class OrderWorkflow:
    """The state machine, and what its tasks reach."""

    def __init__(
        self,
        world: World,
        workflow_type: WorkflowType,
        *,
        definition: Definition,
        functions: Functions,
        orders: Table,
        refunds: Queue,
        dead_letters: DeadLetters,
        topic: Topic,
    ) -> None:
        self.world = world
        self.type: WorkflowType = workflow_type
        self.definition = definition
        self.executions: list[Execution] = []
        self.watchers: list[Callable[[Execution, End | None], None]] = []
        self._by_name: dict[str, Execution] = {}
        self._functions = functions
        self._orders = orders
        self._topic = topic
        self._queues: dict[str, Queue | DeadLetters] = {
            PLACES["RefundQueueUrl"]: refunds,
            PLACES["DeadLetterQueueUrl"]: dead_letters,
        }
        self._dead_letters = dead_letters

    # What start_workflow calls.

    def start(self, name: str, given: str, cause: str) -> str:
        if not NAME.fullmatch(name):
            raise ClientError({"Error": {"Code": "InvalidName"}}, "StartExecution")
        if self.type == "STANDARD":
            known = self._by_name.get(name)
            if known is not None:
                if known.status == "RUNNING" and known.given == given:
                    return known.arn
                raise ExecutionAlreadyExists(
                    {"Error": {"Code": "ExecutionAlreadyExists"}}, "StartExecution"
                )
            arn = f"{WORKFLOW_ARN.replace(':stateMachine:', ':execution:')}:{name}"
            self._by_name[name] = self._run(arn, name, name, given)
            return arn
        number = blake2b(cause.encode(), digest_size=2).hexdigest()
        arn = f"{WORKFLOW_ARN.replace(':stateMachine:', ':express:')}:{name}:{number}"
        label = f"{name}~{number}"
        self._run(arn, name, label, given)
        if self.world.strike(Service.WORKFLOW, label, (Fault.TWICE,)):
            self._run(arn, name, f"{label}'", given)
        return arn

    def describe(self, arn: str) -> dict[str, Any]:
        name = arn.rpartition(":")[2]
        known = self._by_name.get(name)
        if known is None or known.arn != arn:
            raise ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "DescribeExecution")
        return {"executionArn": arn, "name": name, "status": known.status, "input": known.given}

    def abort(self, place: int) -> None:
        """An operator stops a running execution."""
        running = [each for each in self.executions if each.status == "RUNNING"]
        if running:
            execution = running[place % len(running)]
            self.world.tell("operator", f"stops {execution.label}")
            self._end(execution, "ABORTED", End("FAILED"))

    # How executions go on.

    def _run(self, arn: str, name: str, label: str, given: str) -> Execution:
        execution = Execution(self, arn, name, label, given)
        self.executions.append(execution)
        self.world.tell(label, "begins")
        for watcher in self.watchers:
            watcher(execution, None)
        if self.type == "EXPRESS":
            self.world.after(
                EXPRESS_SECONDS, lambda: self._end(execution, "TIMED_OUT", End("FAILED"))
            )
        self._go_on(execution, execution.progress.begin(json.loads(given)))
        return execution

    def _go_on(self, execution: Execution, step: Attempt | End) -> None:
        if isinstance(step, End):
            self._end(execution, step.status, step)
            return
        point = f"{execution.label} {step.state} {step.number}"
        delay = step.after + self.world.takes(point, 0.01, 1.5)
        self.world.after(delay, lambda: self._try(execution, step, point))

    def _try(self, execution: Execution, step: Attempt, point: str) -> None:
        if execution.status != "RUNNING":
            return
        service, faults, errors = self._risks(step)
        strike = self.world.strike(service, point, faults, errors)
        if strike and strike.fault in (Fault.LATE, Fault.HANGS):
            self._do_without_answer(execution, step, point, strike)
            return
        try:
            result = self._struck(step, point, strike)
        except TaskFailed as failure:
            outcome = execution.progress.failed(failure.error, failure.cause)
            self._told(execution, step, failure.error)
        else:
            outcome = execution.progress.succeeded(result)
            self._told(execution, step, "")
        # A slow call has let others move, an operator among them.
        if execution.status == "RUNNING":
            self._go_on(execution, outcome)

    def _told(self, execution: Execution, step: Attempt, error: str) -> None:
        if self.world.telling:
            number = f" ({step.number})" if step.number > 1 else ""
            self.world.tell(execution.label, f"{step.state}{number} {error}".strip())

    def _do_without_answer(
        self, execution: Execution, step: Attempt, point: str, strike: Strike
    ) -> None:
        timeout = float("inf") if step.timeout is None else step.timeout
        if strike.fault is Fault.LATE:
            lateness = self.world.takes(f"{point} late", 0.1, 30)
            self.world.after((step.timeout or 0.0) + lateness, lambda: self._do_late(step, point))
        if timeout == float("inf"):
            return

        def give_up() -> None:
            if execution.status == "RUNNING":
                self._told(execution, step, "States.Timeout")
                self._go_on(execution, execution.progress.failed("States.Timeout", ""))

        self.world.after(timeout, give_up)

    def _do_late(self, step: Attempt, point: str) -> None:
        self.world.tell("late", point)
        try:
            self._do(step, point)
        except TaskFailed:
            # Nobody waits for it any more.
            return

    def _struck(self, step: Attempt, point: str, strike: Strike | None) -> Any:
        if strike is None:
            return self._do(step, point)
        if strike.fault is Fault.REFUSED:
            raise TaskFailed(strike.error, "refused")
        self._do(step, point)
        if strike.fault is Fault.RETRIED:
            return self._do(step, point)
        raise TaskFailed(strike.error, "no answer")

    def _end(self, execution: Execution, status: str, end: End) -> None:
        if execution.status != "RUNNING":
            return
        execution.status = status
        if self.world.telling:
            self.world.tell(execution.label, f"{status} {end.error}".strip())
        for watcher in self.watchers:
            watcher(execution, end)
        # The EventBridge rule: what ended badly, other than by laying its message to rest.
        if self.type == "STANDARD" and status != "SUCCEEDED" and end.error != MESSAGE_RESTS:
            detail = {
                "executionArn": execution.arn,
                "stateMachineArn": WORKFLOW_ARN,
                "name": execution.name,
                "status": status,
                "input": execution.given,
                "inputDetails": {"included": True},
                "output": None,
                "error": end.error,
                "cause": end.cause,
            }
            point = f"status of {execution.label}"
            delay = self.world.takes(point, 0.02, 5)
            self.world.after(delay, lambda: self._dead_letters.send(point, json.dumps(detail), {}))

    # What tasks do.

    def _risks(self, step: Attempt) -> tuple[Service, Sequence[Fault], Sequence[str]]:
        match step.resource.rpartition(":::")[2]:
            case "dynamodb:getItem":
                return Service.ORDERS, READ_FAULTS, TABLE_ERRORS
            case "dynamodb:putItem" | "dynamodb:updateItem":
                return Service.ORDERS, TABLE_FAULTS, TABLE_ERRORS
            case "lambda:invoke":
                return Service.FUNCTIONS, CALL_FAULTS, LAMBDA_ERRORS
            case "sns:publish":
                return Service.TOPIC, SEND_FAULTS, TOPIC_ERRORS
            case "sqs:sendMessage":
                if step.arguments["QueueUrl"] == PLACES["RefundQueueUrl"]:
                    return Service.REFUND_QUEUE, SEND_FAULTS, QUEUE_ERRORS
                if self.type == "EXPRESS" and step.number > EXPRESS_REST_ATTEMPTS:
                    # Were this away as well, for longer than its retries, the message was lost.
                    return Service.DEAD_LETTERS, (), QUEUE_ERRORS
                return Service.DEAD_LETTERS, SEND_FAULTS, QUEUE_ERRORS
            case _:
                raise NotImplementedError(f"{step.resource} of {step.state}")

    def _do(self, step: Attempt, point: str) -> Any:
        """The task's effect, and its result."""
        given: Mapping[str, Any] = step.arguments
        match step.resource.rpartition(":::")[2]:
            case "lambda:invoke":
                _require(given, {"FunctionName", "Payload"})
                return self._invoke(given, point)
            case "sns:publish":
                _require(given, {"TopicArn", "Subject", "MessageStructure", "Message"})
                assert given["MessageStructure"] == "json"
                assert 0 < len(given["Subject"]) <= 100
                self._topic.publish(point, json.loads(given["Message"])["sqs"])
                return {}
            case "sqs:sendMessage":
                _require(given, {"QueueUrl", "MessageBody", "MessageAttributes"})
                attributes = {
                    name: each["StringValue"]
                    for name, each in given.get("MessageAttributes", {}).items()
                }
                self._queues[given["QueueUrl"]].send(point, given["MessageBody"], attributes)
                return {}
            case operation:
                return self._on_table(operation, given, point)

    def _invoke(self, given: Mapping[str, Any], point: str) -> Any:
        assert given["FunctionName"] == PLACES["TakePaymentArn"]
        try:
            result = self._functions.take_payment(point, given["Payload"])
        except Killed:
            raise TaskFailed("Lambda.Unknown", "The function ended") from None
        except Exception as error:
            cause = json.dumps({"errorMessage": str(error), "errorType": type(error).__name__})
            raise TaskFailed(type(error).__name__, cause) from None
        return {"Payload": json.loads(json.dumps(result)), "StatusCode": 200}

    def _on_table(self, operation: str, given: Mapping[str, Any], point: str) -> Any:
        assert given["TableName"] == self._orders.name
        expressions = (
            given.get("ConditionExpression", ""),
            given.get("ExpressionAttributeNames"),
            given.get("ExpressionAttributeValues"),
        )
        fields = {"TableName", "ConditionExpression"}
        fields |= {"ExpressionAttributeNames", "ExpressionAttributeValues"}
        try:
            match operation:
                case "dynamodb:putItem":
                    _require(given, {*fields, "Item"})
                    self._orders.put(given["Item"], point, *expressions)
                    return {}
                case "dynamodb:updateItem":
                    _require(given, {*fields, "Key", "UpdateExpression", "ReturnValues"})
                    update = given["UpdateExpression"]
                    item = self._orders.update(given["Key"], point, update, *expressions)
                    return {"Attributes": item} if given["ReturnValues"] == "ALL_NEW" else {}
                case "dynamodb:getItem":
                    _require(given, {"TableName", "Key", "ConsistentRead"})
                    assert given["ConsistentRead"] is True
                    item = self._orders.get(given["Key"])
                    return {} if item is None else {"Item": item}
                case _:
                    raise NotImplementedError(operation)
        except ConditionalCheckFailed:
            raise TaskFailed("DynamoDB.ConditionalCheckFailedException") from None
        except InvalidExpression as error:
            raise TaskFailed("DynamoDB.DynamoDbException", str(error)) from None


def _require(given: Mapping[str, Any], known: set[str]) -> None:
    if unknown := given.keys() - known:
        raise NotImplementedError(f"arguments {sorted(unknown)}")
