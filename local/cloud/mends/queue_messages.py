"""Has each change of a queue happen whole, one after the other, so that no message is lost.

The emulator takes a message off a queue by making a new list of the others. What a workflow, a
topic or a rule sent from a thread of its own meanwhile went to the old list, and was gone.
"""

import threading
from typing import Any

from ministack.services import (  # pyright: ignore[reportMissingTypeStubs]
    eventbridge,
    lambda_svc,
    sns,
    sqs,
)

from local.cloud.mends.locking import hold

SENDERS = (
    (eventbridge, "_dispatch_to_sqs"),
    (lambda_svc, "_route_async_failure"),
    (lambda_svc, "_send_ddb_stream_failure_record"),
    (sns, "_deliver_to_sqs"),
)
ACTIONS = (
    "_act_delete_message",
    "_act_delete_message_batch",
    "_act_send_message",
    "get_state",
    # The steps of ReceiveMessage, which waits between them.
    "_collect_msgs",
    "_dlq_sweep",
    "_expire_retained",
)


def change_queues_whole() -> None:
    """One lock for all queues: a message that nobody could work on goes from one to another."""
    lock = threading.RLock()
    hold(lock, sqs, *ACTIONS)
    for module, function in SENDERS:
        hold(lock, module, function)
    handlers: dict[str, Any] = sqs._HANDLERS  # pyright: ignore[reportPrivateUsage]
    for action, handler in handlers.items():
        handlers[action] = getattr(sqs, handler.__name__)
    # The emulator's own, for event source mappings alone.
    setattr(sqs, "_queues_lock", lock)  # noqa: B010 (it is declared as a lock of another kind)
