"""`python -m preview`: what a change of the program does, without an account.

Ends with 0; 1 where a mandatory policy is broken, or the API breaks its clients; 2 where there is
nothing to compare, as the program does not evaluate or the base is not known.
"""

import argparse
import secrets
import signal
import sys
from collections.abc import Set
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from graphql import GraphQLError
from rich.console import Console

from local.engine.program import ROOT
from preview.evaluation.evaluated import Evaluated
from preview.evaluation.evaluator import EvaluationError, Evaluator
from preview.evaluation.git import GitError
from preview.evaluation.revision import checked_out, merge_base
from preview.report.markdown import markdown
from preview.report.report import Report
from preview.report.text import show
from preview.stage_preview import StagePreview, preview_stage

FAILED = 2
INTERRUPTED = 130
ENDING = (signal.SIGINT, signal.SIGTERM)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m preview", description=__doc__)
    parser.add_argument("--stage", default="prod", help="one, several with commas, or all (prod)")
    parser.add_argument("--base", default="main", help="branch, tag or commit (main)")
    parser.add_argument("--format", choices=("text", "markdown", "json"), default="text")
    parser.add_argument(
        "--allow-breaking", action="store_true", help="end with 0 though the API breaks its clients"
    )
    arguments = parser.parse_args()
    try:
        report = preview(ROOT, arguments.stage, arguments.base, arguments.allow_breaking)
    except (GitError, EvaluationError, GraphQLError) as error:
        # The place in a schema is given by what it was read with.
        said = error.message if isinstance(error, GraphQLError) else error
        print(said, file=sys.stderr)  # noqa: T201 (the one message that says what is wrong)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    if arguments.format == "json":
        print(report.as_json())  # noqa: T201
    elif arguments.format == "markdown":
        print(markdown(report), end="")  # noqa: T201
    else:
        show(report, Console(highlight=False))
    return report.exit_code


def preview(root: Path, stage: str, base: str, allow_breaking: bool = False) -> Report:
    """Compare the program in `root` with what it was where its branch parted from `base`.

    Args:
        stage: a stage's name, several with commas between them, or `all`.

    Raises:
        GitError: there is no repository, or the base is not known.
        EvaluationError: the program does not evaluate.
        GraphQLError: a schema is none.
    """
    commit = merge_base(root, base)
    salt = secrets.token_hex()
    with ExitStack() as stack:
        after = stack.enter_context(Evaluator(root, salt))
        there = stack.enter_context(checked_out(root, commit))
        before = stack.enter_context(Evaluator(there, salt))
        was, now = _stages(there), _stages(root)
        names = _chosen(stage, was | now)
        # Both are at work at once.
        for name in names:
            for evaluator, stages in ((after, now), (before, was)):
                if name in stages & now:
                    evaluator.ask(name)
        evaluated: dict[str, tuple[Evaluated | None, Evaluated]] = {}
        for name in names:
            if name in now:
                answer = after.answer()
                former = _former(before, f"{base} ({commit[:7]})") if name in was else None
                evaluated[name] = (former, answer)
        return Report(
            base=base,
            commit=commit,
            stages=tuple(_preview(name, *both, after) for name, both in evaluated.items()),
            gone=tuple(name for name in names if name not in now),
            allow_breaking=allow_breaking,
        )


def _chosen(stage: str, known: Set[str]) -> list[str]:
    names = sorted(known) if stage == "all" else [each.strip() for each in stage.split(",")]
    for name in names:
        if name not in known:
            there = ", ".join(sorted(known))
            raise EvaluationError(f"There is no Pulumi.{name}.yaml; there are stages {there}.")
    return names


def _former(evaluator: Evaluator, named: str) -> Evaluated:
    try:
        return evaluator.answer()
    except EvaluationError as error:
        raise EvaluationError(f"{named} does not evaluate: {error}") from error


def _preview(
    stage: str, before: Evaluated | None, after: Evaluated, evaluator: Evaluator
) -> StagePreview:
    return preview_stage(stage, before, after, lambda known_as: evaluator.evaluate(stage, known_as))


def _stages(root: Path) -> set[str]:
    """The stages of the program, where there is one."""
    if not (root / "__main__.py").is_file():
        return set()
    return {file.name.split(".")[1] for file in root.glob("Pulumi.*.yaml")}


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    # Once is enough: what follows would only interrupt the cleaning up.
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    # Both, also where a shell started this in the background, with SIGINT ignored.
    for ending in ENDING:
        signal.signal(ending, _interrupt)
    sys.exit(main())
