"""What every function does alike: it counts, and says of an error no more than may be said."""

import pytest
from botocore.exceptions import ClientError

from functions.telemetry.error import error_keys
from functions.telemetry.metrics import count, counted, measure
from functions.telemetry.order_metric import OrderMetric
from tests.functions.conftest import Counted


@counted
def work(fails: bool = False) -> str:
    count(OrderMetric.ORDERS_PAID)
    count(OrderMetric.ORDERS_LATE, 0)
    measure(OrderMetric.ORDER_AGE, 12.5)
    count(OrderMetric.ORDERS_PAID)
    if fails:
        raise RuntimeError
    return "done"


COUNTED = {"OrdersPaid": [1, 1], "OrdersLate": [0], "OrderAge": [12.5]}


def test_a_call_writes_what_it_has_counted_in_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert work() == "done"
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_each_call_writes_its_own_alone(metrics: Counted) -> None:
    for _ in range(2):
        work()
        assert metrics.take() == COUNTED


def test_a_call_that_fails_writes_what_it_had_counted(metrics: Counted) -> None:
    with pytest.raises(RuntimeError):
        work(fails=True)
    assert metrics.take() == COUNTED


def test_a_call_that_counts_nothing_writes_nothing(metrics: Counted) -> None:
    counted(lambda: None)()
    # Nor does what is no call.
    count(OrderMetric.ORDERS_PAID)
    measure(OrderMetric.ORDER_AGE, 1)
    assert metrics.take() == {}


def test_more_than_a_line_may_have_is_written_all_the_same(metrics: Counted) -> None:
    @counted
    def busy() -> None:
        for _ in range(200):
            count(OrderMetric.ORDERS_PAID)

    busy()
    assert metrics.take() == {"OrdersPaid": [1] * 200}


def test_an_error_is_told_by_its_name_and_place_and_not_by_its_text() -> None:
    class Bad(Exception):
        pass

    told = error_keys(Bad("Pizza for alice@orderflow.example"))
    assert told == {"error": "Bad"}
    refused = ClientError({"Error": {"Code": "Throttled", "Message": "Pizza"}}, "PutItem")
    assert error_keys(refused) == {"error": "Throttled"}
    with pytest.raises(ValueError, match="Pizza") as raised:
        count(OrderMetric("Pizza"))
    # This file is in a folder of that name, too.
    assert error_keys(raised.value)["at"].startswith("test_telemetry.py:")
