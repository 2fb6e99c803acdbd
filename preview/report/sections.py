"""What is told of a stage to people, in sections that text and Markdown show alike."""

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from outputs.public import PUBLIC
from preview.resources.comparison import REPLACED, Operation, ResourceChange
from preview.resources.differences import ABSENT, Difference
from preview.stage_preview import StagePreview

SIGNS: dict[Operation, str] = {
    "create": "+",
    "update": "~",
    "replace": "!",
    "delete": "-",
    "same": " ",
}
DONE = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
    "same": "the same",
}
# Of a value that is no document and no text of several lines.
LONGEST_VALUE = 300


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that differs.

    Args:
        sign: `+`, `~`, `-`, `!` or a space.
        cells: as many as its section has columns.
        details: lines that begin with a sign too.
    """

    sign: str
    cells: tuple[str, ...]
    details: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """What is told about one subject."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def headline(stage: StagePreview) -> str:
    """How many resources come, change and go."""
    if not stage.changes:
        return f"Nothing changes in {stage.stage}."
    counts = Counter(each.operation for each in stage.resources)
    done = [f"{counts[each]} {DONE[each]}" for each in SIGNS if counts[each]]
    new = " (new)" if stage.is_new else ""
    return f"{stage.stage}{new}: {', '.join(done) or 'no resources'}"


def warnings(stage: StagePreview) -> list[str]:
    """What nobody may overlook, each in a sentence."""
    return [*_warnings(stage)]


def _warnings(stage: StagePreview) -> Iterator[str]:
    for each in stage.resources:
        what, by = f"{_type(each.type)} {each.name}", _roots(each, replacing=True)
        if each.refused:
            doing = f"would be replaced ({by})" if by else "would be removed"
            yield (f"{what} {doing}: Pulumi refuses, as it is protected, and goes no further.")
        elif each.loses:
            doing = f"is replaced ({by})" if by else "is removed"
            yield f"{what} {doing}, and {each.loses} with it."
        if not each.known and each.properties and each.operation == "update":
            yield f"{what} changes, and may be replaced: its type is not known here."
    for each in stage.outputs:
        if each.root in PUBLIC and not stage.is_new:
            yield f"Output {each.path} changes: front ends are configured with it."
    for each in stage.options:
        if each.path == "aws:region" and not stage.is_new:
            yield "aws:region changes: Pulumi makes everything anew in the other region."
    for each in stage.api.breaking:
        yield f"The API breaks its clients: {each}"
    for each in stage.violations:
        if each.level == "mandatory":
            who = f"{_type(each.resource_type)} {each.resource_name}"
            yield f"Policy {each.rule} is broken by {who}: {each.message}"


def sections(stage: StagePreview) -> list[Section]:
    """Those in which there is something to tell."""
    return [
        section
        for section in (
            _resources(stage),
            _permissions(stage),
            _api(stage),
            _workflows(stage),
            _differing("Options", stage.options),
            _differing("Outputs", stage.outputs),
            _cost(stage),
            _policies(stage),
        )
        if section.lines
    ]


def _resources(stage: StagePreview) -> Section:
    order = ["replace", "delete", "create", "update", "same"]
    told = sorted(
        (each for each in stage.resources if each.is_told),
        key=lambda each: (order.index(each.operation), each.type, each.name),
    )
    return Section(
        title="Resources",
        columns=("type", "name", "what"),
        lines=tuple(
            Line(
                sign=SIGNS[each.operation],
                cells=(_type(each.type), each.name, _what(each)),
                # All of a new stage is new.
                details=() if stage.is_new else tuple(_details(each)),
            )
            for each in told
        ),
    )


def _what(change: ResourceChange) -> str:
    words = {
        "create": "is created",
        "delete": "stays in AWS alone" if change.kept else "is deleted",
        "replace": f"is replaced by {_roots(change, replacing=True)}",
        "update": _roots(change),
        "same": "",
    }
    said = [words[change.operation]] if words[change.operation] else []
    if change.refused:
        said.append("refused")
    if change.was:
        said.append(f"was {change.was.rpartition('::')[2]}, for Pulumi alone")
    said += [f"{each.path}: {each.old} → {each.new}" for each in change.options]
    return "; ".join(said)


def _roots(change: ResourceChange, *, replacing: bool = False) -> str:
    """The properties that differ, or those of them that replace it."""
    differing = [
        each.root for each in change.properties if not replacing or each.path in change.replaced_by
    ]
    return ", ".join(dict.fromkeys(differing))


def _details(change: ResourceChange) -> Iterator[str]:
    if change.operation == "delete":
        return
    for each in change.properties:
        yield from told(each)


