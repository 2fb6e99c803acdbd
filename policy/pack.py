"""The rules as a policy pack of Pulumi's."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from policy.config import read_config, settings
from policy.rule import Rule
from policy.rules import RULES
from policy.view import UNKNOWN, Resource, Stack


def serve() -> None:
    """Answer the engine until it ends this process.

    Raises:
        ConfigError: policy/config.json is wrong.
    """
    config = read_config()
    settings(config)
    PolicyPack(
        name="orderflow",
        policies=[_policy(rule) for rule in RULES],
        initial_config={name: _initial(value) for name, value in config.items()},
    )


def _policy(rule: Rule) -> ResourceValidationPolicy | StackValidationPolicy:
    def on_resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource = _resource(args.resource_type, args.name, args.urn, args.opts.protect, args.props)
        for message in rule.faults(resource, None, args.get_config()):
            report(message, None)

    def on_stack(args: StackValidationArgs, report: ReportViolation) -> None:
        stack = Stack(
            resources=tuple(
                _resource(each.resource_type, each.name, each.urn, each.opts.protect, each.props)
                for each in args.resources
            )
        )
        for each, resource in zip(args.resources, stack.resources, strict=True):
            for message in rule.faults(resource, stack, args.get_config()):
                report(message, each.urn)

    told: dict[str, Any] = {
        "name": rule.name,
        "description": rule.description,
        "enforcement_level": EnforcementLevel(rule.level),
        "config_schema": PolicyConfigSchema(rule.options) if rule.options else None,
        "url": rule.source,
    }
    if rule.of_stack:
        return StackValidationPolicy(validate=on_stack, **told)
    return ResourceValidationPolicy(validate=on_resource, **told)


def _initial(value: Any) -> EnforcementLevel | dict[str, Any]:
    """A rule's configuration, with Pulumi's own type in the place of each level."""
    if isinstance(value, str):
        return EnforcementLevel(value)
    return {
        name: EnforcementLevel(each) if name == "enforcementLevel" else each
        for name, each in value.items()
    }


def _resource(
    resource_type: str, name: str, urn: str, protect: bool, properties: Mapping[str, Any]
) -> Resource:
    # urn:pulumi:<stack>::<project>::<type>::<name>
    stage = urn.split("::")[0].removeprefix("urn:pulumi:")
    return Resource(
        type=resource_type,
        name=name,
        stage=stage,
        protect=protect,
        properties=_plain(properties),
    )


def _plain(value: Any) -> Any:
    """Properties without the proxies, which raise where something is not known yet."""
    if isinstance(value, Mapping):
        mapping = cast(Mapping[str, Any], value)
        return {name: _item(mapping, name) for name in mapping}
    if isinstance(value, Sequence) and not isinstance(value, str):
        sequence = cast(Sequence[Any], value)
        return [_item(sequence, index) for index in range(len(sequence))]
    return value


def _item(within: Any, key: str | int) -> Any:
    try:
        return _plain(within[key])
    except UnknownValueError:
        return UNKNOWN
