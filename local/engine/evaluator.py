"""Evaluates the program as it is now, again and again, in processes that have imported Pulumi.

Importing Pulumi and its provider of AWS takes longer than all else. So one process does it once,
and each evaluation is a child that it forks: the program's own modules are fresh in each.
"""

import gc
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Self

from local.engine.deployed import Key
from local.engine.evaluation import Evaluation, ProgramFault, evaluate_program
from local.engine.program import ROOT, stage_config
from local.engine.providers.provider import State

# Those of the program, which each evaluation imports anew.
PROGRAM_PACKAGES = ("infra", "functions")


class Evaluator:
    """The process that evaluations are forked from, as a context manager."""

    def __init__(self) -> None:
        self._connection, theirs = Pipe()
        self._asking = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local.engine.evaluator", str(theirs.fileno())],
            cwd=ROOT,
            pass_fds=[theirs.fileno()],
            # A terminal's Ctrl-C is for the process that asks.
            start_new_session=True,
        )
        theirs.close()

    def evaluate(
        self, stage: str, config: Mapping[str, str], known: Mapping[Key, State]
    ) -> Evaluation:
        """Evaluate the program of the working tree; arguments and errors as `evaluate_program`."""
        with self._asking:
            try:
                self._connection.send((stage, dict(config), dict(known)))
                answer: Evaluation | ProgramFault = self._connection.recv()
            except (EOFError, OSError) as error:
                raise ProgramFault("The process that evaluates the program has ended.") from error
        if isinstance(answer, ProgramFault):
            raise answer
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._connection.close()


def main() -> None:
    """Evaluate whatever the other end of the connection asks for, until it is closed."""
    connection = Connection(int(sys.argv[1]))
    _prepare()
    while True:
        try:
            request = connection.recv()
        except (EOFError, OSError):
            return
        connection.send(_in_child(*request))


def _prepare() -> None:
    """Import all that an evaluation needs, by one; then forget the program's own modules."""
    # What is wrong with the program now, the first that is asked for will tell.
    with suppress(Exception):
        evaluate_program("local", stage_config("local"), {})
    for name in list(sys.modules):
        if name.partition(".")[0] in PROGRAM_PACKAGES:
            del sys.modules[name]
    # What is there now is every child's, and is not looked through again.
    gc.freeze()


def _in_child(
    stage: str, config: Mapping[str, str], known: Mapping[Key, State]
) -> Evaluation | ProgramFault:
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reading)
        # It ends before there is much to collect.
        gc.disable()
        try:
            answer: Evaluation | ProgramFault = evaluate_program(stage, config, known)
        except ProgramFault as fault:
            answer = ProgramFault(str(fault))
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(answer, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    os.waitpid(child, 0)
    if not content:
        return ProgramFault("The program ended the process that evaluated it.")
    return pickle.loads(content)  # noqa: S301 (our own child's)


if __name__ == "__main__":
    main()
