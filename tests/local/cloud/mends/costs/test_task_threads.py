"""Tasks share their threads, and each has its own time-out."""

import pytest

from tests.local.cloud.mends.conftest import Alone

pytestmark = pytest.mark.cloud

SETUP = """
import json, threading
from ministack.services import stepfunctions

began, ended = threading.Event(), threading.Event()

def invoke(resource, given):
    if given == "wait":
        began.set()
        assert ended.wait(60)
    if given == "late":
        raise TimeoutError("of the task itself")
    return [given, threading.current_thread().name]

stepfunctions._invoke_resource = invoke

def run(given, timeout):
    try:
        return stepfunctions._invoke_resource_with_timeout("", given, timeout)
    except Exception as error:
        return getattr(error, "error", type(error).__name__)
"""


def test_one_task_after_the_other_takes_one_thread(alone: Alone) -> None:
    tasks = alone(f"{SETUP}\nprint(json.dumps([run(number, 60) for number in range(20)]))")

    assert [given for given, _ in tasks] == list(range(20))
    # The next task may come before the thread has said that it is idle.
    assert len({thread for _, thread in tasks}) <= 3


def test_a_task_that_takes_too_long_times_out_and_holds_up_no_other(alone: Alone) -> None:
    late, meanwhile = alone(
        f"{SETUP}\nprint(json.dumps([run('wait', 0.05), run('another', 60)]))\nended.set()"
    )

    assert late == "States.Timeout"
    assert meanwhile[0] == "another"


def test_a_time_out_within_the_task_is_the_tasks_own_error(alone: Alone) -> None:
    assert alone(f"{SETUP}\nprint(json.dumps(run('late', 60)))") == "TimeoutError"
