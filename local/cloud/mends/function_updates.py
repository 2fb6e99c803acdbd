"""Has a call that goes on end, when its function is changed or deleted, as on Lambda.

The emulator ends all processes of the function there and then, with the calls that they are at.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle
"""

from typing import Any

from ministack.core import lambda_runtime  # pyright: ignore[reportMissingTypeStubs]
from ministack.services import lambda_svc  # pyright: ignore[reportMissingTypeStubs]

_modules: tuple[Any, ...] = (lambda_runtime, lambda_svc)


def let_calls_end() -> None:
    """Patch the emulator that this process runs."""
    runtime = _modules[0]
    invalidate, release, retired = runtime.invalidate_worker, runtime.release_worker, set[Any]()

    def invalidate_free(func_name: str, *of: Any, **those: Any) -> None:
        with runtime._lock:
            pools = {key: list(pool or ()) for key, pool in runtime._workers.items()}
            for key, pool in pools.items():
                # What is at a call stays, but takes no other: nobody finds it any more.
                busy = [worker for worker in pool if worker.in_use]
                if busy and func_name in key.split(":"):
                    retired.update(busy)
                    runtime._workers[key] = [worker for worker in pool if not worker.in_use]
        invalidate(func_name, *of, **those)

    def release_or_end(worker: Any) -> None:
        release(worker)
        if worker in retired:
            retired.discard(worker)
            runtime.kill_workers([worker])

    for module in _modules:
        module.invalidate_worker, module.release_worker = invalidate_free, release_or_end
