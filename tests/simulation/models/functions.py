"""Lambda: the program's own functions, called as AWS calls them, with clients that can fail.

A function can be throttled, killed at any of its calls of AWS, and its answer can get lost. Leaves
out: `handle` around each of them (its environment, clients and log; of its batches, all but that
each message fails by itself), the retries of the clients' library but for one of a write that was
done, and how many may run at once.
"""

import json
import logging
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Protocol, TypeVar, cast

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyItemAlreadyExistsError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.base import BasePersistenceLayer
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord
from botocore.exceptions import ClientError, ReadTimeoutError

from functions.email_customer import handler as email_customer
from functions.payments.ledger import Ledger
from functions.payments.processor import (
    Memory,
    Outcome,
    Payment,
    PaymentProcessor,
    PaymentProcessorUnreachable,
    RandomProcessor,
)
from functions.refund_payment import handler as refund_payment
from functions.start_workflow import handler as start_workflow
from functions.take_payment import handler as take_payment
from tests.simulation.models.queues import Message
from tests.simulation.models.tables import ConditionalCheckFailed, Table
from tests.simulation.schedule import Fault, Service
from tests.simulation.world import World

LOGGERS = [
    logging.getLogger(function.logger.name)
    for function in (email_customer, refund_payment, start_workflow, take_payment)
]
Done = TypeVar("Done")
Record = dict[str, Any]

REFUSALS = ("ThrottlingException", "InternalServerError", "AccessDeniedException")
READS = (Fault.REFUSED, Fault.KILLED_BEFORE, Fault.KILLED_AFTER, Fault.SLOW)
WRITES = (*READS, Fault.LOST, Fault.RETRIED)
WORKFLOW_ARN = "arn:aws:states:eu-central-1:123456789012:stateMachine:order-workflow"
MAIL_SECONDS = 30


@contextmanager
def silence() -> Generator[None]:
    """Nobody reads what thousands of calls log, and it takes most of their time."""
    before = [logger.disabled for logger in LOGGERS]
    for logger in LOGGERS:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(LOGGERS, before, strict=True):
            logger.disabled = disabled


class Killed(BaseException):
    """The function ends here, whatever it wanted to do yet: out of time, or out of memory."""


class Context:
    """What Powertools asks of a call's context."""

    function_name = "function"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:function"
    aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return MAIL_SECONDS * 1000


class Calls:
    """What one invocation asks of AWS, call by call."""

    def __init__(self, world: World, invocation: str) -> None:
        self.world = world
        self.invocation = invocation
        self._number = 0

    def make(
        self,
        service: Service,
        operation: str,
        effect: Callable[[], Done],
        faults: Sequence[Fault] = WRITES,
    ) -> Done:
        """Make a call; a fault can come before, after and instead of it."""
        self._number += 1
        point = f"{self.invocation}, call {self._number}: {operation}"
        strike = self.world.strike(service, point, faults, REFUSALS)
        if strike is None:
            return effect()
        match strike.fault:
            case Fault.REFUSED:
                raise ClientError({"Error": {"Code": strike.error}}, operation)
            case Fault.KILLED_BEFORE:
                raise Killed
            case Fault.SLOW:
                self.world.meanwhile(self.world.takes(point, 0.5, 2.5))
                return effect()
            case _:
                result = effect()
        if strike.fault is Fault.KILLED_AFTER:
            raise Killed
        if strike.fault is Fault.LOST:
            raise ReadTimeoutError(endpoint_url=str(service))
        return effect() if strike.fault is Fault.RETRIED else result


class ConditionalCheckFailedException(ClientError):
    """As a DynamoDB client's `exceptions` has it."""


