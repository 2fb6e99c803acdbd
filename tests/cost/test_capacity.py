"""What orders need, and which quota binds first."""

import pytest

from cost.capacity import Need, capacity
from cost.observation import Observation
from cost.report import binding
from cost.workload import Traffic
from preview.recording import Recording
from tests.cost.graphs import FUNCTION, changed, everything, stage

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"


def need(recording: Recording, name: str, traffic: Traffic | None = None) -> Need:
    [found] = [each for each in capacity(recording, traffic or Traffic()) if each.name == name]
    return found


def observed_ms(function: str) -> float:
    [call] = [
        each
        for each in Observation.read().kinds["paid"]
        if each.service == "lambda" and each.on == function
    ]
    return call.ms


def test_the_order_queues_consumers_take_as_many_orders_as_they_have_time_for() -> None:
    consumers = need(stage("prod", paymentSuccessRate=1), "consumers of `order-queue`")
    # Stretched from a whole processor to the share of 256 MB; whole milliseconds are billed.
    seconds = observed_ms("start-workflow") * 1769 / 256 / 1000
    assert consumers.per_order == pytest.approx(seconds, abs=0.001)
    assert consumers.quota == 5
    assert consumers.rate == pytest.approx(5 / consumers.per_order)
    more = stage("prod", consumerMaxConcurrency=20, paymentSuccessRate=1)
    assert need(more, "consumers of `order-queue`").rate == pytest.approx(4 * consumers.rate)


def test_a_consumer_without_a_limit_of_its_own_has_lambdas_only() -> None:
    free = changed(stage(), MAPPING, "order-queue", scalingConfig=None)
    assert "consumers of `order-queue`" not in {each.name for each in capacity(free)}


def test_all_functions_share_lambdas_concurrency() -> None:
    together = need(stage(), "Lambda, all functions")
    parts = [each for each in capacity(stage()) if each.name.startswith("Lambda `")]
    assert len(parts) == 4
    assert together.per_order == pytest.approx(sum(part.per_order for part in parts))
    assert (together.quota, together.new) == (1000, 10)
    assert together.new_rate == pytest.approx(together.rate / 100)
    faster = changed(stage(), FUNCTION, "take-payment", memorySize=1769.0)
    assert need(faster, "Lambda `take-payment`").per_order < 0.2 * (
        need(stage(), "Lambda `take-payment`").per_order
    )


def test_a_standard_workflow_has_starts_and_transitions() -> None:
    starts = need(stage(), "Step Functions, StartExecution")
    transitions = need(stage(), "Step Functions, transitions")
    assert (starts.per_order, starts.rate) == pytest.approx((1, 300))
    assert (transitions.per_order, transitions.rate) == pytest.approx((4.05, 1500 / 4.05))


def test_an_express_workflow_has_more_starts_and_no_transitions() -> None:
    express = stage("prod", workflowType="EXPRESS")
    assert need(express, "Step Functions, StartExecution").rate == pytest.approx(6000)
    assert "Step Functions, transitions" not in {each.name for each in capacity(express)}


def test_mail_binds_where_the_stage_sends_it() -> None:
    assert not any("mail" in each.unit for each in capacity(stage()))
    to_operator = need(everything(), "SNS to a@shop.example")
    assert to_operator.rate == pytest.approx(10)
    sandbox = need(everything(), "SES")
    assert sandbox.quota is None
    assert sandbox.new_rate == pytest.approx(1)
    assert need(everything(), "Cognito, AdminGetUser").rate == pytest.approx(120)
    assert need(everything(), "consumers of `customer-mail`").quota == 2


def test_a_new_table_takes_less_at_once() -> None:
    # Four to save an order, with its indexes; three to mark it, as its id stays.
    orders = need(stage(), "DynamoDB `orders`")
    assert orders.per_order == pytest.approx(7)
    assert (orders.rate, orders.new_rate) == pytest.approx((40_000 / 7, 4000 / 7))


def test_retries_need_more() -> None:
    name = "Step Functions, transitions"
    retried = need(stage(), name, Traffic(retries=1))
    assert retried.per_order == pytest.approx(need(stage(), name).per_order + 0.2 * 6)


def test_what_binds_first_comes_first() -> None:
    needs = capacity(stage())
    rates = [each.rate for each in needs]
    assert rates == sorted(rates)
    # With consumers enough, Step Functions does.
    more = capacity(stage("prod", consumerMaxConcurrency=100))
    assert more[0].name == "Step Functions, StartExecution"


def a_need(name: str, quota: float | None, new: float | None) -> Need:
    return Need(name=name, unit="/s", per_order=0.3, quota=quota, new=new)


def test_what_binds_first_is_told_in_a_sentence() -> None:
    consumers, functions = a_need("consumers of `orders`", 5, 5), a_need("Lambda", 1000, 10)
    nobody, sandbox = a_need("Lambda `a`", None, None), a_need("SES", None, 1)
    assert binding([consumers, functions, nobody]) == (
        "What binds first: consumers of orders, at 16.7 orders a second, in a new account too."
    )
    assert binding([consumers, functions, sandbox]) == (
        "What binds first: consumers of orders, at 16.7 orders a second;"
        " in a new account SES, at 3.3."
    )
