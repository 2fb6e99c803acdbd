"""What `make lint` checks of the program, its schema and its workflows, by others' tools."""

import sys
from pathlib import Path
from typing import Any

import yaml
from graphql import GraphQLError

from infra.deployment_roles.deployment_roles import (
    ISSUER,
    DeploymentRoles,
    DeploymentRolesArgs,
    StateBackend,
)
from local.cloud import ensure_node
from preview.api.schema import breaking_changes
from preview.evaluation.git import GitError
from preview.recording import ACCOUNT, REGION, STAGES, Recording, record, record_program
from tests.lint.accepted import Findings, faults
from tests.lint.definition import ROOT, Unchecked, faults_of_definition
from tests.lint.policies import findings_of
from tests.lint.schema_changes import SCHEMA, base_of
from tests.lint.workflows import checks_scripts, findings_of_workflows

ACCEPTED = Path(__file__).with_name("accepted.yaml")


def main() -> int:
    """Say what was checked, and of each fault what, where and what to do; 1 where there is one."""
    ensure_node()
    recordings = [record_program(stage, **options) for stage, options in STAGES.items()]
    accepted = yaml.load(ACCEPTED.read_text(), yaml.CSafeLoader)
    elsewise = f"name it with its reason in {ACCEPTED.relative_to(ROOT)}."
    checks = [
        (_definitions(recordings), "Mend it in infra/order_workflow.asl.yaml."),
        (
            _policies([*recordings, _deployment_roles()], accepted["policies"]),
            f"Mend it in infra/, or {elsewise}",
        ),
        (
            _workflows(accepted["workflows"]),
            f"Mend it in .github/workflows/, or {elsewise}",
        ),
        (
            _schema(accepted["breakingChanges"]),
            f"Keep what clients use; or, where it is meant, {elsewise}",
        ),
    ]
    for found, remedy in checks:
        if found:
            print(*found, f"  {remedy}", sep="\n", file=sys.stderr)
    return 1 if any(found for found, _ in checks) else 0


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
    print(
        f"parliament: {_count(found, 'policy document')} of {', '.join(STAGES)} and of their "
        "deployment"
    )
    return [f"parliament: {fault}" for fault in faults(found, accepted)]


def _deployment_roles() -> Recording:
    """The roles of one stage; those of others differ by its name."""
    return record(
        lambda: DeploymentRoles(
            "github",
            DeploymentRolesArgs(
                repository="octo-org@123456/octo-repo@456789",
                stages=["dev"],
                region=REGION,
                state=StateBackend(
                    bucket="pulumi-state", key_arn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/state"
                ),
                oidc_provider_arn=f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}",
            ),
        )
    )


def _workflows(accepted: dict[str, dict[str, str]]) -> list[str]:
    found = findings_of_workflows(sorted((ROOT / ".github" / "workflows").glob("*.yml")))
    tools = ["actionlint", "zizmor", *(["shellcheck"] if checks_scripts() else [])]
    print(f"{', '.join(tools)}: {_count(found, 'workflow')}")
    return faults(found, accepted)


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
