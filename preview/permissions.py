"""Who may do what: before, and after."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, cast

from preview.evaluation.evaluated import Evaluated, Resource
from preview.recording import outputs
from preview.resources.comparison import REPLACED, Comparison

ROLE = "aws:iam/role:Role"
# Give a role a policy that is told by its ARN.
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
# A statement of a function's policy, in properties of its own.
PERMISSION = "aws:lambda/permission:Permission"


@dataclass(frozen=True, kw_only=True)
class PermissionChange:
    """What a role, or whoever a resource lets in, may do that it could not, and the other way.

    Args:
        holder: such as `role take-payment` or `queuePolicy order-queue`.
        gained, lost: one for each action and resource, such as `Allow sqs:SendMessage on arn:…`.
    """

    holder: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def permission_changes(comparison: Comparison) -> tuple[PermissionChange, ...]:
    """Of each holder whose permissions differ. Another ARN of what is replaced is no difference."""
    before, after = _held(comparison.before), _held(comparison.after)
    # A holder by another name in Pulumi is the same.
    names = {
        f"{_kind(each.type)} {each.was.rpartition('::')[2]}": f"{_kind(each.type)} {each.name}"
        for each in comparison.changes
        if each.was
    }
    before = {names.get(holder, holder): held for holder, held in before.items()}
    return tuple(
        PermissionChange(
            holder=holder, gained=tuple(sorted(new - old)), lost=tuple(sorted(old - new))
        )
        for holder in sorted(before.keys() | after.keys())
        for old, new in [(before.get(holder, set[str]()), after.get(holder, set[str]()))]
        if old != new
    )


def _held(evaluated: Evaluated) -> dict[str, set[str]]:
    roles = {
        name: f"role {each.name}"
        for each in evaluated.resources
        if each.type == ROLE
        for name in _names(evaluated, each)
    }
    held: dict[str, set[str]] = {}
    for each in evaluated.resources:
        role = each.properties.get("role")
        own = f"{_kind(each.type)} {each.name}"
        holder = roles.get(role, own) if isinstance(role, str) else own
        for statement in _statements(each):
            held.setdefault(holder, set()).add(statement.replace(REPLACED, ""))
    return held


def _names(evaluated: Evaluated, role: Resource) -> Iterator[str]:
    """What other resources may say for a role."""
    known = outputs(*evaluated.recording.known_as.get(role.key, role.key)) | dict(role.properties)
    yield from (known["name"], known["arn"], known["id"])


def _kind(resource_type: str) -> str:
    return resource_type.rpartition("/")[2].partition(":")[0]


def _statements(resource: Resource) -> Iterator[str]:
    if resource.type == ATTACHMENT:
        yield f"Allow all of {resource.properties.get('policyArn')}"
    if resource.type == PERMISSION:
        given = resource.properties
        source = f" from {given['sourceArn']}" if "sourceArn" in given else ""
        what = f"{given.get('action')} on {given.get('function')}"
        yield f"Allow {what} to {given.get('principal')}{source}"
    for arn in resource.properties.get("managedPolicyArns", ()) if resource.type == ROLE else ():
        yield f"Allow all of {arn}"
    for document in _documents(resource.properties.values()):
        for statement in _each(document["Statement"]):
            yield from _singly(statement)


def _documents(values: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """The policy documents among values, however deep."""
    for value in values:
        if isinstance(value, str) and '"Statement"' in value:
            try:
                document = json.loads(value)
            except ValueError:
                continue
            if isinstance(document, dict) and "Statement" in document:
                yield cast(dict[str, Any], document)
        elif isinstance(value, Mapping):
            yield from _documents(cast(Mapping[str, Any], value).values())
        elif isinstance(value, list):
            yield from _documents(cast(list[Any], value))


def _singly(statement: Mapping[str, Any]) -> Iterator[str]:
    """A statement, taken apart into its actions, resources and principals."""
    effect = statement.get("Effect", "Allow")
    actions = [*_of(statement, "Action", ""), *_of(statement, "NotAction", "all but ")]
    resources = [
        *_of(statement, "Resource", " on "),
        *_of(statement, "NotResource", " on all but "),
    ]
    principals = [
        *_principals(statement, "Principal", " to "),
        *_principals(statement, "NotPrincipal", " to all but "),
    ]
    condition = statement.get("Condition")
    where = f" if {json.dumps(condition, sort_keys=True)}" if condition else ""
    for action, resource, principal in product(actions, resources or [""], principals or [""]):
        yield f"{effect} {action}{resource}{principal}{where}"


def _of(statement: Mapping[str, Any], element: str, before: str) -> Iterator[str]:
    if element in statement:
        yield from (f"{before}{each}" for each in _each(statement[element]))


def _principals(statement: Mapping[str, Any], element: str, before: str) -> Iterator[str]:
    principal = statement.get(element)
    if isinstance(principal, Mapping):
        for kind, names in cast(Mapping[str, Any], principal).items():
            yield from (f"{before}{kind} {each}" for each in _each(names))
    elif principal is not None:
        yield f"{before}{principal}"


def _each(value: Any) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else [value]
