"""Why a message rests is told from what it says itself; which are meant, by its words and age."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.dead_letters.cause import cause_of, group_of
from ops.dead_letters.groups import groups_of
from ops.dead_letters.letter import Chosen, Letter, letter_of
from tests.e2e.stage import message

ORDER = "01KB3X5YKYMBYYB3G1PS1TQR0W"
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def received(body: str, **attributes: str) -> dict[str, Any]:
    return {
        "MessageId": "m",
        "ReceiptHandle": "r",
        "Body": body,
        "Attributes": {"SentTimestamp": str(int(NOON.timestamp() * 1000))},
        "MessageAttributes": {
            name: {"StringValue": value, "DataType": "String"} for name, value in attributes.items()
        },
    }


def cut_off(**detail: Any) -> str:
    return json.dumps({"executionArn": "arn", "input": message("c", id=ORDER), **detail})


NOT_PUBLISHED = json.dumps(
    {
        "requestContext": {"condition": "RetryAttemptsExhausted"},
        "DDBStreamBatchInfo": {"shardId": "s"},
    }
)


@pytest.mark.parametrize(
    ("body", "attributes", "cause"),
    [
        (
            "{}",
            {"cause": json.dumps({"Error": "Lambda.Unknown", "Cause": '{"errorMessage": "gone"}'})},
            "Lambda.Unknown: gone",
        ),
        ("{}", {"cause": '{"Error":"States.Timeout","Cause":"cut of'}, "States.Timeout"),
        ("{}", {"cause": "no JSON"}, "no JSON"),
        (
            cut_off(name="n", status="FAILED", cause="why", error="Bad"),
            {},
            "execution n FAILED: why",
        ),
        (cut_off(name="n", status="ABORTED", cause=None, error=None), {}, "execution n ABORTED"),
        (NOT_PUBLISHED, {}, "not published: RetryAttemptsExhausted"),
        ("[" * 100_000, {}, "received too often"),
    ],
)
def test_a_message_says_why_it_rests(body: str, attributes: dict[str, str], cause: str) -> None:
    assert cause_of(received(body, **attributes)) == cause


def test_one_cause_is_one_group_whatever_the_order() -> None:
    first = "Lambda.Unknown: RequestId: 0a1b2c3d-0000-4000-8000-000000000000 of " + ORDER
    second = "Lambda.Unknown: RequestId: 9f9f9f9f-1111-4111-8111-111111111111 of " + ORDER[::-1]
    assert group_of(first) == group_of(second) == "Lambda.Unknown: RequestId: … of …"
    assert group_of("execution a-b TIMED_OUT") == "execution … TIMED_OUT"
    assert group_of("payment 1") == "payment 1"


@pytest.mark.parametrize(
    ("queue", "body", "orders", "cause"),
    [
        ("orders", message("c", id=ORDER), [ORDER], "received too often"),
        ("orders", cut_off(name="n", status="ABORTED", cause=None, error=None), [ORDER], None),
        ("orders", "poison", [], "no order: Expecting value: line 1 column 1 (char 0)"),
        (
            "orders",
            message("c", id=ORDER, quantity=0),
            [],
            "no order: data.quantity must be bigger than",
        ),
        ("refunds", message("c", id=ORDER), [ORDER], "received too often"),
        ("refunds", "[]", [], "names no order"),
        ("undelivered-mail", message("c", id=ORDER), [ORDER], "received too often"),
        ("broadcast", NOT_PUBLISHED, [], "not published"),
    ],
)
def test_a_letter_says_which_order_it_is_about(
    queue: str, body: str, orders: list[str], cause: str | None
) -> None:
    letter = letter_of(queue, received(body))
    assert [order_id for _, order_id in letter.orders] == orders
    assert letter.sent_at == NOON
    assert letter.cause.startswith(cause or "execution n")


def letter(cause: str, *, age: timedelta = timedelta(0), order: str = ORDER) -> Letter:
    return Letter(
        queue="orders",
        id="m",
        handle="r",
        body="",
        sent_at=NOON - age,
        cause=cause,
        orders=(("c", order),),
        attributes={},
    )


def test_letters_are_chosen_by_cause_age_and_order() -> None:
    timed_out = letter("States.Timeout: 10 s", age=timedelta(hours=2))
    for chosen, has in (
        (Chosen(), True),
        (Chosen(cause="timeout"), True),
        (Chosen(cause="declined"), False),
        (Chosen(older_than=timedelta(hours=2)), True),
        (Chosen(older_than=timedelta(hours=3)), False),
        (Chosen(order_id=ORDER.lower()), True),
        (Chosen(order_id="another"), False),
        (Chosen(cause="timeout", order_id="another"), False),
    ):
        assert chosen.has(timed_out, NOON) is has, chosen
    assert Chosen().everything
    assert not Chosen(cause="x").everything


def test_the_largest_group_comes_first_and_knows_its_age() -> None:
    letters = [letter("b"), letter("a"), letter("a", age=timedelta(days=1), order="other")]
    first, second = groups_of("orders", letters)
    assert (first.cause, first.letters, second.letters) == ("a", 2, 1)
    assert (first.oldest, first.newest) == (NOON - timedelta(days=1), NOON)
    assert first.orders == [ORDER, "other"]