class DynamoDb:
    """A client of one table."""

    class exceptions:  # noqa: N801 (boto3's name)
        ConditionalCheckFailedException = ConditionalCheckFailedException

    def __init__(self, calls: Calls, service: Service, table: Table) -> None:
        self._calls = calls
        self._service = service
        self._table = table

    def put_item(
        self,
        *,
        TableName: str,  # noqa: N803
        Item: Any,  # noqa: N803
        ConditionExpression: str = "",  # noqa: N803
        ExpressionAttributeNames: Any = None,  # noqa: N803
        ExpressionAttributeValues: Any = None,  # noqa: N803
        ReturnValuesOnConditionCheckFailure: str = "NONE",  # noqa: N803
    ) -> dict[str, Any]:
        def put() -> dict[str, Any]:
            self._table.put(
                Item,
                self._calls.invocation,
                ConditionExpression,
                ExpressionAttributeNames,
                ExpressionAttributeValues,
            )
            return {}

        return self._make("PutItem", TableName, put, ReturnValuesOnConditionCheckFailure)

    def update_item(
        self,
        *,
        TableName: str,  # noqa: N803
        Key: Any,  # noqa: N803
        UpdateExpression: str,  # noqa: N803
        ConditionExpression: str = "",  # noqa: N803
        ExpressionAttributeNames: Any = None,  # noqa: N803
        ExpressionAttributeValues: Any = None,  # noqa: N803
        ReturnValues: str = "NONE",  # noqa: N803
        ReturnValuesOnConditionCheckFailure: str = "NONE",  # noqa: N803
    ) -> dict[str, Any]:
        def update() -> dict[str, Any]:
            item = self._table.update(
                Key,
                self._calls.invocation,
                UpdateExpression,
                ConditionExpression,
                ExpressionAttributeNames,
                ExpressionAttributeValues,
            )
            return {"Attributes": dict(item)} if ReturnValues == "ALL_NEW" else {}

        return self._make("UpdateItem", TableName, update, ReturnValuesOnConditionCheckFailure)

    def get_item(
        self,
        *,
        TableName: str,  # noqa: N803
        Key: Any,  # noqa: N803
        ConsistentRead: bool,  # noqa: N803
    ) -> dict[str, Any]:
        def get() -> dict[str, Any]:
            item = self._table.get(Key)
            return {} if item is None else {"Item": dict(item)}

        assert ConsistentRead
        return self._make("GetItem", TableName, get, faults=READS)

    def _make(
        self,
        operation: str,
        table: str,
        effect: Callable[[], dict[str, Any]],
        on_failure: str = "NONE",
        faults: Sequence[Fault] = WRITES,
    ) -> dict[str, Any]:
        assert table == self._table.name
        try:
            return self._calls.make(self._service, operation, effect, faults)
        except ConditionalCheckFailed as failure:
            response: Any = {"Error": {"Code": "ConditionalCheckFailedException"}}
            if on_failure == "ALL_OLD" and failure.item is not None:
                response["Item"] = dict(failure.item)
            raise ConditionalCheckFailedException(response, operation) from None


class ExecutionAlreadyExists(ClientError):
    """As a Step Functions client's `exceptions` has it."""


class Executions(Protocol):
    """What starts executions, and knows them."""

    def start(self, name: str, given: str, cause: str) -> str:
        """The execution's ARN; `cause` is the message's delivery.

        Raises:
            ExecutionAlreadyExists: its name is taken.
        """
        ...

    def describe(self, arn: str) -> dict[str, Any]: ...


class StepFunctions:
    """A client of Step Functions."""

    class exceptions:  # noqa: N801 (boto3's name)
        ExecutionAlreadyExists = ExecutionAlreadyExists

    def __init__(self, calls: Calls, executions: Executions, cause: str) -> None:
        self._calls = calls
        self._executions = executions
        self._cause = cause

    def start_execution(
        self,
        *,
        stateMachineArn: str,  # noqa: N803
        name: str,
        input: str,  # noqa: A002 (boto3's name)
    ) -> dict[str, Any]:
        assert stateMachineArn == WORKFLOW_ARN

        def start() -> dict[str, Any]:
            return {"executionArn": self._executions.start(name, input, self._cause)}

        return self._calls.make(Service.WORKFLOW, f"StartExecution {name}", start)

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803
        return self._calls.make(
            Service.WORKFLOW,
            f"DescribeExecution {executionArn.rpartition(':')[2]}",
            lambda: self._executions.describe(executionArn),
            READS,
        )


class PaymentWatcher(Protocol):
    """Who is shown what the processor is asked, and what it says."""

    def asked(self, invocation: str, event: Mapping[str, Any]) -> None: ...

    def said(self, payment: Payment, what: str) -> None: ...


