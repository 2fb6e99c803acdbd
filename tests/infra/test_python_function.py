"""What every Lambda function has."""

import pulumi
import pytest

from infra.python_function import PythonFunction, PythonFunctionArgs
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
        f"arn:aws:lambda:{REGION}:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:27"
    ]


def test_it_logs_json_to_a_group_of_its_own(
    recording: Recording, function: dict[str, object]
) -> None:
    group = recording.one("aws:cloudwatch/logGroup:LogGroup", "take-payment")
    assert group.inputs["retentionInDays"] == 3
    assert function["loggingConfig"] == {
        "logGroup": "take-payment-1a2b3c4",
        "logFormat": "JSON",
        "applicationLogLevel": "INFO",
        "systemLogLevel": "WARN",
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
