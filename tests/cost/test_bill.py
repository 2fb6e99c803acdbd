"""A bill worked out by hand, line by line, against `make cost`'s."""

from typing import Literal

import pytest

from cost import Estimate, estimate
from tests.cost.graphs import stage

WITHIN = 0.10

# 1,000,000 orders a month in stage `prod`, as Pulumi.prod.yaml has it: nobody is mailed, WAF is
# before the API. Of 100 payments 80 are accepted and 20 are not; of these 20, the processor does
# not answer one.
ORDERS = 1_000_000
UNANSWERED = 10_000
ANSWERED = 990_000

# AppSync, $4.00 a million operations: placeOrder; and an update when the order is saved and when
# it has ended. $2.00 a million updates that one subscriber gets, $0.08 a million minutes of its
# five.
MUTATIONS = 1_000_000 * 4.00 / 1e6  # 4.00
LIVE_UPDATES = 2_000_000 * 4.00 / 1e6 + 2_000_000 * 2.00 / 1e6 + 5_000_000 * 0.08 / 1e6  # 12.40

# SQS, $0.40 a million requests: each order is sent, received and deleted; so is each refund.
ORDER_QUEUE = 3_000_000 * 0.40 / 1e6  # 1.20
REFUNDS = 3 * UNANSWERED * 0.40 / 1e6  # 0.012

# Lambda, $0.20 a million calls: start_workflow for each order, take_payment for each order and
# three times more for those without an answer, broadcast_update for both updates, refund_payment.
CALLS = 1_000_000 + (1_000_000 + 3 * UNANSWERED) + 2_000_000 + UNANSWERED  # 4,040,000
# And $0.0000133334 a GB-second of a quarter of a GB, for some 40 ms a call: a handler of Python
# that makes one request, with a seventh of a processor.
LAMBDA = CALLS * 0.20 / 1e6 + CALLS * 0.040 * 0.25 * 0.0000133334  # 0.81 + 0.54

# Step Functions. SaveOrder, TakePayment, MarkOrder, Notify; without an answer SaveOrder,
# TakePayment four times, MarkUnreachable, RefundPayment, IsFailureToTell, Notify. $25 a million
# transitions; or $1 a million executions, and $0.00001667 a GB-second for two tenths of a second
# of 64 MB.
STANDARD = (4 * ANSWERED + 9 * UNANSWERED) * 25.00 / 1e6  # 101.25
EXPRESS = ORDERS * 1.00 / 1e6 + ORDERS * 0.2 * 0.0625 * 0.00001667  # 1.21

# DynamoDB, $0.625 a million write units. An order has less than 1 kB and is in the table and its
# three indexes: four units to save it, three to mark it, which changes what all but the index of
# keys have. The ledger has no index; of a payment without an answer it gets the refund.
ORDER_TABLE = ORDERS * (4 + 3) * 0.625 / 1e6  # 4.38
LEDGER = ORDERS * 1 * 0.625 / 1e6  # 0.63

# SNS, $0.50 a million messages, one for each order; nobody subscribes.
TOPIC = ORDERS * 0.50 / 1e6  # 0.50

# CloudWatch Logs, $0.50 a GB. A call of a function has an entry of some 600 bytes of its own, two
# of Lambda's of together 560, and 26 bytes for each. Of each order's start there is a line of
# metrics of some 190 bytes, of its end one of 390. AppSync has some 1,000 bytes in six entries for
# each of the three operations. Kept for 90 days, at 15 % of its size, for $0.03 a GB and month.
COUNTED = ORDERS * (190 + 390 + 2 * 26)
LOGGED_GB = (CALLS * (600 + 560 + 3 * 26) + COUNTED + 3_000_000 * (1000 + 6 * 26)) / 1e9  # 9.10
LOGS = LOGGED_GB * 0.50  # 4.55
KEPT_LOGS = LOGGED_GB * 3 * 0.15 * 0.03  # 0.12

# X-Ray, $5.00 a million traces. Each operation of the API, execution and call of a function that is
# not the workflow's begins one: 3 + 1 + 1 + 2, and the refunds. A month has 2,628,000 seconds: the
# first of each second is traced, and 5 % of the others.
BEGUN = 7_000_000 + UNANSWERED
TRACED = 2_628_000 + 0.05 * (BEGUN - 2_628_000)  # 2,847,100
TRACES = TRACED * 5.00 / 1e6  # 14.24

