"""Every policy document that the program registers, by parliament."""

import json
import warnings
from collections.abc import Iterator
from typing import Any, cast

from preview.recording import Recording, Registered
from tests.lint.accepted import Findings

with warnings.catch_warnings():
    # It finds its data by pkg_resources, and spells patterns as Python once took them.
    warnings.simplefilter("ignore")
    import parliament  # pyright: ignore[reportMissingTypeStubs]

ROLE = "aws:iam/role:Role"
# What AWS says that an action does: Read, List, Write, Tagging or Permissions management.
ACCESS_LEVELS: dict[str, str] = {
    f"{service['prefix']}:{privilege['privilege']}": privilege["access_level"]
    for service in cast(list[dict[str, Any]], parliament.iam_definition)
    for privilege in service["privileges"]
}


def findings_of(recording: Recording) -> Findings:
    """What parliament finds in each policy that was registered."""
    return {
        f"{_kind(each)} {each.name}": set(_findings(each, document))
        for each in recording.resources
        for document in _documents(each)
    }


def _kind(resource: Registered) -> str:
    return resource.type.split("/")[-1].split(":")[0]


def _documents(resource: Registered) -> Iterator[dict[str, Any]]:
    for value in resource.inputs.values():
        if isinstance(value, str) and '"Statement"' in value:
            yield json.loads(value)


def _findings(resource: Registered, document: dict[str, Any]) -> Iterator[str]:
    trust = resource.type == ROLE
    if trust:
        # Whom a role trusts is its resource policy, which names no resource.
        statements = [{**each, "Resource": resource.arn} for each in document["Statement"]]
        document = {**document, "Statement": statements}
    # Those of the community judge what a principal may do, not who one is.
    checked = parliament.analyze_policy_string(
        json.dumps(document), include_community_auditors=not trust
    )
    for finding in checked.findings:
        for what in _each(finding.detail or finding.location.get("actions") or ""):
            yield f"{finding.issue} {what}".rstrip()


def _each(detail: Any) -> Iterator[str]:
    """One for each action, which parliament tells together."""
    for each in cast(list[Any], detail) if isinstance(detail, list) else [detail]:
        yield each["action"] if isinstance(each, dict) else str(each)
