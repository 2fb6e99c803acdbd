"""The process that Lambda workers are forked from, which has imported and read all they need.

Each request on its control socket is the path of a JSON file, with the worker's standard pipes and
one that nobody writes to: it closes when the worker ends. The answer is the worker's process id.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, TypedDict

ROOT = Path(__file__).parents[2]
MODULES = (
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event",
    "aws_lambda_powertools.utilities.idempotency",
    "boto3",
)
# What boto3 knows of a service takes longer to read than to use.
SERVICES = ("cognito-idp", "dynamodb", "sesv2", "stepfunctions")
LONGEST_PATH_BYTES = 4096
PIPES = 4
PROCESS_ID_BYTES = 8
# AWS's workers take nothing from the machines that answer requests.
BEHIND_REQUESTS = 3


class Work(TypedDict):
    """A worker's: its script, the folder it runs in and its environment."""

    script: str
    folder: str
    environment: dict[str, str]


def serve(control: socket.socket) -> None:
    """Fork a worker for each request, until the other end is closed."""
    _prepare()
    os.nice(BEHIND_REQUESTS)
    signal.signal(signal.SIGCHLD, _reap)
    while True:
        path, pipes, _, _ = socket.recv_fds(control, LONGEST_PATH_BYTES, PIPES)
        if not path:
            return
        if (process := os.fork()) == 0:
            control.close()
            _become(json.loads(Path(os.fsdecode(path)).read_text()), pipes)
        for pipe in pipes:
            os.close(pipe)
        control.sendall(process.to_bytes(PROCESS_ID_BYTES))


def _reap(*_: object) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _prepare() -> None:
    for module in MODULES:
        importlib.import_module(module)
    import boto3
    from botocore.loaders import Loader

    begin = Loader.__init__
    known: dict[tuple[str, ...], dict[object, object]] = {}

    def share(self: Any, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        # What one has looked for and read by now; each session would do so anew.
        self._cache = known.setdefault(tuple(self.search_paths), {})

    setattr(Loader, "__init__", share)  # noqa: B010 (declared with other names)
    for service in SERVICES:
        boto3.Session(region_name="us-east-1").client(service)
    # The collector would write to all that is shared with the workers.
    gc.collect()
    gc.freeze()


def _become(work: Work, pipes: list[int]) -> None:
    """Be what `python script` is in this folder, with these variables and standard pipes."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for standard, pipe in enumerate(pipes[:3]):
            os.dup2(pipe, standard)
            os.close(pipe)
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
        os.environ.clear()
        os.environ.update(work["environment"])
        os.chdir(work["folder"])
        # A function sees its own code and the libraries, not the program that deployed it.
        sys.path[:] = [path for path in sys.path if path and Path(path) != ROOT]
        for name in [name for name in sys.modules if name.partition(".")[0] == "local"]:
            del sys.modules[name]
        runpy.run_path(work["script"], run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
