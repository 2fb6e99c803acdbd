"""The AWS_LAMBDA data source."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from local.appsync.aws import boto_client
from local.cloud import Emulator
from tests.local.appsync.deployment import REGION, Api, deploy, make_role, unit

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient
    from mypy_boto3_lambda import LambdaClient

pytestmark = pytest.mark.cloud

HANDLER = """
def handle(event, context):
    if event.get("fail"):
        raise ValueError("as asked")
    return {"got": float(event["number"]) if "number" in event else event}
"""


@pytest.fixture(scope="module")
def function_arn(emulator: Emulator) -> Iterator[str]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("handler.py", HANDLER)
    client: LambdaClient = boto_client("lambda", emulator.url, REGION)
    yield client.create_function(
        FunctionName="source",
        Runtime="python3.13",
        Role=make_role(emulator, "source-function"),
        Handler="handler.handle",
        Code={"ZipFile": archive.getvalue()},
    )["FunctionArn"]
    client.close()


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient", function_arn: str) -> Api:
    api = deploy(appsync, "type Query { run(request: AWSJSON!): AWSJSON  gone: AWSJSON }")
    response = "return { result: ctx.result ?? null, error: ctx.error ?? null };"
    api.data_source("lambda", "AWS_LAMBDA", lambdaConfig={"lambdaFunctionArn": function_arn})
    api.data_source(
        "gone", "AWS_LAMBDA", lambdaConfig={"lambdaFunctionArn": f"{function_arn}-gone"}
    )
    api.resolver("Query.run", unit("return ctx.args.request;", response), "lambda")
    api.resolver("Query.gone", unit("return { operation: 'Invoke' };", response), "gone")
    return api


def run(api: Api, **request: Any) -> Any:
    return api.run(
        "query ($request: AWSJSON!) { run(request: $request) }", request=json.dumps(request)
    )


def test_invokes_the_function_with_the_payload(api: Api) -> None:
    outcome = json.loads(run(api, operation="Invoke", payload={"a": [1]}).data["run"])
    assert outcome == {"result": {"got": {"a": [1]}}, "error": None}


def test_an_event_has_no_result(api: Api) -> None:
    answer = run(api, operation="Invoke", invocationType="Event", payload={"a": 1})
    assert json.loads(answer.data["run"]) == {"result": None, "error": None}


def test_a_function_that_raises_is_an_error_for_the_handler(api: Api) -> None:
    outcome = json.loads(run(api, operation="Invoke", payload={"fail": True}).data["run"])
    assert outcome["result"] is None
    assert outcome["error"] == {"message": "as asked", "type": "Lambda:Unhandled"}


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_a_number_that_is_none_is_no_answer(api: Api, number: str) -> None:
    """Lambda's Python runtime marshals by `json` with `allow_nan=False`:
    https://github.com/aws/aws-lambda-python-runtime-interface-client"""
    outcome = json.loads(run(api, operation="Invoke", payload={"number": number}).data["run"])
    assert outcome["result"] is None
    assert outcome["error"] == {
        "message": "Unable to marshal response: Out of range float values are not JSON compliant",
        "type": "Lambda:Unhandled",
    }


def test_a_function_that_is_not_there_is_an_error_for_the_handler(api: Api) -> None:
    outcome = json.loads(api.run("{ gone }").data["gone"])
    assert outcome["error"]["type"] == "Lambda:ResourceNotFoundException"


def test_other_operations_are_named(api: Api) -> None:
    error = run(api, operation="BatchInvoke").error
    assert error["message"] == "The Lambda operation BatchInvoke is not supported here."


def test_other_data_source_types_are_named(api: Api) -> None:
    api.data_source("search", "AMAZON_OPENSEARCH_SERVICE")
    api.resolver("Query.gone", unit("return {};"), "search")
    error = api.run("{ gone }").error
    assert "search has the type AMAZON_OPENSEARCH_SERVICE" in error["message"]
