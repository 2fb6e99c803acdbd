"""The stage's options: read once, checked as a whole, before any resource is registered."""

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

import pulumi

from infra import storefront_build
from infra.order_operations.spending import MOST_ADDRESSES
from infra.order_workflow import WorkflowType

NAMESPACE = "orderflow"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# What CloudWatch Logs takes (PutRetentionPolicy); a test reads it from botocore's model.
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
# Names begin with project and stage: IAM's and Lambda's have 64 characters at most, SQS's no dots.
STAGE = re.compile(r"[A-Za-z0-9_-]{1,18}")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BUCKET_NAME = re.compile(r"[a-z0-9-]+")


class SettingsError(pulumi.RunError):
    """Wrong configuration; Pulumi prints the message without a traceback."""


class _Wrong(ValueError):
    """A value is not allowed; the message says what is."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The options of one stage; Pulumi.yaml declares and describes them, with their defaults."""

    payment_success_rate: float
    workflow_type: WorkflowType
    log_retention_days: int
    notification_emails: tuple[str, ...]
    alarm_emails: tuple[str, ...]
    monthly_budget: int
    sender_email: str | None
    consumer_batch_size: int
    consumer_max_concurrency: int
    deletion_protection: bool
    point_in_time_recovery: bool
    introspection: bool
    query_depth_limit: int
    waf: bool
    storefront: bool

    @classmethod
    def read(cls) -> Self:
        """Check the configuration of the stage that Pulumi is running.

        Raises:
            SettingsError: as `check`; or the stage's name does not fit into the names of things.
            StorefrontBuildError: the stage has a storefront, and that is not built.
        """
        stage = pulumi.get_stack()
        if not STAGE.fullmatch(stage):
            raise SettingsError(
                f"The stage's name {stage!r} must have 1 to 18 letters, digits, - and _: it is in"
                " the name of everything that is deployed. Nothing was changed."
            )
        config = pulumi.runtime.config
        # The first is how the CLI hands it over, the second how a test or the embedded cloud does.
        settings = cls.check({**config.get_config_env(), **config.CONFIG.get()})
        if settings.storefront:
            _require_bucket_name(stage)
            # Here, where there is no resource yet: the engine makes some while the program runs on.
            storefront_build.built_files(storefront_build.DIST)
        return settings

    @classmethod
    def check(cls, config: Mapping[str, Any]) -> Self:
        """Check a stage's configuration.

        Args:
            config: `namespace:key` to value, as text or as JSON text.

        Raises:
            SettingsError: names every wrong key, its value, and what is allowed.
        """
        given = {
            key.removeprefix(f"{NAMESPACE}:"): value
            for key, value in config.items()
            if key.startswith(f"{NAMESPACE}:")
        }
        problems = [_unknown(key) for key in given if key not in _RULES]
        values: dict[str, Any] = {}
        for key, check in _RULES.items():
            if key not in given:
                problems.append(f"{NAMESPACE}:{key} is missing: Pulumi.yaml gives its default")
                continue
            try:
                values[_attribute(key)] = check(given[key])
            except _Wrong as wrong:
                problems.append(f"{NAMESPACE}:{key} is {given[key]!r}, but must be {wrong}")
        if not problems:
            problems += _unheard(values["monthly_budget"], values["alarm_emails"])
        if problems:
            raise SettingsError(
                "The configuration of this stage is wrong; nothing was changed.\n"
                + "\n".join(f"  - {problem}" for problem in problems)
            )
        return cls(**values)


def _unheard(monthly_budget: int, alarm_emails: Sequence[str]) -> Iterator[str]:
    """What is wrong with whom a budget's excess would be told to: AWS makes none without."""
    if monthly_budget and not 1 <= len(alarm_emails) <= MOST_ADDRESSES:
        yield (
            f"{NAMESPACE}:alarmEmails has {len(alarm_emails)} addresses, but where"
            f" {NAMESPACE}:monthlyBudget is set must have 1 to {MOST_ADDRESSES}: AWS tells no more"
        )


def _require_bucket_name(stage: str) -> None:
    if not BUCKET_NAME.fullmatch(stage):
        raise SettingsError(
            f"The stage's name {stage!r} must have small letters, digits and - alone to have a"
            " storefront: its bucket is named after it. Nothing was changed."
        )


def _unknown(key: str) -> str:
    near = difflib.get_close_matches(key, _RULES, n=1)
    hint = f"; did you mean {NAMESPACE}:{near[0]}?" if near else ""
    return f"{NAMESPACE}:{key} is not an option{hint}"


def _attribute(key: str) -> str:
    return re.sub(r"([A-Z])", lambda match: f"_{match[1].lower()}", key)


def _decoded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _number(low: float, high: float) -> Callable[[Any], float]:
    def check(value: Any) -> float:
        number = _decoded(value)
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise _Wrong(f"a number from {low:g} to {high:g}")
        if not low <= number <= high:
            raise _Wrong(f"a number from {low:g} to {high:g}")
        return number

    return check


def _integer(low: int, high: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        number = _decoded(value)
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            raise _Wrong(f"a whole number from {low} to {high}")
        return number

    return check


def _one_of(*allowed: Any) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        decoded = _decoded(value)
        if isinstance(decoded, bool) or decoded not in allowed:
            raise _Wrong(f"one of {', '.join(map(str, allowed))}")
        return allowed[allowed.index(decoded)]

    return check


def _boolean(value: Any) -> bool:
    decoded = _decoded(value)
    if not isinstance(decoded, bool):
        raise _Wrong("true or false")
    return decoded


def _email(value: Any) -> str:
    if not isinstance(value, str) or not EMAIL.fullmatch(value):
        raise _Wrong("an e-mail address")
    return value


def _optional_email(value: Any) -> str | None:
    if value == "":
        return None
    try:
        return _email(value)
    except _Wrong as wrong:
        raise _Wrong(f"{wrong}, or empty") from None


def _emails(value: Any) -> tuple[str, ...]:
    decoded = _decoded(value)
    if not isinstance(decoded, list):
        raise _Wrong("a list of e-mail addresses")
    addresses = cast(list[Any], decoded)
    try:
        return tuple(_email(address) for address in addresses)
    except _Wrong:
        raise _Wrong("a list of e-mail addresses") from None


_RULES: dict[str, Callable[[Any], Any]] = {
    "paymentSuccessRate": _number(0, 1),
    "workflowType": _one_of(*WorkflowType),
    "logRetentionDays": _one_of(*RETENTION_DAYS),
    "notificationEmails": _emails,
    "alarmEmails": _emails,
    "monthlyBudget": _integer(0, 1_000_000),
    "senderEmail": _optional_email,
    # Lambda takes larger batches only with a batching window, which would add to the latency.
    "consumerBatchSize": _integer(1, 10),
    "consumerMaxConcurrency": _integer(2, 1000),
    "deletionProtection": _boolean,
    "pointInTimeRecovery": _boolean,
    "introspection": _boolean,
    # 0 is AppSync's "no limit".
    "queryDepthLimit": _integer(0, 75),
    "waf": _boolean,
    "storefront": _boolean,
}
