"""Has EventBridge deliver to a queue only where the queue's policy lets it, as AWS does.

The emulator asks the policy where topics deliver, but not where rules do.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions
"""

from typing import Any

from ministack.core.responses import get_account_id  # pyright: ignore[reportMissingTypeStubs]
from ministack.services import eventbridge, sqs  # pyright: ignore[reportMissingTypeStubs]


def ask_queue_policies() -> None:
    """Patch the emulator that this process runs."""
    deliver = eventbridge._invoke_target  # pyright: ignore[reportPrivateUsage]

    def deliver_if_allowed(
        target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None
    ) -> None:
        arn = target["Arn"]
        if not arn.startswith("arn:aws:sqs:") or sqs.queue_policy_allows(
            arn, "events.amazonaws.com", rule["Arn"], get_account_id()
        ):
            deliver(target, event, rule, view)

    eventbridge._invoke_target = deliver_if_allowed  # pyright: ignore[reportPrivateUsage]
