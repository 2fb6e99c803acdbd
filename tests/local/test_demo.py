"""What the demo makes of live updates."""

from typing import Any

from local.demo import Follower


def update(status: str, version: int, order_id: str = "1") -> dict[str, Any]:
    reason = "payment method declined" if status == "PAYMENT_FAILED" else None
    return {"id": order_id, "status": status, "version": version, "statusReason": reason}


def test_a_paid_order_has_ended() -> None:
    follower = Follower()

    assert not follower.see(update("PENDING", 1))
    assert (follower.ended("PAID"), follower.ended("PAYMENT_FAILED")) == (0, 0)
    assert not follower.see(update("PAID", 2))
    assert (follower.ended("PAID"), follower.ended("PAYMENT_FAILED")) == (1, 0)
    assert follower.first_failures == {}


def test_a_first_failure_calls_for_a_retry_and_is_no_end() -> None:
    follower = Follower()
    follower.see(update("PENDING", 1))

    assert follower.see(update("PAYMENT_FAILED", 2))
    assert follower.ended("PAYMENT_FAILED") == 0
    assert follower.first_failures == {"1": "payment method declined"}


def test_a_second_failure_is_the_end() -> None:
    follower = Follower()
    for status, version in (("PAYMENT_FAILED", 2), ("PENDING", 3)):
        follower.see(update(status, version))

    assert not follower.see(update("PAYMENT_FAILED", 4))
    assert follower.ended("PAYMENT_FAILED") == 1


def test_an_update_that_comes_twice_or_late_changes_nothing() -> None:
    follower = Follower()
    assert follower.see(update("PAYMENT_FAILED", 2))

    assert not follower.see(update("PAYMENT_FAILED", 2))
    assert not follower.see(update("PENDING", 1))
    assert follower.orders["1"]["status"] == "PAYMENT_FAILED"


def test_each_order_is_counted_by_itself() -> None:
    follower = Follower()
    for number in range(3):
        follower.see(update("PAID", 2, str(number)))
    follower.see(update("PAYMENT_FAILED", 2, "3"))

    assert follower.ended("PAID") == 3
    assert list(follower.first_failures) == ["3"]
