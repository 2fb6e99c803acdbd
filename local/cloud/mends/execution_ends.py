"""Has executions end once: one that was stopped stays ABORTED, as in Step Functions.

In the emulator its task goes on, and where that fails the execution becomes FAILED, and tells
EventBridge of a second end.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
"""

from typing import Any

from ministack.services import stepfunctions  # pyright: ignore[reportMissingTypeStubs]


def end_executions_once() -> None:
    """Patch the emulator that this process runs."""
    fail = stepfunctions._fail_execution  # pyright: ignore[reportPrivateUsage]

    def fail_once(execution: dict[str, Any], error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    stepfunctions._fail_execution = fail_once  # pyright: ignore[reportPrivateUsage]