def told(difference: Difference) -> Iterator[str]:
    """A difference in lines that begin with a sign."""
    old, new, path = difference.old, difference.new, difference.path
    if isinstance(old, str) and isinstance(new, str) and "\n" in old + new:
        yield f"~ {path}"
        lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=1, lineterm="")
        # Without the names of the two.
        yield from [f"  {line}" if line[:2] == "@@" else line for line in lines][2:]
    elif isinstance(new, str) and REPLACED in new and new.replace(REPLACED, "") == old:
        yield f"~ {path}: new, as {', '.join(_replaced_in(new))} is replaced"
    elif old is ABSENT:
        yield f"+ {path}: {_short(new)}"
    elif new is ABSENT:
        yield f"- {path}: {_short(old)}"
    else:
        yield f"~ {path}: {_short(old)} → {_short(new)}"


def _replaced_in(text: str) -> list[str]:
    """The names of what a text names that is replaced."""
    return list(dict.fromkeys(re.findall(rf"([\w-]+){REPLACED}", text)))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]} …"


def _permissions(stage: StagePreview) -> Section:
    return Section(
        title="Permissions",
        columns=("whose", "what"),
        lines=()
        if stage.is_new
        else tuple(
            Line(
                sign="~" if each.gained and each.lost else "+" if each.gained else "-",
                cells=(each.holder, f"{len(each.gained)} gained, {len(each.lost)} lost"),
                details=(
                    *(f"+ {gained}" for gained in each.gained),
                    *(f"- {lost}" for lost in each.lost),
                ),
            )
            for each in stage.permissions
        ),
    )


def _api(stage: StagePreview) -> Section:
    api = stage.api
    return Section(
        title="API",
        columns=("what", "of"),
        lines=()
        if stage.is_new
        else (
            *(Line(sign="!", cells=("breaks clients", each)) for each in api.breaking),
            *(Line(sign="~", cells=("may surprise clients", each)) for each in api.dangerous),
            *(Line(sign="+", cells=("added", each)) for each in api.added),
            *(Line(sign="-", cells=("removed", each)) for each in api.removed),
            *(
                Line(sign="~", cells=(f"resolved otherwise: {', '.join(each.by)}", each.field))
                for each in api.fields
            ),
        ),
    )


def _workflows(stage: StagePreview) -> Section:
    return Section(
        title="Workflow",
        columns=("workflow", "what"),
        lines=tuple(
            Line(sign=sign, cells=(each.name, what))
            for each in stage.workflows
            for sign, what in (
                *(("+", f"state {state} is added") for state in each.added),
                *(("-", f"state {state} is removed") for state in each.removed),
                *(
                    ("~", f"state {state}: {', '.join(fields)}")
                    for state, fields in each.changed.items()
                ),
                _path(each.path_before, each.path_after),
            )
        ),
    )


def _path(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, str]:
    if before == after:
        return " ", f"where all is well, {len(after)} transitions as before"
    way = " ▸ ".join(after) or "none"
    return "~", f"where all is well, {len(before)} → {len(after)} transitions: {way}"


def _differing(title: str, found: tuple[Difference, ...]) -> Section:
    return Section(
        title=title,
        columns=("name", "what"),
        lines=tuple(
            Line(sign=line[0], cells=(name, what))
            for each in found
            for line in told(each)
            for name, _, what in [line[2:].partition(": ")]
        ),
    )


def _cost(stage: StagePreview) -> Section:
    old, new = stage.cost_before, stage.cost_after
    fixed = (old.fixed_usd_per_month if old else None, new.fixed_usd_per_month, "a month, fixed")
    orders = (
        old.usd_per_million_orders if old else None,
        new.usd_per_million_orders,
        "per million orders",
    )
    return Section(
        title="Cost",
        columns=("what", "before", "after"),
        lines=tuple(
            Line(
                sign="~",
                cells=(what, "" if before is None else f"${before:,.2f}", f"${after:,.2f}"),
            )
            for before, after, what in (fixed, orders)
            if before is None or round(before, 2) != round(after, 2)
        ),
    )


def _policies(stage: StagePreview) -> Section:
    return Section(
        title="Policies",
        columns=("rule", "broken by", "what to do"),
        lines=tuple(
            Line(
                sign="!" if each.level == "mandatory" else "~",
                cells=(
                    f"{each.rule} ({each.level})",
                    f"{_type(each.resource_type)} {each.resource_name}",
                    each.message,
                ),
            )
            for each in stage.violations
        ),
    )


def _type(resource_type: str) -> str:
    """Such as `dynamodb Table`, or `OrderStore` of a component."""
    package, _, rest = resource_type.partition(":")
    module, _, name = rest.rpartition(":")
    return f"{module.partition('/')[0]} {name}" if package == "aws" else name
