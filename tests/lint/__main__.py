"""What `make lint` checks of the program and its schema, by others' tools."""

import sys
from pathlib import Path
from typing import Any

import yaml
from graphql import GraphQLError

from local.cloud import ensure_node
from preview.api.schema import breaking_changes
from preview.evaluation.git import GitError
from preview.recording import STAGES, Recording, record_program
from tests.lint.definition import ROOT, Unchecked, faults_of_definition
from tests.lint.policies import Findings, faults_of_policies, findings_of
from tests.lint.schema_changes import SCHEMA, base_of

ACCEPTED = Path(__file__).with_name("accepted.yaml")


def main() -> int:
    """Say what was checked, and of each fault what, where and what to do; 1 where there is one."""
    ensure_node()
    recordings = [record_program(stage, **options) for stage, options in STAGES.items()]
    accepted = yaml.load(ACCEPTED.read_text(), yaml.CSafeLoader)
    elsewise = f"name it with its reason in {ACCEPTED.relative_to(ROOT)}."
    checked = [
        (_definitions(recordings), "Mend it in infra/order_workflow.asl.yaml."),
        (
            _policies(recordings, accepted["policies"]),
            f"Mend it in infra/, or {elsewise}",
        ),
        (
            _schema(accepted["breakingChanges"]),
            f"Keep what clients use; or, where it is meant, {elsewise}",
        ),
    ]
    for faults, remedy in checked:
        if faults:
            print(*faults, f"  {remedy}", sep="\n", file=sys.stderr)
    return 1 if any(faults for faults, _ in checked) else 0


def _definitions(recordings: list[Recording]) -> list[str]:
    definitions = {
        (machine.name, machine.inputs["definition"])
        for recording in recordings
        for machine in recording.of("aws:sfn/stateMachine:StateMachine")
    }
    print(f"asl-validator, cfn-lint: {_count(definitions, 'definition')} of {', '.join(STAGES)}")
    return [
        f"{name}: {fault}"
        for name, definition in sorted(definitions)
        for fault in faults_of_definition(definition)
    ]


def _policies(recordings: list[Recording], accepted: dict[str, dict[str, str]]) -> list[str]:
    found: Findings = {}
    for recording in recordings:
        for policy, findings in findings_of(recording).items():
            found.setdefault(policy, set()).update(findings)
    print(f"parliament: {_count(found, 'policy document')} of {', '.join(STAGES)}")
    return [f"parliament: {fault}" for fault in faults_of_policies(found, accepted)]


def _schema(accepted: dict[str, str]) -> list[str]:
    try:
        base = base_of(ROOT)
        changes = breaking_changes(base.sdl, (ROOT / SCHEMA).read_text())
    except GitError as reason:
        print(f"{SCHEMA} was compared with nothing: {reason}")
        return []
    except GraphQLError as error:
        return [f"{SCHEMA}: {error}"]
    print(f"{SCHEMA}: compared with that of {base.commit[:7]}")
    return [f"{SCHEMA}: {change}" for change in changes if change not in accepted]


def _count(things: Any, what: str) -> str:
    return f"{len(things)} {what}{'' if len(things) == 1 else 's'}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unchecked as reason:
        sys.exit(str(reason))
