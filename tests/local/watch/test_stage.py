"""Trouble is told as it happens, by name, and not over and over."""

from datetime import UTC, datetime
from typing import Any

import pytest

from local.watch.log import Entry
from local.watch.stage import AGAIN_SECONDS, DeadLetters, Teller

PREFIX = "http://x/000000000000/orderflow-local-"


def entry(message: str, *, level: str = "ERROR", cause: str = "", **keys: Any) -> Entry:
    return Entry(
        at=datetime.now(UTC),
        function="take_payment",
        level=level,
        message=message,
        cause=cause,
        keys=keys,
    )


def test_an_error_is_told_with_its_order_and_cause() -> None:
    found = [entry("No start", cause="ClientError: denied", orderId="01M8")]
    assert Teller().messages(found, 0) == [
        "ERROR in take_payment: No start (order 01M8)\n  ClientError: denied"
    ]


def test_what_comes_again_is_counted_and_told_later() -> None:
    teller = Teller()
    assert len(teller.messages([entry("No start"), entry("No start"), entry("Other")], 0)) == 2
    assert teller.messages([entry("No start")], AGAIN_SECONDS - 1) == []
    assert teller.messages([], AGAIN_SECONDS) == ["2 more in take_payment: No start"]
    assert teller.messages([], 3 * AGAIN_SECONDS) == []


class Queues:
    """SQS, as far as it is asked: queues by name, with the messages that rest in them."""

    def __init__(self, **held: list[dict[str, Any]]) -> None:
        self.held = {name.replace("_", "-"): messages for name, messages in held.items()}
        self.sqs = self

    def list_queues(self, **asked: Any) -> dict[str, Any]:
        assert asked == {"QueueNamePrefix": "orderflow-local-"}
        return {"QueueUrls": [PREFIX + name for name in self.held]}

    def get_queue_attributes(self, **asked: Any) -> dict[str, Any]:
        number = len(self.held[asked["QueueUrl"].removeprefix(PREFIX)])
        return {"Attributes": {"ApproximateNumberOfMessages": str(number)}}

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        # They go on resting.
        assert asked["VisibilityTimeout"] == 0
        return {"Messages": self.held[asked["QueueUrl"].removeprefix(PREFIX)][:1]}


def with_cause(cause: str) -> dict[str, Any]:
    return {"Body": "{}", "MessageAttributes": {"cause": {"StringValue": cause}}}


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (
            with_cause('{"Error":"Lambda.Unknown","Cause":"{\\"errorMessage\\":\\"gone\\"}"}'),
            "Lambda.Unknown: gone",
        ),
        (with_cause('{"Error": "cut of'), '{"Error": "cut of'),
        (
            {"Body": '{"name": "n", "status": "ABORTED", "cause": null, "error": "Stop"}'},
            "execution n ABORTED: Stop",
        ),
        ({"Body": "poison"}, "received too often"),
    ],
)
def test_a_dead_letter_queue_that_grows_is_told_by_name_and_cause(
    message: dict[str, Any], cause: str
) -> None:
    aws: Any = Queues(order_queue_1a2b3c4=[message], order_queue_dead_letters_1a2b3c4=[])
    queues = DeadLetters(aws)
    assert queues.grown() == []

    name = "order-queue-dead-letters-1a2b3c4"
    aws.held[name] = [message] * 2
    assert queues.grown() == [
        (f"ERROR 2 in the dead-letter queue orderflow-local-{name}\n  {cause}", 2)
    ]
    assert queues.grown() == []
    # Redriven, and back again.
    aws.held[name] = []
    assert queues.grown() == []
    aws.held[name] = [message]
    assert [number for _, number in queues.grown()] == [1]