class Processor:
    """The real fake one, which cannot be reached at times, before or after it has done its part."""

    def __init__(self, calls: Calls, real: RandomProcessor, watcher: PaymentWatcher) -> None:
        self._calls = calls
        self._real = real
        self._watcher = watcher

    def take(self, payment: Payment) -> Outcome:
        try:
            outcome = self._reached("take", payment, self._real.take)
        except PaymentProcessorUnreachable:
            self._watcher.said(payment, "payment processor unreachable")
            raise
        if outcome is Outcome.DECLINED:
            self._watcher.said(payment, "payment method declined")
        return outcome

    def refund(self, payment: Payment) -> bool:
        return self._reached("refund", payment, self._real.refund)

    def _reached(self, what: str, payment: Payment, call: Callable[[Payment], Done]) -> Done:
        faults = (Fault.REFUSED, Fault.LOST)
        point = f"{self._calls.invocation}: {what}"
        strike = self._calls.world.strike(Service.PROCESSOR, point, faults)
        if strike is None or strike.fault is Fault.LOST:
            result = call(payment)
            if strike is None:
                return result
        raise PaymentProcessorUnreachable(payment)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that SES took."""

    key: tuple[str, str, int, str]
    to: str
    subject: str
    text: str


class _Ses:
    def __init__(self, calls: Calls, key: tuple[str, str, int, str], outbox: "Outbox") -> None:
        self._calls = calls
        self._key = key
        self._outbox = outbox

    def send_email(self, *, Destination: Any, Content: Any, **_: Any) -> dict[str, str]:  # noqa: N803
        def send() -> dict[str, str]:
            simple = Content["Simple"]
            mail = Mail(
                self._key,
                Destination["ToAddresses"][0],
                simple["Subject"]["Data"],
                simple["Body"]["Text"]["Data"],
            )
            self._outbox.sent(mail)
            return {"MessageId": f"mail {len(self._outbox.mails)}"}

        # Not by the library again: that is two mails, and neither it nor SES has a key for them.
        faults = tuple(each for each in WRITES if each is not Fault.RETRIED)
        return self._calls.make(Service.MAILER, "SendEmail", send, faults)


class _UserPool:
    class exceptions:  # noqa: N801 (boto3's name)
        UserNotFoundException = KeyError

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def admin_get_user(self, *, UserPoolId: str, Username: str) -> dict[str, Any]:  # noqa: N803
        assert UserPoolId
        user = {"email": f"{Username}@example.com", "email_verified": "true"}
        attributes = [{"Name": name, "Value": value} for name, value in user.items()]
        return self._calls.make(
            Service.MAILER, "AdminGetUser", lambda: {"UserAttributes": attributes}, READS
        )


@dataclass
class Outbox:
    """The mails that were sent, and those of which it is on record."""

    mails: list[Mail] = field(default_factory=list[Mail])
    records: dict[str, tuple[DataRecord, float]] = field(
        default_factory=dict[str, tuple[DataRecord, float]]
    )
    recorded: set[tuple[str, str, int, str]] = field(default_factory=set[tuple[str, str, int, str]])
    watchers: list[Callable[[Mail], None]] = field(default_factory=list[Callable[[Mail], None]])

    def sent(self, mail: Mail) -> None:
        self.mails.append(mail)
        for watcher in self.watchers:
            watcher(mail)


class _MailRecords(BasePersistenceLayer):
    """Powertools' record of mails; in memory, and by the simulated clock.

    It differs from the DynamoDB one in that: the conditions of its writes are the same.
    """

    def __init__(self, calls: Calls, outbox: Outbox) -> None:
        super().__init__()
        self.mailing: tuple[str, str, int, str] | None = None
        self._calls = calls
        self._outbox = outbox

    def _get_record(self, idempotency_key: str) -> DataRecord:
        raise NotImplementedError("a failed condition brings the record")

    def _put_record(self, data_record: DataRecord) -> None:
        now = self._calls.world.now

        def put() -> None:
            old, expires_at = self._outbox.records.get(data_record.idempotency_key, (None, 0.0))
            if old and not (old.status == "INPROGRESS" and expires_at < now):
                raise IdempotencyItemAlreadyExistsError(old_data_record=old)
            kept = (data_record, now + MAIL_SECONDS)
            self._outbox.records[data_record.idempotency_key] = kept

        self._calls.make(Service.MAILS, "PutItem", put)

    def _update_record(self, data_record: DataRecord) -> None:
        def update() -> None:
            self._outbox.records[data_record.idempotency_key] = (data_record, 0.0)
            if self.mailing:
                self._outbox.recorded.add(self.mailing)

        self._calls.make(Service.MAILS, "UpdateItem", update)

    def _delete_record(self, data_record: DataRecord) -> None:
        def delete() -> None:
            self._outbox.records.pop(data_record.idempotency_key, None)

        self._calls.make(Service.MAILS, "DeleteItem", delete)


@cache
def fickle_processor(
    success_rate: float, unreachable_share: float
) -> Callable[[Memory], RandomProcessor]:
    """The program's fake processor, with another share of payments that get no answer."""

    class Fickle(RandomProcessor):
        UNREACHABLE_SHARE = unreachable_share

    return partial(Fickle, success_rate)


