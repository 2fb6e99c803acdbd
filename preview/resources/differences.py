"""Two values compared as data, place by place."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, cast


class Absent:
    """Stands for what is not there: null is there."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A place whose values differ.

    Args:
        path: such as `redrivePolicy.maxReceiveCount` or `attributes[4]`, as in the new value where
            it has the place.
        old, new: JSON's kinds, or `ABSENT`.
    """

    path: str
    old: Any
    new: Any

    @property
    def root(self) -> str:
        """The property that the place is in."""
        return self.path.partition(".")[0].partition("[")[0]


def differences(old: Any, new: Any, path: str = "") -> Iterator[Difference]:
    """Each place in which two values differ, as deep as it goes.

    Texts that are JSON documents are compared as what they say.
    """
    if isinstance(old, str) and isinstance(new, str) and old != new:
        documents = _document(old), _document(new)
        if ABSENT not in documents:
            old, new = documents
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _of_mappings(
            cast("Mapping[str, Any]", old), cast("Mapping[str, Any]", new), path
        )
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(cast(list[Any], old), cast(list[Any], new), path)
    elif _spelt(old) != _spelt(new):
        yield Difference(path=path, old=old, new=new)


def _document(text: str) -> Any:
    if text[:1] not in "{[":
        return ABSENT
    try:
        return json.loads(text)
    except ValueError:
        return ABSENT


def _of_mappings(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[Difference]:
    for name in sorted(old.keys() | new.keys()):
        place = f"{path}.{name}" if path else name
        yield from differences(old.get(name, ABSENT), new.get(name, ABSENT), place)


def _of_lists(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[Difference]:
    """What was taken out and put in; the rest may have moved."""
    alike = SequenceMatcher(a=[*map(_spelt, old)], b=[*map(_spelt, new)], autojunk=False)
    for what, start, end, new_start, new_end in alike.get_opcodes():
        if what == "equal":
            continue
        both = min(end - start, new_end - new_start)
        for offset in range(both):
            place = f"{path}[{new_start + offset}]"
            yield from differences(old[start + offset], new[new_start + offset], place)
        for index in range(start + both, end):
            yield Difference(path=f"{path}[{index}]", old=old[index], new=ABSENT)
        for index in range(new_start + both, new_end):
            yield Difference(path=f"{path}[{index}]", old=ABSENT, new=new[index])


def _spelt(value: Any) -> str:
    """As a text that is the same for what is the same: true is not 1."""
    return repr(value) if value is ABSENT else json.dumps(value, sort_keys=True)
