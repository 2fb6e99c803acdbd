"""What changes a stage's bill: its graph, and how orders come."""

from dataclasses import replace
from typing import Any

import pytest

from cost import Estimate, Traffic, estimate
from cost.observation import Call, Observation
from preview.recording import Recording, arn
from tests.cost.graphs import (
    FUNCTION,
    MACHINE,
    TABLE,
    added,
    changed,
    everything,
    stage,
    without,
)

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
API = "aws:appsync/graphQLApi:GraphQLApi"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
QUEUE = "aws:sqs/queue:Queue"
WEB_ACL = "aws:wafv2/webAcl:WebAcl"


def item(bill: Estimate, name: str) -> float:
    [found] = [each for each in bill.items if each.name == name]
    return found.usd_per_million


def detail(bill: Estimate, name: str) -> str:
    [found] = [each for each in (*bill.items, *bill.fixed, *bill.kept) if each.name == name]
    return found.detail


def fixed_change(recording: Recording) -> float:
    """What a changed graph costs a month, beyond stage `prod`."""
    return estimate(recording).fixed_usd_per_month - estimate(stage()).fixed_usd_per_month


PRICED: list[tuple[str, dict[str, Any], float]] = [
    (ALARM, {"period": 60.0}, 0.10),
    (ALARM, {"period": 10.0}, 0.30),
    ("aws:cloudwatch/dashboard:Dashboard", {}, 3.00),
    ("aws:kms/key:Key", {}, 1.00),
    (WEB_ACL, {"rules": [{}, {}]}, 7.00),
    ("aws:sns/topic:Topic", {"kmsMasterKeyId": "alias/aws/sns"}, 0.0526),
    ("aws:sns/topic:Topic", {}, 0),
    ("aws:iam/role:Role", {}, 0),
]


@pytest.mark.parametrize(("resource_type", "inputs", "usd"), PRICED)
def test_a_new_resource_costs_its_price_each_month(
    resource_type: str, inputs: dict[str, Any], usd: float
) -> None:
    bigger = added(stage(), resource_type, "new", **inputs)
    assert fixed_change(bigger) == pytest.approx(usd, abs=0.0001)
    assert estimate(bigger).not_priced == ()


def test_a_new_queue_with_a_consumer_is_asked_all_the_time() -> None:
    queue = added(stage(), QUEUE, "new")
    consumed = added(
        queue,
        MAPPING,
        "new",
        eventSourceArn=arn(QUEUE, "new"),
        functionName=arn(FUNCTION, "take-payment"),
    )
    assert fixed_change(queue) == 0
    assert fixed_change(consumed) == pytest.approx(5 * 131_400 * 0.40 / 1e6)


def test_a_new_index_is_written_by_each_write_that_changes_it() -> None:
    table = stage().one(TABLE, "orders").inputs
    index = {"name": "byStatus", "hashKey": "status", "rangeKey": "placedAt"}

    def with_index(**more: Any) -> Recording:
        indexes = [*table["globalSecondaryIndexes"], {**index, **more}]
        return changed(stage(), TABLE, "orders", globalSecondaryIndexes=indexes)

    before = item(estimate(stage()), "DynamoDB `orders`")
    # One unit to put an order in; marking it moves it to another status: one out, one in.
    added_units = item(estimate(with_index(projectionType="ALL")), "DynamoDB `orders`") - before
    assert added_units == pytest.approx(3 * 0.625)
    # Of an index without what a mark changes, only the first.
    index = {"name": "byName", "hashKey": "name", "rangeKey": "placedAt"}
    keys = estimate(with_index(projectionType="KEYS_ONLY"))
    assert item(keys, "DynamoDB `orders`") - before == pytest.approx(0.625)


def test_what_no_price_is_known_of_is_named() -> None:
    bigger = added(stage(), "aws:redshift/cluster:Cluster", "sales")
    assert estimate(bigger).not_priced == ("aws:redshift/cluster:Cluster sales",)


def test_a_table_with_provisioned_capacity_has_no_price_here() -> None:
    [told] = estimate(changed(stage(), TABLE, "orders", billingMode="PROVISIONED")).not_priced
    assert told == "aws:dynamodb/table:Table orders, whose capacity is provisioned"