class Functions:
    """The program's functions, each as its one caller calls it."""

    def __init__(
        self,
        world: World,
        ledger: Table,
        watcher: PaymentWatcher,
        *,
        success_rate: float,
        unreachable_share: float,
    ) -> None:
        self.outbox = Outbox()
        self._world = world
        self._ledger = ledger
        self._watcher = watcher
        self._processor = fickle_processor(success_rate, unreachable_share)

    def take_payment(self, invocation: str, event: Any) -> Mapping[str, Any]:
        """As the workflow calls it.

        Raises:
            Exception: what the function raises.
            Killed: it did not get to its end.
        """
        calls = Calls(self._world, f"take_payment for {invocation}")
        self._watcher.asked(calls.invocation, event)
        return take_payment.take_payment(event, self._payments(calls))

    def start_workflow(
        self, executions: Executions, batch: Sequence[Message]
    ) -> Sequence[Message] | None:
        """As the order queue calls it."""
        calls = self._invocation("start_workflow", batch)

        def handle(record: SQSRecord) -> None:
            cause = f"{record.message_id} {record.attributes.approximate_receive_count}"
            client = StepFunctions(calls, executions, cause)
            start_workflow.start_workflow(cast(Any, client), WORKFLOW_ARN, record)

        return self._consume(calls, batch, handle)

    def refund_payment(self, batch: Sequence[Message]) -> Sequence[Message] | None:
        """As the refund queue calls it."""
        calls = self._invocation("refund_payment", batch)
        handle = partial(refund_payment.refund_payment, self._payments(calls))
        return self._consume(calls, batch, handle)

    def email_customer(self, batch: Sequence[Message]) -> Sequence[Message] | None:
        """As the mail queue calls it."""
        calls = self._invocation("email_customer", batch)

        def handle(record: SQSRecord) -> None:
            order = json.loads(record.body)
            key = (order["customerId"], order["id"], order["attempt"], order["status"])
            records = _MailRecords(calls, self.outbox)
            records.mailing = key
            mailer = email_customer.Mailer(
                user_pool=cast(Any, _UserPool(calls)),
                user_pool_id="pool",
                ses=cast(Any, _Ses(calls, key, self.outbox)),
                sender="orders@example.com",
            )
            email_customer.email_customer(mailer, cast(Any, records), cast(Any, Context()), record)

        return self._consume(calls, batch, handle)

    def _payments(self, calls: Calls) -> PaymentProcessor:
        client = cast(Any, DynamoDb(calls, Service.LEDGER, self._ledger))
        ledger = Ledger(self._ledger.name, client, self._world.datetime)
        return Processor(calls, self._processor(ledger), self._watcher)

    def _invocation(self, function: str, batch: Sequence[Message]) -> Calls:
        return Calls(self._world, f"{function} of {batch[0].id} ({batch[0].receives})")

    def _consume(
        self, calls: Calls, batch: Sequence[Message], handle: Callable[[SQSRecord], None]
    ) -> Sequence[Message] | None:
        """What is to be delivered again; None where the whole batch is."""
        faults = (Fault.REFUSED, Fault.LOST)
        strike = self._world.strike(Service.FUNCTIONS, calls.invocation, faults, ("throttled",))
        if strike and strike.fault is Fault.REFUSED:
            return None
        failed: list[Message] = []
        for message in batch:
            try:
                handle(SQSRecord(_record(message)))
            except Killed:
                return None
            except Exception:  # As Powertools' BatchProcessor.
                failed.append(message)
        return None if strike else failed


def _record(message: Message) -> Record:
    return {
        "messageId": message.id,
        "receiptHandle": message.id,
        "body": message.body,
        "attributes": {"ApproximateReceiveCount": str(message.receives)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:queue",
        "awsRegion": "eu-central-1",
    }
