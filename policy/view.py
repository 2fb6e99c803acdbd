"""A stack as rules see it: by the engine's names, with what is not known yet set apart."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast


class NotKnownYet(Exception):
    """What a rule asked for, AWS will say only once it is deployed; the message says what."""


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


# In the place of a value that is not known yet, wherever it is within the properties.
UNKNOWN = _Unknown()


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a stage.

    Args:
        type: Pulumi's, such as `aws:sqs/queue:Queue`.
        name: the one that the program gives it.
        stage: the stack's name.
        protect: Pulumi refuses to delete or replace it.
        properties: those that are asked for; in a `Stack` also those that AWS has added.
    """

    type: str
    name: str
    stage: str
    protect: bool
    properties: Mapping[str, Any]

    def get(self, *path: str) -> Any:
        """What is at the path; None where nothing is.

        Raises:
            NotKnownYet: it, or a part of it, is not known yet.
        """
        found = _at(self.properties, path)
        if any(each is UNKNOWN for _, each in leaves(found)):
            raise NotKnownYet(f"{'.'.join(path)} of {self.name}")
        return found

    def own(self, name: str) -> Any:
        """What AWS has made up for it: its `arn`, `url` or `name`.

        Raises:
            NotKnownYet: AWS has not yet.
        """
        made = self.get(name)
        if not made:
            raise NotKnownYet(f"{name} of {self.name}")
        return made

    def has(self, *path: str) -> bool:
        """Whether something is set at the path, known or not; AWS's empty values are not."""
        return bool(_at(self.properties, path))


@dataclass(frozen=True, kw_only=True)
class Stack:
    """All resources of a stage, for rules on how they go together."""

    resources: tuple[Resource, ...]

    def of(self, *types: str) -> list[Resource]:
        return [each for each in self.resources if each.type in types]

    def first(self, resource_type: str, holds: Callable[[Resource], bool]) -> Resource | None:
        """The first of which it holds; None: there is none.

        Raises:
            NotKnownYet: there is none yet, and of one it cannot be said.
        """
        unsaid: NotKnownYet | None = None
        for each in self.of(resource_type):
            try:
                if holds(each):
                    return each
            except NotKnownYet as reason:
                unsaid = reason
        if unsaid:
            raise unsaid
        return None


def leaves(value: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value that has nothing inside of it, with the names that lead to it."""
    if isinstance(value, Mapping):
        for name, inside in cast(Mapping[str, Any], value).items():
            yield from leaves(inside, *path, name)
    elif isinstance(value, list):
        for inside in cast(list[Any], value):
            yield from leaves(inside, *path)
    else:
        yield path, value


def listed(value: Any) -> list[Any]:
    """AWS writes one thing by itself, and several as a list."""
    if value is None:
        return []
    return cast(list[Any], value) if isinstance(value, list) else [value]


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if not isinstance(value, Mapping):
            # A part of what is not known is not known.
            return UNKNOWN if value is UNKNOWN else None
        value = cast(Mapping[str, Any], value).get(name)
    return value