def test_what_is_kept_for_ever_has_no_price_here() -> None:
    group = "aws:cloudwatch/logGroup:LogGroup"
    [told] = estimate(changed(stage(), group, "take-payment", retentionInDays=None)).not_priced
    assert told == f"{group} take-payment, which keeps for ever what is logged"


def test_a_workflow_that_logs_everything_has_no_price_here() -> None:
    logging = {"loggingConfiguration": {"level": "ALL"}}
    [told] = estimate(changed(stage(), MACHINE, "order-workflow", **logging)).not_priced
    assert told == f"{MACHINE} order-workflow, what it logs at level ALL"


@pytest.mark.parametrize(
    ("service", "action"), [("s3", "PUT /receipts"), ("dynamodb", "TransactWriteItems")]
)
def test_a_request_without_a_price_is_named(service: str, action: str) -> None:
    observed = Observation.read()
    request = Call(service=service, action=action, by="take-payment", on="")
    more = Observation(kinds={**observed.kinds, "paid": [*observed.kinds["paid"], request]})
    told = f"{service} {action} by take-payment"
    assert estimate(stage(), observation=more).not_priced == (told,)


def test_what_the_stage_does_not_have_is_not_counted_and_is_named() -> None:
    bill = estimate(stage())
    assert bill.absent == ("customer-mail", "customer-mails", "email-customer")
    assert not any("mail" in each.name for each in bill.items)
    less = estimate(without(stage(), TABLE, "payments"))
    assert "payments" in less.absent
    assert not any("payments" in each.name for each in less.items)


def test_what_no_observed_order_called_is_named() -> None:
    assert "restaurant-staff (Table)" in estimate(stage()).unobserved
    more = estimate(added(stage(), FUNCTION, "score-customer"))
    assert "score-customer (Function)" in more.unobserved
    assert not any("orders" in each for each in more.unobserved)


def test_mail_costs_what_customers_and_operators_are_sent() -> None:
    bill = estimate(everything())
    assert item(bill, "SES") == pytest.approx(100)
    assert item(bill, "SNS `order-notifications`") == pytest.approx(0.5 + 20)
    assert {"SQS `customer-mail`", "Lambda `email-customer`", "DynamoDB `customer-mails`"} <= {
        each.name for each in bill.items
    }
    assert bill.absent == ()


def test_more_memory_is_more_processor_for_the_same_money() -> None:
    def seconds(memory: float) -> float:
        """What its time costs."""
        bill = estimate(changed(stage(), FUNCTION, "take-payment", memorySize=memory))
        assert f"of {memory:.0f} MB" in detail(bill, "Lambda `take-payment`")
        return item(bill, "Lambda `take-payment`") - 1.03 * 0.20

    # But for the milliseconds begun.
    assert seconds(512) == pytest.approx(seconds(256), rel=0.1)
    # Beyond a whole processor, it is only dearer.
    assert seconds(2 * 1769) == pytest.approx(2 * seconds(1769))


@pytest.mark.parametrize(
    # Three services at 40 ms each, and a seventh of a processor; tenths of a second are billed.
    ("observed_ms", "billed"),
    [(1, "0.2 s"), (10, "0.2 s"), (12, "0.3 s"), (100, "0.9 s")],
)
def test_an_express_execution_lasts_as_long_as_what_it_calls(
    observed_ms: float, billed: str
) -> None:
    observed = Observation.read()
    paid = [replace(call, ms=observed_ms) for call in observed.kinds["paid"]]
    bill = estimate(
        stage("prod", workflowType="EXPRESS", paymentSuccessRate=1),
        observation=Observation(kinds={**observed.kinds, "paid": paid}),
    )
    name = "Step Functions `order-workflow`"
    assert detail(bill, name) == f"1 request at $1.00, {billed} of 64 MB"
    seconds = float(billed.removesuffix(" s"))
    assert item(bill, name) == pytest.approx(1 + seconds * 0.0625 * 16.67)


