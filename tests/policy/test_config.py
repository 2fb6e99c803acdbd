"""Levels and options, in the form of Pulumi's policy packs."""

from pathlib import Path
from typing import Any

import pytest

from policy import Violation, violations
from policy.config import CONFIG, ConfigError, read_config, settings
from policy.resource_types import QUEUE, TOPIC
from preview.recording import Recording
from tests.policy.graph import Graph


@pytest.fixture
def broken() -> Recording:
    """Breaks a mandatory rule, and one that is advisory."""
    graph = Graph()
    graph.inputs(QUEUE, "order-queue")["visibilityTimeoutSeconds"] = 90
    del graph.inputs(TOPIC, "order-notifications")["kmsMasterKeyId"]
    return graph.recording


def levels(found: list[Violation]) -> dict[str, str]:
    return {each.rule: each.level for each in found}


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({}, {"topics-encrypted": "advisory", "visibility-timeout": "mandatory"}),
        (
            {"all": "mandatory"},
            {"topics-encrypted": "mandatory", "visibility-timeout": "mandatory"},
        ),
        ({"all": "disabled"}, {}),
        ({"all": "disabled", "topics-encrypted": "mandatory"}, {"topics-encrypted": "mandatory"}),
        (
            {"all": {"enforcementLevel": "advisory"}},
            {"topics-encrypted": "advisory", "visibility-timeout": "advisory"},
        ),
        ({"visibility-timeout": "disabled"}, {"topics-encrypted": "advisory"}),
        ({"visibility-timeout": {"times": 3}}, {"topics-encrypted": "advisory"}),
        (
            {"visibility-timeout": {"enforcementLevel": "advisory", "times": 4}},
            {"topics-encrypted": "advisory", "visibility-timeout": "advisory"},
        ),
    ],
)
def test_what_a_configuration_changes(
    broken: Recording, config: dict[str, Any], found: dict[str, str]
) -> None:
    assert levels(violations(broken, "prod", config)) == found


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"visibilty-timeout": "advisory"}, "did you mean visibility-timeout?"),
        ({"visibility-timeout": "loud"}, "'loud' is not a level: one of mandatory, advisory, dis"),
        ({"visibility-timeout": {"enforcementLevel": "remediate"}}, "'remediate' is not a level"),
        ({"visibility-timeout": 3}, "visibility-timeout is 3, but must be a level, or an object"),
        (
            {"visibility-timeout": {"time": 3}},
            "an option of visibility-timeout; did you mean times",
        ),
        ({"visibility-timeout": {"times": "3"}}, "times is '3', but must be an integer: how many"),
        ({"visibility-timeout": {"times": True}}, "times is True, but must be an integer"),
        ({"tagged": {"tags": "project"}}, "tags is 'project', but must be an array: tags that"),
        ({"all": {"times": 3}}, "all takes a level alone"),
    ],
)
def test_a_wrong_configuration_is_refused(config: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        settings(config)
    assert told in str(refused.value)


def test_the_projects_own_configuration_is_taken_by_itself(
    broken: Recording, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert settings(read_config(CONFIG))
    file = tmp_path / "config.json"
    file.write_text('{"all": "disabled"}')
    monkeypatch.setattr("policy.config.read_config.__defaults__", (file,))
    assert violations(broken, "prod") == []
    file.write_text("[]")
    with pytest.raises(ConfigError, match=r"config\.json: not an object"):
        violations(broken, "prod")
    file.write_text("{")
    with pytest.raises(ConfigError, match=r"config\.json: Expecting property name"):
        violations(broken, "prod")
