"""What a rule is: a function that says of a resource what is wrong with it, and how to mend it."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints

from policy.view import NotKnownYet, Resource, Stack

Level = Literal["mandatory", "advisory"]
# What is wrong, and how to mend it, one text each.
Faults = Iterator[str]
SCHEMAS: dict[Any, dict[str, Any]] = {
    int: {"type": "integer"},
    list[str]: {"type": "array", "items": {"type": "string"}},
}
SOURCE = re.compile(r"https://\S+")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule, made by `resource_rule` or `stack_rule` of a function.

    Args:
        types: of the resources that it judges; none: of all.
        of_stack: it looks at other resources too, so that it waits until all are there.
        judge: its keyword-only arguments are the rule's options.
    """

    level: Level
    types: frozenset[str]
    of_stack: bool
    judge: Callable[..., Faults]

    @property
    def name(self) -> str:
        return self.judge.__name__.replace("_", "-")

    @property
    def description(self) -> str:
        """What holds where nobody breaks it, in a sentence."""
        return inspect.getdoc(self.judge).splitlines()[0]  # pyright: ignore[reportOptionalMemberAccess]

    @property
    def source(self) -> str:
        """The page that the rule comes from."""
        return SOURCE.findall(self.judge.__doc__ or "")[0]

    @property
    def options(self) -> dict[str, dict[str, Any]]:
        """The JSON schema of each option, with its default and its description."""
        hints = get_type_hints(self.judge, include_extras=True)
        found: dict[str, dict[str, Any]] = {}
        for each in inspect.signature(self.judge).parameters.values():
            if each.kind is each.KEYWORD_ONLY:
                kind, description = get_args(hints[each.name])
                found[each.name] = {
                    **SCHEMAS[kind],
                    "description": description,
                    "default": each.default,
                }
        return found

    def faults(
        self, resource: Resource, stack: Stack | None, options: Mapping[str, Any]
    ) -> list[str]:
        """What is wrong with the resource, as far as it can be said yet."""
        if self.types and resource.type not in self.types:
            return []
        arguments = (resource, stack) if self.of_stack else (resource,)
        found: list[str] = []
        try:
            for fault in self.judge(*arguments, **options):
                found.append(fault)  # What comes before is kept.
        except NotKnownYet:
            pass
        return found


def resource_rule(
    *types: str, level: Level = "mandatory"
) -> Callable[[Callable[..., Faults]], Rule]:
    """A rule on a resource by itself: the engine asks for it before it makes the resource."""
    return lambda judge: Rule(level=level, types=frozenset(types), of_stack=False, judge=judge)


def stack_rule(*types: str, level: Level = "mandatory") -> Callable[[Callable[..., Faults]], Rule]:
    """A rule on a resource among the others: the engine asks for it when all are there."""
    return lambda judge: Rule(level=level, types=frozenset(types), of_stack=True, judge=judge)
