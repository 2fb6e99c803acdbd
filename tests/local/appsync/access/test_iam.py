"""IAM callers: whose signature it is, and which fields their policies allow."""

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.appsync.access.iam import AccessKey, Iam
from local.appsync.aws import boto_client
from local.cloud import Emulator
from local.cloud.callers import PATH
from tests.local.appsync.deployment import REGION, Answer, Api, deploy, make_role, none, policy

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

ROOT = Credentials("test", "test")


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    api = deploy(appsync, "type Query { me: AWSJSON  other: Int }", authenticationType="AWS_IAM")
    api.resolver("Query.me", none("ctx.identity"))
    api.resolver("Query.other", none("2"))
    return api


def arn(api: Api, path: str) -> str:
    return f"arn:aws:appsync:{REGION}:000000000000:apis/{api.api_id}/{path}"


def session(emulator: Emulator, role: str) -> Credentials:
    sts = boto_client("sts", emulator.url, REGION)
    keys = sts.assume_role(RoleArn=role, RoleSessionName="tester")["Credentials"]
    sts.close()
    return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def run(api: Api, credentials: Credentials, query: str, sent: bytes | None = None) -> Answer:
    """Sign and post a query; post `sent` instead where it is given."""
    body = json.dumps({"query": query}).encode()
    request = AWSRequest(method="POST", url=api.url, data=body)
    SigV4Auth(credentials, "appsync", REGION).add_auth(request)
    headers = {name: str(value) for name, value in request.headers.items()}
    return api.post(sent or body, headers)


def refusal(answer: Answer) -> str:
    """The message, of an answer whose status fits its type."""
    statuses = {
        "UnauthorizedException": 401,
        "InvalidSignatureException": 403,
        "UnrecognizedClientException": 403,
    }
    assert answer.status == statuses[answer.error["errorType"]]
    return answer.error["message"]


def identity(answer: Answer) -> dict[str, Any]:
    return json.loads(answer.data["me"])


def test_the_root_user_may_have_every_field(api: Api) -> None:
    caller = identity(run(api, ROOT, "{ me other }"))

    assert caller["userArn"] == f"arn:aws:iam::{caller['accountId']}:root"
    assert caller["sourceIp"] == ["127.0.0.1"]


def test_a_role_session_has_the_fields_that_its_policy_names(api: Api, emulator: Emulator) -> None:
    allow = {"Action": "appsync:GraphQL", "Resource": arn(api, "types/Query/fields/me")}
    credentials = session(emulator, make_role(emulator, "me-only", allow))

    caller = identity(run(api, credentials, "{ me }"))
    assert caller["userArn"] == "arn:aws:sts::000000000000:assumed-role/me-only/tester"
    assert caller["username"].endswith(":tester")

    mixed = run(api, credentials, "query { ...fields } fragment fields on Query { me other }")
    assert mixed.body["data"]["other"] is None
    assert mixed.body["data"]["me"]
    assert mixed.error["message"] == "Not Authorized to access other on type Query"
    assert mixed.error["errorType"] == "Unauthorized"

    assert refusal(run(api, credentials, "{ other }")) == "Permission denied"


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "sqs:SendMessage", "Resource": "*"},
        {"Action": "appsync:GraphQL", "Resource": "arn:aws:appsync:us-east-1:000000000000:apis/a"},
    ],
)
def test_a_role_without_the_permission_has_no_field(
    api: Api, emulator: Emulator, statement: dict[str, str]
) -> None:
    role = make_role(emulator, f"nothing-{statement['Action'].partition(':')[0]}", statement)

    assert refusal(run(api, session(emulator, role), "{ me }")) == "Permission denied"


def test_a_user_is_known_by_the_access_key(api: Api, emulator: Emulator) -> None:
    iam = boto_client("iam", emulator.url, REGION)
    iam.create_user(UserName="ann")
    allow = {"Action": "appsync:GraphQL", "Resource": arn(api, "*")}
    iam.put_user_policy(UserName="ann", PolicyName="api", PolicyDocument=policy(allow))
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    iam.close()
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    assert identity(run(api, credentials, "{ me }"))["userArn"].endswith(":user/ann")


def test_a_signature_that_proves_nothing_is_refused(api: Api, emulator: Emulator) -> None:
    key = session(emulator, make_role(emulator, "forged", {"Action": "*", "Resource": "*"}))
    wrong_secret = Credentials(key.access_key, f"{key.secret_key}x", key.token)
    wrong_token = Credentials(key.access_key, key.secret_key, f"{key.token}x")
    no_token = Credentials(key.access_key, key.secret_key)

    assert "does not match" in refusal(run(api, wrong_secret, "{ me }"))
    assert "invalid" in refusal(run(api, wrong_token, "{ me }"))
    assert "invalid" in refusal(run(api, no_token, "{ me }"))
    assert "invalid" in refusal(run(api, Credentials("ASIAUNKNOWN", "x", "x"), "{ me }"))
    other_body = run(api, key, "{ me }", sent=b'{"query": "{ me other }"}')
    assert "does not match" in refusal(other_body)


def test_answers_are_remembered_for_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy that is taken away is felt at the next question after that."""
    asked: list[list[str]] = []
    now = time.monotonic()
    key = AccessKey(key_id="AKIA", session_token=None, region=REGION)

    async def answer(request: web.Request) -> web.Response:
        asked.append((await request.json())["resources"])
        return web.json_response({"allowed": [len(asked) == 1]})

    async def run() -> list[list[bool]]:
        app = web.Application()
        app.router.add_post(PATH, answer)
        allowed: list[list[bool]] = []
        async with TestServer(app) as server, aiohttp.ClientSession() as http:
            iam = Iam(http, str(server.make_url("")).rstrip("/"))
            for seconds in (0, 0.9, 1.1):
                monkeypatch.setattr(
                    "local.appsync.access.iam.time.monotonic", lambda passed=seconds: now + passed
                )
                allowed.append(await iam.may_resolve(key, ["field"]))
        return allowed

    assert asyncio.run(run()) == [[True], [True], [False]]
    assert asked == [["field"], ["field"]]
