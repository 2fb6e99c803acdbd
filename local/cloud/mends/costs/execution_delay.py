"""Has executions begin at once: the emulator sleeps 150 ms before each, Step Functions does not."""

from types import FunctionType

from ministack.services import stepfunctions  # pyright: ignore[reportMissingTypeStubs]

DELAY_SECONDS = 0.15


def begin_at_once() -> None:
    """Patch the emulator that this process runs."""
    run = stepfunctions._run_execution  # pyright: ignore[reportPrivateUsage]
    assert isinstance(run, FunctionType)
    constants = run.__code__.co_consts
    assert constants.count(DELAY_SECONDS) == 1
    run.__code__ = run.__code__.replace(
        co_consts=tuple(0 if each == DELAY_SECONDS else each for each in constants)
    )
