"""The HTTP data source: what it sends, and what handlers get back."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from local.appsync.aws import boto_client
from local.appsync.protocols import gateway as gateway_module
from local.cloud import Emulator, free_port
from tests.local.appsync.deployment import REGION, Api, deploy, unit

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

ROLE_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "appsync.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


class Echo(BaseHTTPRequestHandler):
    """Answers 201 with what it was asked; under /silent it waits for the test's end."""

    ended = threading.Event()

    def answer(self) -> None:
        if self.path == "/silent":
            self.ended.wait()
            return
        length = int(self.headers.get("content-length") or 0)
        asked = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": self.rfile.read(length).decode(),
        }
        body = json.dumps(asked).encode()
        self.send_response(201)
        self.send_header("X-Answer", "yes")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        Echo.ended.set()
        server.shutdown()
        thread.join()


def http_api(appsync: "AppSyncClient", **config: Any) -> Api:
    api = deploy(appsync, "type Query { run(request: AWSJSON!): AWSJSON }")
    api.data_source("http", "HTTP", **config)
    api.resolver(
        "Query.run",
        unit(
            "return ctx.args.request;", "return { result: ctx.result ?? null, error: ctx.error };"
        ),
        "http",
    )
    return api


def run(api: Api, **request: Any) -> dict[str, Any]:
    answer = api.run(
        "query ($request: AWSJSON!) { run(request: $request) }", request=json.dumps(request)
    )
    return json.loads(answer.data["run"])


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient", echo: str) -> Api:
    return http_api(appsync, httpConfig={"endpoint": echo})


def test_sends_the_request_and_hands_back_status_headers_and_text(api: Api) -> None:
    result = run(
        api,
        method="PUT",
        resourcePath="/a/b",
        params={
            "query": {"q": "a b&c", "many": [1, 2]},
            "headers": {"X-Sent": "1"},
            "body": '{"x": 1}',
        },
    )["result"]
    assert result["statusCode"] == 201
    assert result["headers"]["x-answer"] == "yes"
    asked = json.loads(result["body"])
    assert (asked["method"], asked["path"]) == ("PUT", "/a/b?q=a%20b%26c&many=1&many=2")
    assert asked["headers"]["x-sent"] == "1"
    assert "authorization" not in asked["headers"]
    assert asked["body"] == '{"x": 1}'


def test_a_server_that_cannot_be_reached_is_an_error_for_the_handler(
    appsync: "AppSyncClient",
) -> None:
    api = http_api(appsync, httpConfig={"endpoint": f"http://127.0.0.1:{free_port()}"})
    outcome = run(api, method="GET", resourcePath="/")
    assert outcome["result"] is None
    assert outcome["error"]["type"] == "HTTP:ConnectionFailure"


def test_a_request_that_takes_too_long_ends(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "_REQUEST_SECONDS", 0.2)
    answer = api.run(
        '{ run(request: "{\\"method\\": \\"GET\\", \\"resourcePath\\": \\"/silent\\"}") }'
    )
    assert answer.status == 200
    assert answer.body["data"] is None
    assert answer.error["errorType"] == "ExecutionTimeout"


@pytest.mark.parametrize(
    ("request_object", "message"),
    [
        ({"resourcePath": "/"}, "Value for field '$[method]' not found."),
        ({"method": "GET"}, "Value for field '$[resourcePath]' not found."),
        ({"method": "TRACE", "resourcePath": "/"}, "Unsupported HTTP method 'TRACE'."),
        ({"method": "GET", "resourcePath": "a"}, "The resourcePath must start with '/'."),
    ],
)
def test_a_wrong_request_object_fails_the_field(
    api: Api, request_object: dict[str, Any], message: str
) -> None:
    answer = api.run(
        "query ($request: AWSJSON!) { run(request: $request) }", request=json.dumps(request_object)
    )
    assert answer.error["message"] == message


def test_an_aws_endpoint_is_the_emulator_s_reached_with_the_role_s_signature(
    appsync: "AppSyncClient", emulator: Emulator
) -> None:
    iam = boto_client("iam", emulator.url, REGION)
    role = iam.create_role(RoleName="http-source", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]
    api = http_api(
        appsync,
        serviceRoleArn=role["Arn"],
        httpConfig={
            "endpoint": f"https://sts.{REGION}.amazonaws.com",
            "authorizationConfig": {
                "authorizationType": "AWS_IAM",
                "awsIamConfig": {"signingRegion": REGION, "signingServiceName": "sts"},
            },
        },
    )
    result = run(
        api,
        method="POST",
        resourcePath="/",
        params={
            "headers": {"content-type": "application/x-www-form-urlencoded"},
            "body": "Action=GetCallerIdentity&Version=2011-06-15",
        },
    )["result"]
    iam.close()
    assert result["statusCode"] == 200
    assert "assumed-role/http-source/" in result["body"]
