"""The five most likely incidents, by the words of docs/runbook.md, from the alarm to the end.

Each is brought about on the embedded cloud, on a STANDARD stage; the test says which alarms would
ring (alarms.py), the operator opens the page of one of them, looks, does what it says, and looks
whether it is over (operator.py). In the end every promise of design.md has been kept, by the checks
of `make chaos`.

Time is scaled. What fails is received again after a second, where on AWS it takes minutes; between
a workflow's retries is a tenth of the time. An hour of the alarms is one look at the stage. So
`reconcile`, which leaves alone what has changed in the last 15 minutes, sees here only what rests;
it is asked once more about all in the end.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from local.chaos.orders import Order
from tests.rehearsals.faults import processor_away, released, sender_not_verified, table_throttled
from tests.rehearsals.runbook import Page, page
from tests.rehearsals.scene import Scene

pytestmark = pytest.mark.cloud

FIVE_MINUTES, HOUR = 5, 60
POISON = [json.dumps({"order": "of nobody"}), "no JSON"]


def causes(told: Any) -> dict[str, int]:
    """How many letters rest for which cause, as `dead-letters list` tells."""
    return {
        group["cause"]: group["letters"] for queue in told["queues"] for group in queue["groups"]
    }


def ends_well(scene: Scene, read: Page) -> None:
    """It is over by the page's words, every promise was kept, and no alarm rings."""
    assert scene.comes(lambda: scene.operator.is_over(read))
    assert scene.broken_promises() == []
    # What ended meanwhile, and an hour in which nothing does.
    scene.watch.ringing(1)
    assert scene.watch.ringing(HOUR) == set()
    _, told = scene.operator.run("python -m ops --stage prod reconcile --older-than 0s")
    ours = {order.id for order in scene.orders}
    assert [finding for finding in told["findings"] if finding["id"] in ours] == []


def test_poison_from_a_bad_deployment(scene: Scene) -> None:
    """The consumer asks of messages what no door sends; and there is what can be no order."""
    schema = "start_workflow/order_message.schema.json"
    asks_for_more = ('"required": ["id",', '"required": ["table", "id",')
    scene.faults.enter_context(released(scene.deployed, "start_workflow", schema, *asks_for_more))
    for draw in ("ACCEPTED", "DECLINED", "UNANSWERED", "ACCEPTED"):
        scene.place(draw)
    scene.deployed.send(*POISON)
    assert scene.comes(lambda: scene.resting() == len(scene.orders) + len(POISON))
    assert scene.watch.ringing(HOUR) == {"orders-rejected"}

    read = page("orders-rejected")
    listed, shown = scene.operator.look(read)
    assert causes(listed)["received too often"] == len(scene.orders)
    assert len(causes(listed)) == 1 + len(POISON)
    [letter] = shown["letters"]
    assert letter["orders"] == [scene.operator.order]
    scene.operator.mend(
        read,
        {
            "deploy the release before": scene.faults.close,
            "comes back": lambda: scene.comes(lambda: scene.resting() == len(POISON)),
        },
    )
    lines = Path("bad.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["body"] for line in lines) == sorted(POISON)
    ends_well(scene, read)


def test_the_payment_processor_is_down_for_an_hour(scene: Scene) -> None:
    """What it is asked for then has no answer, whatever it would have said."""
    scene.faults.enter_context(processor_away(scene.deployed))
    failed = [scene.place(draw, "ACCEPTED") for draw in 2 * ("UNREACHABLE", "UNANSWERED")]
    assert scene.have_ended("PAYMENT_FAILED", *failed)
    assert scene.are_taken()
    assert scene.watch.ringing(FIVE_MINUTES) == {"take-payment-failing"}

    read = page("take-payment-failing")
    [listed] = scene.operator.look(read)
    assert causes(listed) == {}
    waiting: list[Order] = []

    def wait() -> None:
        assert scene.is_paused()
        waiting.extend(scene.place("ACCEPTED") for _ in range(3))
        assert scene.watch.ringing(HOUR) == {"orders-waiting"}
        scene.faults.close()

    def retry() -> None:
        for order in failed:
            scene.retry(order)

    scene.operator.mend(
        read,
        {
            "Wait until the processor itself says that it answers": wait,
            "Customers whose order has failed retry it themselves": retry,
        },
    )
    assert scene.have_ended("PAID", *failed, *waiting)
    ends_well(scene, read)


def test_the_table_is_throttled(scene: Scene) -> None:
    """As much as it takes until some orders rest."""
    scene.faults.enter_context(table_throttled(scene.deployed))

    def some_rest() -> bool:
        scene.place("ACCEPTED")
        return scene.resting() > 2

    assert scene.comes(some_rest)
    assert scene.are_taken()
    assert scene.watch.ringing(HOUR) == {"tables-throttled", "orders-faulty", "orders-rejected"}

    read = page("tables-throttled")
    [listed] = scene.operator.look(read)
    assert sum(causes(listed).values()) > 2

    def wait() -> None:
        assert scene.is_paused()
        scene.place("ACCEPTED")
        assert scene.watch.ringing(HOUR) >= {"orders-rejected", "orders-waiting"}

    scene.operator.mend(
        read,
        {
            "Give the table its half hour": wait,
            "`pulumi up --refresh` has it on demand again": scene.faults.close,
        },
    )
    assert scene.have_ended("PAID", *scene.orders)
    ends_well(scene, read)


@pytest.mark.usefixtures("refusals_of_a_day")
def test_ses_refuses_mail(scene: Scene) -> None:
    """For a day, so that mails rest."""
    scene.faults.enter_context(sender_not_verified(scene.deployed))
    orders = [scene.place("ACCEPTED"), scene.place("DECLINED")]
    assert scene.comes(lambda: scene.deployed.depth("mailDeadLetterQueueUrl") == len(orders))
    assert scene.watch.ringing(HOUR) == {"customers-unmailed"}

    read = page("customers-unmailed")
    listed, found = scene.operator.look(read)
    assert causes(listed) == {"received too often": len(orders)}
    assert "MessageRejected" in json.dumps(found)
    scene.operator.mend(read, {"in SES's console": scene.faults.close})
    ends_well(scene, read)


def test_a_consumer_is_deployed_broken(scene: Scene) -> None:
    """It cannot be loaded."""
    module = "start_workflow/handler.py"
    forgets_one = ("import os\n", "import os\nimport not_in_the_archive\n")
    scene.faults.enter_context(released(scene.deployed, "start_workflow", module, *forgets_one))
    rejected = [scene.place("ACCEPTED"), scene.place("DECLINED")]
    assert scene.comes(lambda: scene.resting() == len(rejected))
    assert scene.watch.ringing(HOUR) == {"start-workflow-failing", "orders-rejected"}

    read = page("start-workflow-failing")
    [listed] = scene.operator.look(read)
    assert causes(listed) == {"received too often": len(rejected)}

    def deploy_the_release_before() -> None:
        assert scene.is_paused()
        scene.place("ACCEPTED")
        assert scene.watch.ringing(HOUR) >= {"orders-rejected", "orders-waiting"}
        scene.faults.close()

    scene.operator.mend(read, {"Deploy the release before": deploy_the_release_before})
    ends_well(scene, read)
