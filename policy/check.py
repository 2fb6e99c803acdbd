"""The rules on what the program registers, with no engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policy.config import read_config, settings
from policy.resource_types import STACK
from policy.rule import Level
from policy.rules import RULES
from policy.view import Resource, Stack

if TYPE_CHECKING:
    # Where Pulumi runs the pack, there need not be all that a recording is made with.
    from preview.recording import Recording


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A rule that is broken, and by which resource.

    Args:
        message: what is wrong, and how to mend it.
    """

    rule: str
    level: Level
    resource_type: str
    resource_name: str
    message: str


def violations(
    recording: "Recording", stage: str, config: Mapping[str, Any] | None = None
) -> list[Violation]:
    """Every rule that a stage breaks, in the order of the rules and of the resources' names.

    Args:
        config: as `policy.config.settings` takes it; None: that of policy/config.json.

    Raises:
        ConfigError: the configuration is wrong.
    """
    asked = settings(read_config() if config is None else config)
    stack = stack_of(recording, stage)
    by_name = sorted(stack.resources, key=lambda each: (each.type, each.name))
    found: list[Violation] = []
    for rule in RULES:
        setting = asked[rule.name]
        if setting.level == "disabled":
            continue
        found += [
            Violation(
                rule=rule.name,
                level=setting.level,
                resource_type=each.type,
                resource_name=each.name,
                message=message,
            )
            for each in by_name
            for message in rule.faults(each, stack, setting.options)
        ]
    return found


def stack_of(recording: "Recording", stage: str) -> Stack:
    """What was recorded, as Pulumi's engine would show it when all is there."""
    resources = [
        Resource(
            type=each.type,
            name=each.name,
            stage=stage,
            protect=each.options.protect,
            properties=each.outputs,
        )
        for each in recording.resources
    ]
    exported = Resource(
        type=STACK, name=stage, stage=stage, protect=False, properties=recording.outputs
    )
    return Stack(resources=(exported, *resources))
