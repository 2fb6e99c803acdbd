"""Has the tasks of workflows share their threads: the emulator makes a pool for each task's
time-out."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ministack.services import stepfunctions  # pyright: ignore[reportMissingTypeStubs]

_states: Any = stepfunctions

# A thread is made only where none is idle; a task that is never answered keeps its own.
MOST_AT_ONCE = 10_000


def share_task_threads() -> None:
    """Patch the emulator that this process runs."""
    threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="task")

    def invoke(resource: str, task_input: Any, timeout: float) -> Any:
        # The account and the region are in the context.
        run = contextvars.copy_context().run
        future = threads.submit(run, _states._invoke_resource, resource, task_input)
        try:
            return future.result(timeout)
        except TimeoutError:
            if future.done():
                # The task's own.
                raise
            raise _states._ExecutionError(
                "States.Timeout", f"Task timed out after {timeout} seconds"
            ) from None

    _states._invoke_resource_with_timeout = invoke
