"""Changes of a table reach a function until it has processed them, or they are given up."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from local.engine.aws import Aws
from tests.local.cloud.mends.workflows import python_function
from tests.local.processes import eventually

pytestmark = pytest.mark.cloud

# Writes down each batch's items, and fails at those named "bad" as the mapping is to see it.
CODE = """
import json, os
import boto3

def handle(event, context):
    names = [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]]
    boto3.client("sqs").send_message(QueueUrl=os.environ["SEEN"], MessageBody=json.dumps(names))
    bad = [record for record in event["Records"] if "bad" in record["dynamodb"]["Keys"]["id"]["S"]]
    if not bad:
        return {"batchItemFailures": []}
    answer = os.environ["ANSWER"]
    if answer == "raise":
        raise RuntimeError("a bad one")
    number = "unknown" if answer == "unknown" else bad[0]["dynamodb"]["SequenceNumber"]
    if once := os.environ["ONCE"]:
        # Bad but once: the next call finds what this one has left.
        if os.path.exists(once):
            return {"batchItemFailures": []}
        open(once, "w").close()
    return {"batchItemFailures": [{"itemIdentifier": number}]}
"""


class Stream:
    """A table, a function that its stream calls, and what it has seen.

    Args:
        answer: what the function does at a bad one: "raise", "report" it, or report an "unknown".
        once: a file that is not there yet: only the first bad one is bad.
        settings: of the event source mapping.
    """

    def __init__(self, aws: Aws, answer: str, once: str = "", **settings: Any) -> None:
        self._aws = aws
        self._batches: list[list[str]] = []
        self._name = uuid.uuid4().hex
        self._seen = aws.sqs.create_queue(QueueName=f"{self._name}-seen")["QueueUrl"]
        self._given_up = aws.sqs.create_queue(QueueName=f"{self._name}-given-up")["QueueUrl"]
        function = python_function(
            aws,
            {"code": CODE},
            Timeout=30,
            Environment={"Variables": {"SEEN": self._seen, "ANSWER": answer, "ONCE": once}},
        )
        role = aws.functions.get_function(FunctionName=function)["Configuration"].get("Role", "")
        aws.iam.put_role_policy(
            RoleName=role.rpartition("/")[2],
            PolicyName="tell",
            PolicyDocument=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}],
                }
            ),
        )
        stream = aws.dynamodb.create_table(
            TableName=self._name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        )["TableDescription"].get("LatestStreamArn", "")
        self._mapping = aws.functions.create_event_source_mapping(
            EventSourceArn=stream,
            FunctionName=function,
            StartingPosition="TRIM_HORIZON",
            Enabled=False,
            DestinationConfig={"OnFailure": {"Destination": self._arn(self._given_up)}},
            **settings,
        ).get("UUID", "")

    def write(self, *names: str) -> None:
        """Write these items, then have the function called."""
        for name in names:
            self._aws.dynamodb.put_item(TableName=self._name, Item={"id": {"S": name}})
        self._aws.functions.update_event_source_mapping(UUID=self._mapping, Enabled=True)

    def seen(self, *expected: list[str]) -> list[list[str]]:
        """The batches so far, when as many have come as are expected."""

        def come() -> list[list[str]]:
            self._batches += self._received(self._seen)
            return self._batches

        return eventually(come, lambda batches: len(batches) >= len(expected))

    def given_up(self) -> list[tuple[str, int]]:
        """Why, and how many changes, of each batch that was given up."""
        told = eventually(lambda: self._received(self._given_up), bool)
        return [
            (each["requestContext"]["condition"], each["DDBStreamBatchInfo"]["batchSize"])
            for each in told
        ]

    def _arn(self, url: str) -> str:
        return self._aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]

    def _received(self, url: str) -> list[Any]:
        received = self._aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        found: list[Any] = []
        for message in received.get("Messages", []):
            found.append(json.loads(message.get("Body", "")))
            self._aws.sqs.delete_message(
                QueueUrl=url, ReceiptHandle=message.get("ReceiptHandle", "")
            )
        return found


def test_what_follows_the_reported_failure_is_delivered_again(aws: Aws, tmp_path: Path) -> None:
    once = str(tmp_path / "once")
    stream = Stream(aws, "report", once, FunctionResponseTypes=["ReportBatchItemFailures"])
    stream.write("a", "bad", "b")
    expected = [["a", "bad", "b"], ["bad", "b"]]
    assert stream.seen(*expected) == expected


def test_a_report_of_no_record_of_the_batch_fails_all_of_it(aws: Aws) -> None:
    stream = Stream(
        aws,
        "unknown",
        FunctionResponseTypes=["ReportBatchItemFailures"],
        MaximumRetryAttempts=1,
    )
    stream.write("a", "bad")
    assert stream.given_up() == [("RetryAttemptsExhausted", 2)]
    expected = [["a", "bad"], ["a", "bad"]]
    assert stream.seen(*expected) == expected


def test_reports_count_only_where_the_mapping_asks_for_them(aws: Aws) -> None:
    stream = Stream(aws, "report")
    stream.write("a", "bad", "b")
    expected = [["a", "bad", "b"]]
    assert stream.seen(*expected) == expected
    stream.write("c")
    expected.append(["c"])
    assert stream.seen(*expected) == expected


def test_a_batch_is_halved_until_the_bad_one_is_given_up_alone(aws: Aws) -> None:
    stream = Stream(aws, "raise", BisectBatchOnFunctionError=True, MaximumRetryAttempts=0)
    stream.write("a", "b", "bad", "c")
    expected = [["a", "b", "bad", "c"], ["a", "b"], ["bad", "c"], ["bad"], ["c"]]
    assert stream.seen(*expected) == expected
    assert stream.given_up() == [("RetryAttemptsExhausted", 1)]
