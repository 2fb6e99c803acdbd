"""Everything that can go missing or wrong in a recording, one thing at a time."""

import copy
import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple, cast

import pulumi

from preview.recording import ACCOUNT, REGION, Key, Options, Recording, Registered, outputs

# The definition's inside is broken by `make mutate`, before the simulator.
OPAQUE = {"definition"}
GONE = object()
OPTIONS = "(options)"
# Keys, indexes, and the way into a text that is JSON.
Path = tuple[str | int, ...]
INTO_JSON = "JSON"


class Mutant(NamedTuple):
    """One resource, and one thing wrong with it.

    Args:
        part: the input that is wrong, or `OPTIONS`; None: the resource is not there.
        change: makes the resource so.
        between_layers: concerns the whole program, as its layers alone are handed something else.
    """

    resource: Key
    part: str | None
    what: str
    change: Callable[[Registered], Registered] | None
    between_layers: bool = False

    def __str__(self) -> str:
        return f"{self.resource[0]} {self.resource[1]}: {self.what}"

    def of(self, recording: Recording) -> Recording | None:
        """A recording in which this is wrong; None: there is nothing in it to be wrong."""
        # A component by itself has no outputs of a stack.
        if self.between_layers and not recording.outputs:
            return None
        resources: list[Registered] = []
        for each in recording.resources:
            if each.key != self.resource:
                resources.append(each)
            elif self.change:
                try:
                    resources.append(self.change(each))
                except (LookupError, TypeError, ValueError):
                    # A stage's, or a component's by itself, need not have the same inputs.
                    return None
        if resources == recording.resources:
            return None
        return Recording(resources=resources, outputs=recording.outputs)


def mutants(recording: Recording) -> list[Mutant]:
    """All there are."""
    found = list(_between_layers(recording))
    for each in recording.resources:
        found.append(Mutant(each.key, None, "is left out", None))
        for name, value in each.inputs.items():
            for path, what, wrong in _inputs((name,), value):
                text = f"{_told(path)} {what}"
                found.append(Mutant(each.key, name, text, _with_input(path, wrong)))
        for what, options in _options(each.options):
            found.append(Mutant(each.key, OPTIONS, what, _with_options(options)))
    return found


def _between_layers(recording: Recording) -> Iterator[Mutant]:
    """What a resource has of one in another layer is another's."""
    names = {each.key: set(_texts(outputs(*each.key))) for each in recording.resources}
    layers = {each.key: _layer(recording, each) for each in recording.resources}
    for each in recording.resources:
        foreign = {
            name
            for key, known in names.items()
            if layers[key] != layers[each.key]
            for name in known
        } - {REGION, ACCOUNT}
        for part, value in each.inputs.items():
            for path, text in _leaves((part,), value):
                if not isinstance(text, str):
                    continue
                for name in sorted(name for name in foreign if name in text):
                    # Not where it is but the beginning of a longer name.
                    pattern = re.compile(rf"{re.escape(name)}(?![\w-])")
                    if pattern.search(text):
                        another = partial(pattern.sub, f"{name}-of-another")
                        what = f"{_told(path)} has another for {name}"
                        yield Mutant(each.key, part, what, _with_input(path, another), True)


def _layer(recording: Recording, each: Registered) -> Key:
    while each.options.parent:
        each = recording.one(*each.options.parent)
    return each.key


def _texts(value: Any) -> Iterator[str]:
    return (text for _, text in _leaves((), value) if isinstance(text, str))


def at(value: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """The value with what is at the path changed, or without it where that becomes `GONE`."""
    if not path:
        return change(value)
    head, rest = path[0], path[1:]
    if head == INTO_JSON and isinstance(value, str):
        return json.dumps(at(json.loads(value), rest, change))
    if isinstance(value, pulumi.AssetArchive):
        return pulumi.AssetArchive(at(value.assets, path, change))
    changed = copy.copy(value)
    new = at(value[head], rest, change)
    if new is GONE:
        del changed[head]
    else:
        changed[head] = new
    return changed


Wrong = Callable[[Any], Any]


def _inputs(path: Path, value: Any) -> Iterator[tuple[Path, str, Wrong]]:
    """What can be wrong with an input, and with what is inside of it."""
    yield path, "is left out", lambda _: GONE
    inside = _inside(path, value)
    if inside is None:
        yield path, "is another", _another
    else:
        for within, part in inside:
            yield from _inputs(within, part)


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    """All that has nothing inside of it."""
    inside = _inside(path, value)
    if inside is None:
        yield path, value
    else:
        for within, part in inside:
            yield from _leaves(within, part)


def _inside(path: Path, value: Any) -> list[tuple[Path, Any]] | None:
    """The parts of a value; None: it has none."""
    if isinstance(value, pulumi.AssetArchive):
        value = value.assets
    elif isinstance(value, str) and value.startswith("{") and path[-1] not in OPAQUE:
        path, value = (*path, INTO_JSON), json.loads(value)
    if isinstance(value, dict):
        return [((*path, name), part) for name, part in cast(dict[str, Any], value).items()]
    if isinstance(value, list):
        return [((*path, index), part) for index, part in enumerate(cast(list[Any], value))]
    return None


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, pulumi.FileAsset):
        return pulumi.FileAsset(f"{value.path}x")
    return f"{value}x"


def _options(options: Options) -> Iterator[tuple[str, dict[str, Any]]]:
    """What can be wrong with the options."""
    if options.parent:
        yield "is in no component", {"parent": None}
    for gone in options.depends_on:
        left = tuple(each for each in options.depends_on if each != gone)
        yield f"does not wait for {gone[1]}", {"depends_on": left}
    for name in ("protect", "delete_before_replace", "retain_on_delete"):
        yield f"{name} is another", {name: not getattr(options, name)}


def _with_input(path: Path, wrong: Wrong) -> Callable[[Registered], Registered]:
    return lambda each: dataclasses.replace(each, inputs=at(each.inputs, path, wrong))


def _with_options(options: dict[str, Any]) -> Callable[[Registered], Registered]:
    return lambda each: dataclasses.replace(
        each, options=dataclasses.replace(each.options, **options)
    )


def _told(path: Path) -> str:
    return ".".join(str(each) for each in path if each != INTO_JSON)
