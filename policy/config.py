"""Levels and options of rules, in the form of Pulumi's policy packs."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from policy.rule import Level, Rule
from policy.rules import RULES

# For previews, tests and the pack alike.
CONFIG = Path(__file__).with_name("config.json")
LEVELS = ("mandatory", "advisory", "disabled")
ALL = "all"


class ConfigError(ValueError):
    """The configuration is wrong; the message says where, and what is allowed."""

    def __str__(self) -> str:
        return f"The policies' configuration is wrong: {self.args[0]}."


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How one rule is asked."""

    level: Level | Literal["disabled"]
    options: Mapping[str, Any]


def read_config(file: Path = CONFIG) -> dict[str, Any]:
    """A configuration from its file.

    Raises:
        ConfigError: it is not there, or not an object of JSON.
    """
    try:
        config = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file}: {error}") from error
    if not isinstance(config, dict):
        raise ConfigError(f"{file}: not an object")
    return cast(dict[str, Any], config)


def settings(config: Mapping[str, Any]) -> dict[str, Setting]:
    """What a configuration comes to, by rule.

    Args:
        config: a rule's name, or `all`, to its level (`mandatory`, `advisory`, `disabled`), or to
            an object of `enforcementLevel` and the rule's options.
            https://www.pulumi.com/docs/iac/packages-and-automation/crossguard/configuration/

    Raises:
        ConfigError: it names a rule, a level or an option that there is not.
    """
    _known(config, [ALL, *(rule.name for rule in RULES)], "a rule")
    given = {name: _given(name, value) for name, value in config.items()}
    for_all = given.get(ALL, {})
    if set(for_all) - {"enforcementLevel"}:
        raise ConfigError(f"{ALL} takes a level alone")
    return {rule.name: _setting(rule, {**for_all, **given.get(rule.name, {})}) for rule in RULES}


def _given(name: str, value: Any) -> dict[str, Any]:
    given = {"enforcementLevel": value} if isinstance(value, str) else value
    if not isinstance(given, dict):
        raise ConfigError(f"{name} is {value!r}, but must be a level, or an object")
    found = cast(dict[str, Any], given)
    if "enforcementLevel" in found and found["enforcementLevel"] not in LEVELS:
        level = found["enforcementLevel"]
        raise ConfigError(f"{name}: {level!r} is not a level: one of {', '.join(LEVELS)}")
    return found


def _setting(rule: Rule, given: dict[str, Any]) -> Setting:
    options = {name: value for name, value in given.items() if name != "enforcementLevel"}
    _known(options, list(rule.options), f"an option of {rule.name}")
    for name, value in options.items():
        if not _fits(value, rule.options[name]["type"]):
            schema = rule.options[name]
            raise ConfigError(
                f"{rule.name}: {name} is {value!r}, but must be an {schema['type']}:"
                f" {schema['description']}"
            )
    return Setting(level=given.get("enforcementLevel", rule.level), options=options)


def _fits(value: Any, kind: str) -> bool:
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, list) and all(isinstance(each, str) for each in cast(list[Any], value))


def _known(given: Mapping[str, Any], known: list[str], what: str) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ConfigError(f"{name} is not {what}{hint}")
