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
from preview.recording import REGION, Recording, arn, record

# Each function of the program, its packages, and how long one call may take.
FUNCTIONS = {
    "start-workflow": (["start_workflow", "telemetry"], 30),
    "take-payment": (["take_payment", "payments"], 8),
    "refund-payment": (["refund_payment", "payments", "telemetry"], 15),
    "email-customer": (["email_customer", "telemetry"], 30),
    "broadcast-update": (["broadcast_update", "telemetry"], 30),
}


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


def test_these_are_all(prod: Recording) -> None:
    assert prod.names("aws:lambda/function:Function") == set(FUNCTIONS)
    assert prod.names("orderflow:compute:PythonFunction") == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_runs_python_on_arm_and_is_traced(prod: Recording, name: str) -> None:
    (package, *_), timeout = FUNCTIONS[name]
    function = prod.one("aws:lambda/function:Function", name).inputs
    assert function["runtime"] == "python3.13"
    assert function["architectures"] == ["arm64"]
    assert function["memorySize"] == 256
    assert function["timeout"] == timeout
    assert function["handler"] == f"functions.{package}.handler.handle"
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


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_logs_json_to_a_group_of_its_own(prod: Recording, name: str) -> None:
    function = prod.one("aws:lambda/function:Function", name).inputs
    assert name in prod.names("aws:cloudwatch/logGroup:LogGroup")
    variables = function["environment"]["variables"]
    assert variables["POWERTOOLS_SERVICE_NAME"] == name.replace("-", "_")
    assert variables["POWERTOOLS_LOG_LEVEL"] == "INFO"
    assert variables["STAGE"] == "prod"
    assert function["loggingConfig"] == {
        "logGroup": f"{name}-1a2b3c4",
        "logFormat": "JSON",
        "applicationLogLevel": "INFO",
        "systemLogLevel": "INFO",
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_has_a_role_of_its_own_whose_permissions_are_there_first(
    prod: Recording, name: str
) -> None:
    function = prod.one("aws:lambda/function:Function", name)
    assert function.inputs["role"] == arn("aws:iam/role:Role", name)
    assert function.options.depends_on == (("aws:iam/rolePolicy:RolePolicy", name),)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_its_code_is_its_packages_and_no_compiled_file(prod: Recording, name: str) -> None:
    packages, _ = FUNCTIONS[name]
    code = prod.one("aws:lambda/function:Function", name).inputs["code"]
    assert isinstance(code, pulumi.AssetArchive)
    files = {name: asset.path for name, asset in code.assets.items()}  # pyright: ignore
    assert files == {
        f"functions/{package}/{file.name}": str(file)
        for package in packages
        for file in (ROOT / "functions" / package).iterdir()
        if file.suffix in {".py", ".json"}
    }


def test_it_is_what_was_asked_for(recording: Recording) -> None:
    function = recording.one("aws:lambda/function:Function", "take-payment").inputs
    assert function["timeout"] == 9
    assert function["environment"] == {
        "variables": {
            "POWERTOOLS_SERVICE_NAME": "take_payment",
            "POWERTOOLS_LOG_LEVEL": "INFO",
            "STAGE": "test",
            "PAYMENT_SUCCESS_RATE": "0.5",
        }
    }
    assert set(function["code"].assets) == {
        "functions/take_payment/handler.py",
        "functions/payments/environment.py",
        "functions/payments/event.py",
        "functions/payments/ledger.py",
        "functions/payments/processor.py",
    }
    group = recording.one("aws:cloudwatch/logGroup:LogGroup", "take-payment")
    assert group.inputs == {"retentionInDays": 3}


def test_it_may_do_what_was_asked_for_and_write_its_logs_and_traces(recording: Recording) -> None:
    policy = recording.one("aws:iam/rolePolicy:RolePolicy", "take-payment").policy()
    assert policy[0] == {
        "Effect": "Allow",
        "Action": ["sqs:SendMessage"],
        "Resource": "arn:queue",
    }
    assert len(policy) == 3
