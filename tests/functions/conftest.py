"""What the functions find around them on AWS: moto's services, a user pool, a context, messages."""

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend

from functions.payments import environment
from local.cloud.mends.locking import hold

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "eu-central-1"


class Context(LambdaContext):
    """The context of one call, with all of its time left."""

    def __init__(self, function_name: str = "function") -> None:
        self._function_name = function_name
        self._memory_limit_in_mb = 256
        self._invoked_function_arn = f"arn:aws:lambda:{REGION}:123456789012:function:function"
        self._aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 30_000


@pytest.fixture
def context() -> LambdaContext:
    return Context()


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """One for all tests: it reads the description of each service once."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("AWS_PROFILE", raising=False)
        return boto3.Session(region_name=REGION)


@pytest.fixture
def aws(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    """An empty AWS account."""
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
        yield session


@dataclass(frozen=True)
class Payments:
    """The table of the ledger."""

    name: str
    client: "DynamoDBClient"

    def rows(self) -> list[dict[str, Any]]:
        return self.client.scan(TableName=self.name)["Items"]


@pytest.fixture(scope="session")
def whole_writes() -> None:
    """DynamoDB looks at a condition and writes in one step; moto in two, with threads between."""
    hold(threading.Lock(), DynamoDBBackend, "put_item", "update_item")


@pytest.fixture
def payments_table(
    aws: boto3.Session,
    whole_writes: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Payments]:
    """The ledger's table, which the functions find in their environment."""
    client = aws.client("dynamodb")
    client.create_table(
        TableName="payments",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "customerId", "AttributeType": "S"},
            {"AttributeName": "payment", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "customerId", "KeyType": "HASH"},
            {"AttributeName": "payment", "KeyType": "RANGE"},
        ],
    )
    monkeypatch.setenv("PAYMENTS_TABLE", "payments")
    cached = environment._dynamodb  # pyright: ignore[reportPrivateUsage]
    cached.cache_clear()
    yield Payments("payments", client)
    cached.cache_clear()


def sqs_event(*bodies: Any) -> dict[str, Any]:
    """A batch of messages, as Lambda hands it over; their ids are m0, m1, ..."""
    return {
        "Records": [
            {
                "messageId": f"m{number}",
                "receiptHandle": f"handle{number}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:orders",
                "awsRegion": REGION,
            }
            for number, body in enumerate(bodies)
        ]
    }


def failures(*message_ids: str) -> dict[str, list[dict[str, str]]]:
    """The answer that has exactly these messages delivered again."""
    return {"batchItemFailures": [{"itemIdentifier": each} for each in message_ids]}


@dataclass
class Logs:
    """What the functions have logged."""

    stream: io.StringIO = field(default_factory=io.StringIO)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(autouse=True)
def stage_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "prod")


@dataclass(frozen=True)
class Counted:
    """The metrics that calls have written, as CloudWatch takes them from the log."""

    capture: pytest.CaptureFixture[str]

    def take(self) -> dict[str, list[float]]:
        """The values by metric, of what was written since this was asked last."""
        found: dict[str, list[float]] = {}
        for line in self.capture.readouterr().out.splitlines():
            written = json.loads(line)
            [directive] = written["_aws"]["CloudWatchMetrics"]
            assert directive["Namespace"] == "orderflow"
            # Of each further dimension there would be a metric more to pay for.
            assert directive["Dimensions"] == [["stage"]]
            assert written["stage"] == "prod"
            names = {each["Name"]: each["Unit"] for each in directive["Metrics"]}
            assert set(written) == {"_aws", "stage", *names}
            for name, unit in names.items():
                assert unit == ("Milliseconds" if name == "OrderAge" else "Count")
                found.setdefault(name, []).extend(written[name])
        return found


@pytest.fixture
def metrics(capsys: pytest.CaptureFixture[str]) -> Counted:
    return Counted(capsys)


@pytest.fixture(autouse=True)
def logs(monkeypatch: pytest.MonkeyPatch) -> Logs:
    """Powertools keeps the stdout of the moment it was imported; this takes its place."""
    logger = Logger()
    logger.clear_state()
    logs = Logs()
    handler = cast("logging.StreamHandler[io.StringIO]", logger.registered_handler)
    monkeypatch.setattr(handler, "stream", logs.stream)
    return logs


def refuse_calls(
    client: Any,
    operation: str,
    code: str,
    message: str = "refused",
    when: Callable[[Any], bool] = lambda _: True,
) -> None:
    """Have AWS answer calls of one operation (such as `sfn.StartExecution`) with an error.

    Args:
        when: whether a call of these parameters is refused.
    """

    def answer(params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]] | None:
        if not when(json.loads(params["body"])):
            return None
        return aws_error(code, message)

    client.meta.events.register(f"before-call.{operation}", answer)


@dataclass(frozen=True)
class HttpStatus:
    """All that botocore reads of an HTTP response whose body is parsed already."""

    status_code: int


def aws_error(code: str, message: str = "refused") -> tuple[HttpStatus, dict[str, Any]]:
    return HttpStatus(400), {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {}}


@dataclass
class UserPool:
    """A user pool that answers AdminGetUser; moto's would need a library for tokens."""

    id: str
    users: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def sign_up(self, customer_id: str, email: str, *, verified: bool = True) -> None:
        self.users[customer_id] = {
            "sub": customer_id,
            "email": email,
            "email_verified": "true" if verified else "false",
        }

    def admin_get_user(self, params: dict[str, Any], **_: Any) -> tuple[HttpStatus, dict[str, Any]]:
        asked = json.loads(params["body"])
        if asked["UserPoolId"] != self.id:
            return aws_error("ResourceNotFoundException")
        user = self.users.get(asked["Username"])
        if user is None:
            return aws_error("UserNotFoundException")
        attributes: Sequence[dict[str, str]] = [
            {"Name": name, "Value": value} for name, value in user.items()
        ]
        return HttpStatus(200), {"Username": asked["Username"], "UserAttributes": attributes}


@pytest.fixture
def user_pool(aws: boto3.Session) -> Iterator[UserPool]:
    """Answers for every Cognito client that is made meanwhile."""
    pool = UserPool(f"{REGION}_pool")
    events: Any = aws.events  # Its stubs have handlers return nothing; botocore takes an answer.
    call = "before-call.cognito-identity-provider.AdminGetUser"
    events.register(call, pool.admin_get_user)
    yield pool
    events.unregister(call, pool.admin_get_user)
