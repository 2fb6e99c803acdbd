"""A call that goes on when its function is changed ends as it would have."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.engine.aws import Aws
from tests.local.cloud.mends.workflows import python_function
from tests.local.processes import eventually

pytestmark = pytest.mark.cloud

CODE = """
import os, pathlib, time

def handle(event, context):
    going = pathlib.Path(event)
    going.touch()
    while going.exists():
        time.sleep(0.01)
    return [os.environ["VERSION"], os.getpid()]
"""


def variables(version: str) -> Any:
    return {"Variables": {"VERSION": version}}


def test_a_call_ends_on_what_it_began_on(aws: Aws, tmp_path: Path) -> None:
    function = python_function(aws, {"code": CODE}, Timeout=60, Environment=variables("old"))

    def call(name: str) -> tuple[str, int]:
        payload = json.dumps(str(tmp_path / name)).encode()
        answer = aws.functions.invoke(FunctionName=function, Payload=payload)
        assert "FunctionError" not in answer
        version, process = json.load(answer["Payload"])
        return version, process

    with ThreadPoolExecutor() as threads:
        first, going = threads.submit(call, "first"), tmp_path / "first"
        assert eventually(going.exists, bool)
        aws.functions.update_function_configuration(
            FunctionName=function, Environment=variables("new")
        )
        # The next call is the new one's, while the first goes on.
        second = threads.submit(call, "second")
        assert eventually((tmp_path / "second").exists, bool)
        (tmp_path / "second").unlink()
        assert second.result()[0] == "new"
        going.unlink()
        version, process = first.result()
        assert version == "old"
    # What the first ran in has ended, too.
    assert not eventually(lambda: psutil.pid_exists(process), lambda there: not there)