def test_x86_is_a_quarter_dearer() -> None:
    x86 = changed(stage(), FUNCTION, "take-payment", architectures=["x86_64"])
    calls = 1.03 * 0.20
    before, after = (
        item(estimate(graph), "Lambda `take-payment`") - calls for graph in (stage(), x86)
    )
    assert after / before == pytest.approx(1.25, rel=0.01)


def test_tracing_and_logging_cost_where_they_are_on() -> None:
    quiet = changed(stage(), API, "order-api", xrayEnabled=False, logConfig=None)
    assert "of 4.01 traces" in detail(estimate(quiet), "X-Ray")
    before = estimate(stage())
    assert item(before, "CloudWatch Logs") - item(estimate(quiet), "CloudWatch Logs") == (
        pytest.approx(3 * 1.156 * 0.5, rel=0.01)
    )
    untraced = quiet
    for name in ("broadcast-update", "refund-payment", "start-workflow"):
        untraced = changed(untraced, FUNCTION, name, tracingConfig={"mode": "PassThrough"})
    untraced = changed(untraced, MACHINE, "order-workflow", tracingConfiguration=None)
    assert "X-Ray" not in {each.name for each in estimate(untraced).items}


def test_each_line_is_logged_with_what_cloudwatch_and_lambda_add() -> None:
    bill = estimate(stage("prod", paymentSuccessRate=1))
    calls = [
        call
        for call in Observation.read().kinds["paid"]
        if call.service == "lambda" and call.on != "email-customer"
    ]
    own = sum(call.count * (call.log + 26 * call.lines) for call in calls)
    lambdas = sum(call.count for call in calls) * (560 + 2 * 26)
    appsync = 3 * (1000 + 6 * 26)
    assert item(bill, "CloudWatch Logs") == pytest.approx((own + lambdas + appsync) / 1000 * 0.5)


def test_logs_cost_for_as_long_as_they_are_kept() -> None:
    name = "CloudWatch Logs, kept"
    long, short = (item(estimate(stage("prod", logRetentionDays=days)), name) for days in (90, 30))
    assert long == pytest.approx(3 * short)


def test_recovery_is_paid_by_what_is_kept() -> None:
    def kept(recording: Recording) -> float:
        return sum(each.usd_per_month for each in estimate(recording).kept)

    assert kept(stage("prod", pointInTimeRecovery=False)) == pytest.approx(
        kept(stage()) * 0.25 / 0.45
    )


def test_what_is_kept_are_the_items_as_they_were_left_of_the_orders_placed() -> None:
    placed = estimate(stage())
    assert estimate(stage(), Traffic(retries=1, deletes=1)).kept == placed.kept
    observed = Observation.read().kinds
    backwards = Observation(kinds={kind: calls[::-1] for kind, calls in observed.items()})
    assert estimate(stage(), observation=backwards).kept == placed.kept
    [order] = [
        call for call in observed["paid"] if call.on == "orders" and call.action == "UpdateItem"
    ]
    # In the table and in both indexes, a hundred bytes more in each.
    stored = 3 * (sum(order.after.values()) + 100)
    all_paid = estimate(stage("prod", paymentSuccessRate=1, pointInTimeRecovery=False)).kept
    [orders] = [each for each in all_paid if each.name == "DynamoDB `orders`"]
    assert orders.usd_per_month == pytest.approx(stored * 1e6 / 1e9 * 0.25)


def test_without_waf_nothing_is_paid_for_it() -> None:
    bill = estimate(stage("prod", waf=False))
    assert not any("WAF" in each.name for each in (*bill.items, *bill.fixed))


def test_a_storefront_is_visited_once_for_an_order() -> None:
    with_one, without = estimate(stage("prod", storefront=True)), estimate(stage())
    added = {item.name: item.usd_per_million for item in set(with_one.items) - set(without.items)}
    # The page, its icon, the configuration and four files more at $0.0100 for 10,000; 200 kB at
    # $0.085 a GB; the function for three at $0.10 a million, read from S3 at $0.0004 a thousand.
    assert added == pytest.approx(
        {
            "CloudFront `storefront`": 7 * 1.00 + 200 * 0.085 + 3 * 0.10,
            "S3 `storefront`": 3 * 0.40,
        }
    )
    assert with_one.fixed == without.fixed
    assert with_one.not_priced == ()


