"""What every Lambda function has."""

import re

import pulumi
import pytest

from infra.python_function import (
    POWERTOOLS_LAYER,
    POWERTOOLS_RELEASE,
    PythonFunction,
    PythonFunctionArgs,
)
from local.engine.program import ROOT
from tests.infra.recording import REGION, Recording, record


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(
        lambda: PythonFunction(
            "take-payment",
            PythonFunctionArgs(
                packages=["take_payment", "payments"],
                timeout_seconds=9,
                log_retention_days=3,
                environment={"PAYMENT_SUCCESS_RATE": "0.5"},
                statements=[{"Action": ["sqs:SendMessage"], "Resource": "arn:queue"}],
            ),
        )
    )


@pytest.fixture(scope="module")
def function(recording: Recording) -> dict[str, object]:
    return recording.one("aws:lambda/function:Function", "take-payment").inputs


def test_it_runs_python_on_arm_and_is_traced(function: dict[str, object]) -> None:
    assert function["runtime"] == "python3.13"
    assert function["architectures"] == ["arm64"]
    assert function["timeout"] == 9
    assert function["handler"] == "functions.take_payment.handler.handle"
    assert function["tracingConfig"] == {"mode": "Active"}
    assert function["layers"] == [
        f"arn:aws:lambda:{REGION}:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:36"
    ]


def test_tests_and_the_layer_have_the_same_release_of_powertools() -> None:
    pins = (ROOT / "requirements-dev.txt").read_text()
    assert re.findall(r"aws-lambda-powertools\S*==(\S+)", pins) == [POWERTOOLS_RELEASE]
    # 3.23.0 was version 27, and each release on PyPI has been one version since.
    later = [
        "3.24.0",
        "3.25.0",
        "3.26.0",
        "3.27.0",
        "3.28.0",
        "3.29.0",
        "3.30.0",
        "3.31.0",
        "3.31.1",
    ]
    assert f"{POWERTOOLS_LAYER}".endswith(f":{27 + 1 + later.index(POWERTOOLS_RELEASE)}")


def test_it_logs_json_to_a_group_of_its_own(
    recording: Recording, function: dict[str, object]
) -> None:
    group = recording.one("aws:cloudwatch/logGroup:LogGroup", "take-payment")
    assert group.inputs["retentionInDays"] == 3
    assert function["loggingConfig"] == {
        "logGroup": "take-payment-1a2b3c4",
        "logFormat": "JSON",
        "applicationLogLevel": "INFO",
        "systemLogLevel": "INFO",
    }


def test_it_has_a_role_of_its_own(recording: Recording, function: dict[str, object]) -> None:
    assert function["role"] == recording.one("aws:iam/role:Role", "take-payment").arn
    policy = recording.one("aws:iam/rolePolicy:RolePolicy", "take-payment").policy()
    assert policy[0] == {
        "Effect": "Allow",
        "Action": ["sqs:SendMessage"],
        "Resource": "arn:queue",
    }
    assert len(policy) == 3


def test_its_environment_is_what_was_asked_for(function: dict[str, object]) -> None:
    assert function["environment"] == {
        "variables": {
            "POWERTOOLS_SERVICE_NAME": "take_payment",
            "POWERTOOLS_LOG_LEVEL": "INFO",
            "PAYMENT_SUCCESS_RATE": "0.5",
        }
    }


def test_its_code_is_its_packages_and_no_compiled_file(function: dict[str, object]) -> None:
    code = function["code"]
    assert isinstance(code, pulumi.AssetArchive)
    assert set(code.assets) == {
        "functions/take_payment/handler.py",
        "functions/payments/environment.py",
        "functions/payments/event.py",
        "functions/payments/ledger.py",
        "functions/payments/processor.py",
    }
