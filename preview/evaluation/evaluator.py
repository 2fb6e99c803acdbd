"""Evaluates the program of a folder in a process of its own, with that folder's own code.

Two of them work at once, on two processors. The process has this program's `preview` and `local`,
but `infra` and all else that the program imports from its folder.
"""

import gc
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local.engine.program import ROOT, told
from preview.evaluation.evaluated import Evaluated, evaluated
from preview.recording import Key


class EvaluationError(Exception):
    """The program does not evaluate; the message is what it said, and where."""


class Evaluator:
    """A process that evaluates the stages of the program in `root`.

    Asked for several at once, it answers in the same order.
    """

    def __init__(self, root: Path, salt: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (this Python)
            [sys.executable, "-m", __name__, str(root), salt],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # An interrupt of the terminal is this process's alone, which ends the other.
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def evaluate(self, stage: str, known_as: Mapping[Key, Key] | None = None) -> Evaluated:
        """Evaluate a stage, in which resources are known to AWS as others.

        Raises:
            EvaluationError: the program does not evaluate.
        """
        self.ask(stage, known_as)
        return self.answer()

    def ask(self, stage: str, known_as: Mapping[Key, Key] | None = None) -> None:
        """Have a stage evaluated; `answer` brings it."""
        assert self._process.stdin
        request = json.dumps([stage, list((known_as or {}).items())])
        try:
            self._process.stdin.write(request.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # `answer` says that it has ended.

    def answer(self) -> Evaluated:
        """The next evaluation that was asked for.

        Raises:
            EvaluationError: the program does not evaluate.
        """
        assert self._process.stdout
        try:
            answer: Any = pickle.load(self._process.stdout)  # noqa: S301 (our own process)
        except EOFError as error:
            code = self._process.wait()
            raise EvaluationError(f"it ended this process, with exit code {code}") from error
        if isinstance(answer, Evaluated):
            return answer
        raise EvaluationError(answer)


def main(root: Path, salt: str) -> None:
    """Answer each line of the input by an evaluation, or by what the program said."""
    # It lives for seconds, and imports thousands of classes.
    gc.disable()
    # What the program prints is no answer.
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        # Where this process was started from.
        sys.path[0] = str(root)
        os.chdir(root)
        for line in sys.stdin:
            stage, known_as = json.loads(line)
            known = {tuple(key): tuple(other) for key, other in known_as}
            try:
                answer = evaluated(root, stage, known, salt)
            except (Exception, SystemExit) as error:
                answer = told(error, root)
            pickle.dump(answer, answers)
            answers.flush()


if __name__ == "__main__":
    # What it sends is known to the other process by the module's name.
    from preview.evaluation import evaluator

    evaluator.main(Path(sys.argv[1]), sys.argv[2])