def test_the_orders_are_as_the_stage_accepts_payments() -> None:
    assert estimate(stage()).shares == pytest.approx(
        {
            "paid": 0.8,
            "paid_by_token": 0,
            "declined": 0.19,
            "unreachable": 0.01,
            "retried": 0,
            "deleted": 0,
        }
    )
    all_paid = estimate(stage("prod", paymentSuccessRate=1))
    assert detail(all_paid, "Step Functions `order-workflow`") == "4 transitions at $25.00"
    assert not any("refund" in each.name for each in all_paid.items)


def test_retries_and_deletions_are_further_calls() -> None:
    bill = estimate(stage(), Traffic(retries=0.5, deletes=0.1))
    # A fifth of the payments fail, of which half are tried again.
    assert detail(bill, "AppSync") == "1.2 mutations at $4.00"
    # A retry has six transitions.
    assert detail(bill, "Step Functions `order-workflow`") == "4.65 transitions at $25.00"
    # It changes the order twice, and a deletion once; that it is saved again is refused.
    changes = detail(bill, "DynamoDB stream `orders`")
    assert changes == "2.3 changes; Lambda reads them for nothing"


def test_a_token_costs_a_read() -> None:
    name = "DynamoDB `orders`"
    by_token, before = estimate(stage(), Traffic(tokens=1)), estimate(stage())
    # The one placed without an answer has been placed by a token in either.
    assert item(by_token, name) - item(before, name) == pytest.approx(0.8 * 0.125)


def test_full_batches_are_fewer_calls_and_requests() -> None:
    bill = estimate(stage(), Traffic(batch=10))
    assert detail(bill, "SQS `order-queue`") == "1 send, 0.1 receives, 0.1 deletes at $0.40"
    assert detail(bill, "Lambda `start-workflow`").startswith("0.1 calls at $0.20")
    # The workflow calls one by one, and a mapping takes no more than its batch.
    assert detail(bill, "Lambda `take-payment`").startswith("1.03 calls")
    less = changed(stage(), MAPPING, "order-queue", batchSize=5.0)
    assert "0.2 receives" in detail(estimate(less, Traffic(batch=10)), "SQS `order-queue`")


def test_subscribers_cost_by_what_they_are_told() -> None:
    nobody, two = (estimate(stage(), Traffic(subscribers=n)) for n in (0, 2))
    assert item(nobody, "AppSync, live updates") == pytest.approx(8)
    assert item(two, "AppSync, live updates") == pytest.approx(8 + 2 * (4 + 0.4))


def test_few_orders_are_all_traced_and_many_are_not() -> None:
    few, many = (estimate(stage(), Traffic(orders=n)) for n in (1000, 1_000_000_000))
    assert detail(few, "X-Ray").startswith("100 %")
    assert detail(many, "X-Ray").startswith("5 %")


def test_a_month_is_its_orders_and_what_is_fixed() -> None:
    bill = estimate(stage(), Traffic(orders=2_000_000))
    assert bill.usd_per_month == pytest.approx(
        2 * bill.usd_per_million_orders + bill.fixed_usd_per_month
    )


def test_large_messages_and_updates_are_several() -> None:
    observed = Observation.read()
    large = {"sqs": 64 * 1024 + 1, "sns": 3 * 64 * 1024, "appsync": 6 * 1024}
    paid = [
        replace(call, bytes=large.get(call.service, call.bytes)) if call.bytes else call
        for call in observed.kinds["paid"]
    ]
    all_paid = stage("prod", paymentSuccessRate=1)
    bill = estimate(all_paid, observation=Observation(kinds={**observed.kinds, "paid": paid}))
    assert detail(bill, "SQS `order-queue`").startswith("2 sends, 1 receive,")
    assert detail(bill, "SNS `order-notifications`") == "3 messages at $0.50"
    assert "4 updates" in detail(bill, "AppSync, live updates")
