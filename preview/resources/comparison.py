"""Two evaluations of a stage compared, resource by resource, as Pulumi's engine would."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from preview.evaluation.evaluated import Evaluated, Resource
from preview.recording import Key
from preview.resources.differences import ABSENT, Difference, differences
from preview.resources.kinds import KINDS, SETS

Operation = Literal["create", "update", "replace", "delete", "same"]
# What AWS names a resource that comes in place of another: what is made of it changes too.
REPLACED = "~replaced"
# Of a resource's options, those that change what Pulumi does with it.
OPTIONS = ("protect", "delete_before_replace", "retain_on_delete")


@dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """What happens to a resource.

    Args:
        identity: what Pulumi knows it by: its URN without stack and project.
        was: the identity that it had before, where that is another; nothing comes of it alone.
        properties, options: what of it differs, of one that stays.
        replaced_by: the paths of those that AWS cannot change in place.
        loses: what is gone, or may be, where it is removed or replaced.
        refused: Pulumi neither removes nor replaces it, as it was protected.
        kept: it is removed from the stack, and not from AWS.
        known: whether it is known what its type is replaced by.
    """

    identity: str
    type: str
    name: str
    operation: Operation
    custom: bool
    was: str | None = None
    properties: tuple[Difference, ...] = ()
    options: tuple[Difference, ...] = ()
    replaced_by: tuple[str, ...] = ()
    loses: str | None = None
    refused: bool = False
    kept: bool = False
    known: bool = True

    @property
    def is_told(self) -> bool:
        return self.operation != "same" or self.was is not None or bool(self.options)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What happens to the resources of a stage, as it was before and is after.

    Args:
        before, after: what AWS knows of the resources is the same in both, where they are.
    """

    before: Evaluated
    after: Evaluated
    changes: tuple[ResourceChange, ...]

    def all(self, operation: Operation) -> list[ResourceChange]:
        return [each for each in self.changes if each.operation == operation]


# Evaluates the stage anew, with resources that AWS knows as others.
Again = Callable[[Mapping[Key, Key]], Evaluated]


def compared(before: Evaluated, after: Evaluated, again: Again) -> Comparison:
    """What Pulumi would do.

    A resource that is found by an alias stays what it is in AWS, and one that is replaced is
    another: the stage is evaluated `again` until what comes of that is known.
    """
    was = {each.identity: each for each in before.resources}
    now = {each.identity: each for each in after.resources}
    found = dict(_found(was, now))
    known_as = {
        now[new].key: was[old].key for new, old in found.items() if now[new].key != was[old].key
    }
    if known_as:
        after = again(known_as)
    while True:
        now = {each.identity: each for each in after.resources}
        changes = tuple(sorted(_changes(was, now, found), key=_order))
        replaced = {
            now[each.identity].key: _replaced(was[found[each.identity]].key)
            for each in changes
            # Where it is refused nothing comes of it.
            if each.operation == "replace" and not each.refused
        }
        if replaced.items() <= known_as.items():
            return Comparison(before=before, after=after, changes=changes)
        known_as |= replaced
        after = again(known_as)


def _order(change: ResourceChange) -> tuple[str, str, str]:
    return change.type, change.name, change.identity


def _replaced(key: Key) -> Key:
    return key[0], key[1] + REPLACED


def _found(was: Mapping[str, Resource], now: Mapping[str, Resource]) -> Iterator[tuple[str, str]]:
    """The identity of each resource that was there already, and the one that it had."""
    for identity, resource in now.items():
        for former in (identity, *resource.options.aliases):
            if former in was:
                yield identity, former
                break


def _changes(
    was: Mapping[str, Resource], now: Mapping[str, Resource], found: Mapping[str, str]
) -> Iterator[ResourceChange]:
    for identity, resource in now.items():
        if identity in found:
            yield _change(was[found[identity]], resource)
        else:
            yield _of(resource, "create")
    for identity in was.keys() - set(found.values()):
        resource = was[identity]
        options = resource.options
        refused = options.protect
        kept = options.retain_on_delete and not refused
        yield _of(
            resource,
            "delete",
            refused=refused,
            kept=kept,
            loses=None if refused or kept else _held_by(resource),
        )


def _change(old: Resource, new: Resource) -> ResourceChange:
    ignored = tuple(new.options.ignore_changes)
    changed = tuple(
        each
        for name in sorted(old.properties.keys() | new.properties.keys())
        for each in differences(
            old.properties.get(name, ABSENT),
            new.properties.get(name, ABSENT),
            name,
            ordered=name not in SETS,
        )
        if not any(_is_in(each, path) for path in ignored)
    )
    kind = KINDS.get(new.type)
    by = (*(kind.replaced_by if kind else ()), *new.options.replace_on_changes)
    replaced_by = tuple(each.path for each in changed if any(_is_in(each, path) for path in by))
    operation: Operation = "replace" if replaced_by else "update" if changed else "same"
    refused = bool(replaced_by) and old.options.protect
    return _of(
        new,
        operation,
        was=old.identity if old.identity != new.identity else None,
        properties=changed,
        options=tuple(_of_options(old, new)),
        replaced_by=replaced_by,
        refused=refused,
        loses=_held_by(new) if replaced_by and not refused else None,
        known=kind is not None or not new.custom,
    )


def _of(resource: Resource, operation: Operation, **what: Any) -> ResourceChange:
    if operation == "create":
        what["properties"] = tuple(differences({}, resource.properties))
    elif operation == "delete":
        what["properties"] = tuple(differences(resource.properties, {}))
    return ResourceChange(
        identity=resource.identity,
        type=resource.type,
        name=resource.name,
        custom=resource.custom,
        operation=operation,
        **what,
    )


def _of_options(old: Resource, new: Resource) -> Iterator[Difference]:
    for option in fields(old.options):
        if option.name in OPTIONS:
            before, after = (getattr(each.options, option.name) for each in (old, new))
            yield from differences(before, after, option.name)


def _held_by(resource: Resource) -> str | None:
    if not resource.custom:
        return None
    kind = KINDS.get(resource.type)
    return kind.holds if kind else "what it may hold: its type is not known here"


def _is_in(difference: Difference, path: str) -> bool:
    """Whether a difference is at a path or inside of it, whatever the places in lists.

    Pulumi writes `*` for every property, and for every place of a list.
    """
    plain = re.sub(r"\[\d+\]", "", difference.path)
    wanted = re.sub(r"\[(\d+|\*)\]", "", path)
    return wanted == "*" or plain == wanted or plain.startswith(f"{wanted}.")
