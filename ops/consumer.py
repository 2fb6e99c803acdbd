"""`pause` and `resume`: whether orders are taken from their queue."""

import time
from collections.abc import Callable

from ops.dead_letters.queues import depth
from ops.stage import OpsError, Stage
from ops.terminal import Terminal

# Lambda says "Enabling" or "Disabling" for some seconds.
SETTLED = {"Enabled", "Disabled"}
LOOK_SECONDS = 1
SETTLED_WITHIN_SECONDS = 300


def pause(stage: Stage, terminal: Terminal) -> int:
    """Have orders wait in the queue, such as while the processor is down."""
    kept = _kept_days(stage)
    terminal.confirm(
        f"start_workflow takes no more orders of stage {stage.name} from the queue. Customers "
        f"order on: each message is kept for {kept:g} days from its sending, and is lost then. "
        "What runs already goes on."
    )
    return _switch(stage, terminal, on=False)


def resume(stage: Stage, terminal: Terminal) -> int:
    """Have orders taken again, those that wait first."""
    waiting = depth(stage, stage.output("orderQueueUrl")).all
    terminal.confirm(
        f"start_workflow takes orders of stage {stage.name} from the queue again; {waiting} wait."
    )
    return _switch(stage, terminal, on=True)


def _switch(
    stage: Stage, terminal: Terminal, *, on: bool, sleep: Callable[[float], None] = time.sleep
) -> int:
    consumer = stage.output("orderConsumerId")
    mapping = stage.lambda_.update_event_source_mapping(UUID=consumer, Enabled=on)
    give_up = time.monotonic() + SETTLED_WITHIN_SECONDS
    while mapping.get("State") not in SETTLED:
        if time.monotonic() > give_up:
            raise OpsError(f"The consumer is {mapping.get('State')} still; look again later.")
        sleep(LOOK_SECONDS)
        mapping = stage.lambda_.get_event_source_mapping(UUID=consumer)
    waiting = depth(stage, stage.output("orderQueueUrl")).all
    again = f"{waiting} wait."
    if not on:
        again += (
            f" Go on by: python -m ops --stage {stage.name} resume. Until then pulumi refresh and "
            "the workflow drift.yml see a stage that was changed by hand."
        )
    terminal.say(f"The consumer is {mapping.get('State', '').lower()}. {again}")
    terminal.document({"stage": stage.name, "consumer": mapping.get("State"), "waiting": waiting})
    return 0


def _kept_days(stage: Stage) -> float:
    """How long the queue of orders keeps a message."""
    attributes = stage.sqs.get_queue_attributes(
        QueueUrl=stage.output("orderQueueUrl"), AttributeNames=["MessageRetentionPeriod"]
    )["Attributes"]
    return int(attributes["MessageRetentionPeriod"]) / (24 * 3600)