# WAF, $0.60 a million requests of the API.
FIREWALL = 3_000_000 * 0.60 / 1e6  # 1.80

# Each month. Alarms are $0.10 for each metric that they watch: 14 watch one, take-payment-failing
# two, functions-throttled four, tables-throttled eight, and the six windows of the objectives three
# each, and two. Two composite alarms of each objective are $0.50, ten metrics of the stage's own
# $0.30, a dashboard $3.00; a web ACL is $5.00 with three rules at $1.00; two queues with a consumer
# are each asked by five pollers every 20 seconds at $0.40 a million; a topic's key is asked for
# twice in five minutes at $0.03 for 10,000.
ALARMS = (14 + 2 + 4 + 8 + 6 * 3 + 6 * 2) * 0.10  # 5.80
COMPOSITE_ALARMS = 2 * 2 * 0.50
METRICS = 10 * 0.30
DASHBOARD = 3.00
WEB_ACL = 5.00 + 3 * 1.00
POLLING = 2 * 5 * (2_628_000 / 20) * 0.40 / 1e6  # 0.53
TOPIC_KEY = 2 * (2_628_000 / 300) * 0.03 / 1e4  # 0.05

BY_ITEM = {
    "AppSync": MUTATIONS,
    "AppSync, live updates": LIVE_UPDATES,
    "SQS `order-queue`": ORDER_QUEUE,
    "SQS `refunds`": REFUNDS,
    "DynamoDB `orders`": ORDER_TABLE,
    "DynamoDB `payments`": LEDGER,
    "DynamoDB stream `orders`": 0,
    "SNS `order-notifications`": TOPIC,
    "CloudWatch Logs": LOGS,
    "CloudWatch Logs, kept": KEPT_LOGS,
    "X-Ray": TRACES,
    "WAF": FIREWALL,
}
FIXED = {
    "CloudWatch alarms": ALARMS,
    "CloudWatch composite alarms": COMPOSITE_ALARMS,
    "CloudWatch metrics": METRICS,
    "CloudWatch dashboards": DASHBOARD,
    "WAF `order-api`": WEB_ACL,
    "SQS, empty receives": POLLING,
    "KMS, encrypted topics": TOPIC_KEY,
}
WORKFLOW = "Step Functions `order-workflow`"


@pytest.fixture(scope="module", params=["STANDARD", "EXPRESS"])
def workflow_type(request: pytest.FixtureRequest) -> Literal["STANDARD", "EXPRESS"]:
    return request.param


@pytest.fixture(scope="module")
def bill(workflow_type: str) -> Estimate:
    return estimate(stage("prod", workflowType=workflow_type))


def test_the_sum_is_that_of_the_bill_worked_out_by_hand(bill: Estimate, workflow_type: str) -> None:
    workflow = STANDARD if workflow_type == "STANDARD" else EXPRESS
    orders = sum(BY_ITEM.values()) + LAMBDA + workflow
    fixed = sum(FIXED.values())
    assert bill.usd_per_million_orders == pytest.approx(orders, rel=WITHIN)
    assert bill.fixed_usd_per_month == pytest.approx(fixed, rel=WITHIN)
    assert bill.usd_per_month == pytest.approx(orders + fixed, rel=WITHIN)


def test_each_item_is_as_worked_out_by_hand(bill: Estimate, workflow_type: str) -> None:
    counted = {item.name: item.usd_per_million for item in bill.items}
    functions = {name: usd for name, usd in counted.items() if name.startswith("Lambda")}
    workflow = {WORKFLOW: STANDARD if workflow_type == "STANDARD" else EXPRESS}
    others = {name: usd for name, usd in counted.items() if name not in functions}
    assert others == pytest.approx(BY_ITEM | workflow, rel=WITHIN)
    assert set(functions) == {
        f"Lambda `{name}`"
        for name in ("start-workflow", "take-payment", "broadcast-update", "refund-payment")
    }


def test_what_is_paid_each_month_is_as_worked_out_by_hand(bill: Estimate) -> None:
    assert {item.name: item.usd_per_month for item in bill.fixed} == pytest.approx(FIXED)


def test_everything_of_the_stage_has_a_price(bill: Estimate) -> None:
    assert bill.not_priced == ()
