"""A policy is parsed once and counts from the moment it is there; a caller is who it was."""

import inspect
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from ministack.core import iam_evaluator  # pyright: ignore[reportMissingTypeStubs]

from local.engine.aws import Aws
from tests.local.cloud.mends.conftest import Alone

_iam: Any = iam_evaluator

pytestmark = pytest.mark.cloud

CALLERS = """
import json, time
from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, set_request_account_id
from ministack.services import iam, sts

document = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
iam._users["alice"] = {"Arn": "arn:aws:iam::000000000000:user/staff/alice", "UserId": "A"}
iam._user_inline_policies["alice"] = {"all": document}
iam._roles["function"] = {"InlinePolicies": {"all": document}}
for key, status in (("AKIAALICE", "Active"), ("AKIAOFF", "Inactive")):
    iam._access_keys[key] = {"UserName": "alice", "Status": status, "SecretAccessKey": "s"}
for key, account, expiration in (
    ("ASIAHERE", "000000000000", None),
    ("ASIATHERE", "111111111111", None),
    ("ASIAOLD", "000000000000", time.time() - 1),
):
    sts._sessions[key] = {
        "Arn": f"arn:aws:sts::{account}:assumed-role/function/one",
        "UserId": "R:one",
        "SecretAccessKey": "s",
        "SessionToken": "t",
        "Expiration": expiration,
    }

def named(key):
    scope = f"Credential={key}/20260101/us-east-1/sqs/aws4_request"
    return iam_evaluator.request_caller_arn({"authorization": f"AWS4-HMAC-SHA256 {scope}, x"})

def expected(key):
    principal = iam_evaluator.resolve_principal(key, get_account_id())
    return getattr(principal, "arn", f"arn:aws:iam::{get_account_id()}:root")
"""
COMPARED = """
keys = ["test", "222222222222", "AKIAALICE", "AKIAOFF", "AKIANOBODY"]
keys += ["ASIAHERE", "ASIATHERE", "ASIAOLD"]
print(json.dumps([
    [key, named(key), expected(key)] for key in keys if set_request_account_id(key) is None
] + [["", iam_evaluator.request_caller_arn({}), "arn:aws:iam::000000000000:root"]]))
"""
COUNTED = """
parsed, statement = [], iam_evaluator.ParsedStatement

def counted(**members):
    parsed.append(members)
    return statement(**members)

iam_evaluator.ParsedStatement = counted
print(json.dumps([
    len(iam_evaluator.resolve_principal("ASIAHERE", get_account_id()).policies) for _ in range(3)
] + [len(parsed)]))
"""


def test_the_emulator_would_read_all_policies_for_a_name() -> None:
    assert "resolve_principal(" in inspect.getsource(_iam.request_caller_arn)
    assert "cache" not in inspect.getsource(_iam.parse_policy_document)


def test_a_caller_is_named_as_the_emulator_names_it(alone: Alone) -> None:
    callers = alone(CALLERS + COMPARED)

    assert [found for _, found, _ in callers] == [expected for _, _, expected in callers]
    assert len({found for _, found, _ in callers}) >= 4


def test_a_document_is_parsed_once(alone: Alone) -> None:
    assert alone(CALLERS + COUNTED) == [1, 1, 1, 1]


def test_a_changed_policy_counts_at_the_next_request(aws: Aws) -> None:
    iam, name = aws.iam, "someone"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    sqs = boto3.client(
        "sqs",
        endpoint_url=aws.sqs.meta.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )

    def refusal(action: str) -> str | None:
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        iam.put_user_policy(
            UserName=name, PolicyName="it", PolicyDocument=json.dumps({"Statement": [statement]})
        )
        try:
            sqs.list_queues()
        except ClientError as refused:
            return refused.response.get("Error", {}).get("Code")
        return None

    seen = [refusal(action) for action in ("sqs:ListQueues", "sqs:SendMessage", "sqs:*")]

    assert seen == [None, "AccessDenied", None]
