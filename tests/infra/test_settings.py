"""Every option's default, bounds and message."""

import re
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml

from infra import storefront_build
from infra.order_workflow import WorkflowType
from infra.settings import RETENTION_DAYS, Settings, SettingsError
from local.engine.program import ROOT, evaluate, stage_config
from preview.recording import Recording

PROJECT: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
DECLARED = {key: option for key, option in PROJECT.items() if not key.startswith("pulumi:")}


def check(**options: Any) -> Settings:
    return Settings.check(stage_config("local", {**_defaults(), **options}))


def _defaults() -> dict[str, Any]:
    return {key: option["default"] for key, option in DECLARED.items()}


def test_the_defaults() -> None:
    assert check() == Settings(
        payment_success_rate=0.8,
        workflow_type=WorkflowType.STANDARD,
        log_retention_days=14,
        notification_emails=(),
        alarm_emails=(),
        monthly_budget=0,
        sender_email=None,
        consumer_batch_size=10,
        consumer_max_concurrency=2,
        deletion_protection=True,
        point_in_time_recovery=True,
        introspection=False,
        query_depth_limit=5,
        waf=False,
        storefront=False,
    )


def test_a_storefront_that_is_not_built_is_refused_with_the_options(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(storefront_build, "DIST", tmp_path)

    def program() -> None:
        Settings.read()

    with pytest.raises(storefront_build.StorefrontBuildError, match="not built"):
        evaluate(program, "dev", stage_config("dev", {"storefront": True}), Recording())
    evaluate(program, "dev", stage_config("dev", {"storefront": False}), Recording())


def test_every_option_is_declared_with_type_default_and_description() -> None:
    for key, option in DECLARED.items():
        assert {"type", "default", "description"} <= set(option), key
        assert option["type"] in {"string", "integer", "boolean", "array"}, key


def test_every_declared_option_is_known_and_every_known_one_declared() -> None:
    with pytest.raises(SettingsError) as missing:
        Settings.check({})
    named = {
        line.split()[1].removeprefix("orderflow:") for line in str(missing.value).split("\n")[1:]
    }
    assert named == set(DECLARED)


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("paymentSuccessRate", [0, 1, 0.5, "0.25"]),
        ("workflowType", ["STANDARD", "EXPRESS"]),
        ("logRetentionDays", [*RETENTION_DAYS, "7"]),
        ("notificationEmails", [[], ["a@b.example", "c@d.example"], '["a@b.example"]']),
        ("alarmEmails", [[], ["a@b.example"]]),
        ("monthlyBudget", [0, "0"]),
        ("senderEmail", ["", "orders@shop.example"]),
        ("consumerBatchSize", [1, 10]),
        ("consumerMaxConcurrency", [2, 1000]),
        ("deletionProtection", [True, False, "true"]),
        ("pointInTimeRecovery", [True, False]),
        ("introspection", [True, False]),
        ("queryDepthLimit", [0, 1, 75]),
        ("waf", [True, False]),
        ("storefront", [True, False, "true"]),
    ],
)
def test_what_is_allowed(key: str, values: list[Any]) -> None:
    for value in values:
        check(**{key: value})


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("paymentSuccessRate", -0.01, "a number from 0 to 1"),
        ("paymentSuccessRate", 1.01, "a number from 0 to 1"),
        ("paymentSuccessRate", "most", "a number from 0 to 1"),
        ("paymentSuccessRate", True, "a number from 0 to 1"),
        ("workflowType", "standard", "one of STANDARD, EXPRESS"),
        ("logRetentionDays", 8, "one of 1, 3, 5, 7"),
        ("logRetentionDays", True, "one of 1, 3, 5, 7"),
        ("notificationEmails", "a@b.example", "a list of e-mail addresses"),
        ("notificationEmails", ["not an address"], "a list of e-mail addresses"),
        ("alarmEmails", [1], "a list of e-mail addresses"),
        ("monthlyBudget", -1, "a whole number from 0 to 1000000"),
        ("monthlyBudget", 1_000_001, "a whole number from 0 to 1000000"),
        ("monthlyBudget", 9.5, "a whole number from 0 to 1000000"),
        ("senderEmail", "shop.example", "an e-mail address, or empty"),
        ("consumerBatchSize", 0, "a whole number from 1 to 10"),
        ("consumerBatchSize", 11, "a whole number from 1 to 10"),
        ("consumerBatchSize", 1.5, "a whole number from 1 to 10"),
        ("consumerMaxConcurrency", 1, "a whole number from 2 to 1000"),
        ("consumerMaxConcurrency", 1001, "a whole number from 2 to 1000"),
        ("deletionProtection", "yes", "true or false"),
        ("pointInTimeRecovery", 1, "true or false"),
        ("introspection", "on", "true or false"),
        ("queryDepthLimit", -1, "a whole number from 0 to 75"),
        ("queryDepthLimit", 76, "a whole number from 0 to 75"),
        ("waf", "off", "true or false"),
    ],
)
def test_what_is_refused_names_key_value_and_rule(key: str, value: Any, allowed: str) -> None:
    with pytest.raises(SettingsError) as refused:
        check(**{key: value})

    [problem] = str(refused.value).split("\n")[1:]
    assert problem.startswith(f"  - orderflow:{key} is ")
    assert str(value).lower() in problem.lower().replace('"', "'")
    assert f"but must be {allowed}" in problem


@pytest.mark.parametrize("addresses", [1, 10])
def test_a_budget_is_told_to_as_many_addresses_as_aws_takes(addresses: int) -> None:
    check(monthlyBudget=1_000_000, alarmEmails=["ops@shop.example"] * addresses)


@pytest.mark.parametrize("addresses", [0, 11])
def test_a_budget_that_nobody_could_be_told_of_is_refused(addresses: int) -> None:
    with pytest.raises(SettingsError) as refused:
        check(monthlyBudget=1, alarmEmails=["ops@shop.example"] * addresses)
    [problem] = str(refused.value).split("\n")[1:]
    assert problem.startswith(f"  - orderflow:alarmEmails has {addresses} addresses")
    assert "orderflow:monthlyBudget is set must have 1 to 10" in problem


def test_the_days_are_those_that_cloudwatch_logs_takes() -> None:
    logs = botocore.session.get_session().get_service_model("logs")
    given = logs.operation_model("PutRetentionPolicy").input_shape
    assert given
    days = given.members["retentionInDays"].documentation
    [sentence] = re.findall(r"Possible values are: ([^.]*)\.", days)
    assert tuple(map(int, re.findall(r"\d+", sentence))) == RETENTION_DAYS


def test_an_unknown_option_is_refused_with_the_one_meant() -> None:
    with pytest.raises(SettingsError, match="did you mean orderflow:paymentSuccessRate"):
        check(paymentSucessRate=1)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        check(consumerBatchSize=0, waf="off", nonsense=1)
    assert len(str(refused.value).split("\n")) == 4


def test_other_namespaces_are_not_ours() -> None:
    assert Settings.check({**stage_config("local"), "aws:region": "mars"})
