"""Two values compared as data, place by place."""

import json
from collections import Counter
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


def differences(
    old: Any, new: Any, path: str = "", *, ordered: bool = True
) -> Iterator[Difference]:
    """Each place in which two values differ, as deep as it goes.

    Texts that are JSON documents are compared as what they say; in those with a `Statement`, as
    IAM's policies have, and where it is not `ordered`, the order of a list makes no difference.
    """
    if isinstance(old, str) and isinstance(new, str) and old != new:
        documents = _document(old), _document(new)
        if ABSENT not in documents:
            old, new = documents
            ordered = ordered and not ("Statement" in old and "Statement" in new)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        both = cast("Mapping[str, Any]", old), cast("Mapping[str, Any]", new)
        yield from _of_mappings(*both, path, ordered=ordered)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(cast(list[Any], old), cast(list[Any], new), path, ordered=ordered)
    elif _spelt(old) != _spelt(new):
        yield Difference(path=path, old=old, new=new)


def _document(text: str) -> Any:
    if text[:1] not in ("{", "["):
        return ABSENT
    try:
        return json.loads(text)
    except ValueError:
        return ABSENT


def _of_mappings(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str, *, ordered: bool
) -> Iterator[Difference]:
    for name in sorted(old.keys() | new.keys()):
        place = f"{path}.{name}" if path else name
        values = old.get(name, ABSENT), new.get(name, ABSENT)
        yield from differences(*values, place, ordered=ordered)


def _of_lists(
    old: Sequence[Any], new: Sequence[Any], path: str, *, ordered: bool
) -> Iterator[Difference]:
    """What was taken out and put in; what is in its place is compared with it."""
    was, now = ([_spelt(each, ordered=ordered) for each in both] for both in (old, new))
    for gone, come in _moved(was, now) if ordered else [_exchanged(was, now)]:
        for index, new_index in zip(gone, come, strict=False):
            values = old[index], new[new_index]
            yield from differences(*values, f"{path}[{new_index}]", ordered=ordered)
        for index in gone[len(come) :]:
            yield Difference(path=f"{path}[{index}]", old=old[index], new=ABSENT)
        for index in come[len(gone) :]:
            yield Difference(path=f"{path}[{index}]", old=ABSENT, new=new[index])


# The places of what was taken out, and of what was put in for it.
Exchange = tuple[Sequence[int], Sequence[int]]


def _moved(was: Sequence[str], now: Sequence[str]) -> Iterator[Exchange]:
    alike = SequenceMatcher(a=was, b=now, autojunk=False)
    for what, start, end, new_start, new_end in alike.get_opcodes():
        if what != "equal":
            yield range(start, end), range(new_start, new_end)


def _exchanged(was: Sequence[str], now: Sequence[str]) -> Exchange:
    return _without(was, now), _without(now, was)


def _without(some: Sequence[str], others: Sequence[str]) -> list[int]:
    """The places of what is not among others, as often as it is there."""
    left = Counter(others)
    places: list[int] = []
    for index, each in enumerate(some):
        if left[each]:
            left[each] -= 1
        else:
            places.append(index)
    return places


def _spelt(value: Any, *, ordered: bool = True) -> str:
    """As a text that is the same for what is the same: true is not 1."""
    if value is ABSENT:
        return repr(value)
    return json.dumps(value if ordered else _sorted(value), sort_keys=True)


def _sorted(value: Any) -> Any:
    """The value, its lists in one order."""
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value).items()
        return {name: _sorted(each) for name, each in members}
    if isinstance(value, list):
        return sorted(map(_sorted, cast(list[Any], value)), key=_spelt)
    return value
