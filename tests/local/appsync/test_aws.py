"""Credentials of data sources' roles."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from local.appsync import aws
from local.appsync.errors import DataSourceError

ROLE = "arn:aws:iam::000000000000:role/source"


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = aws.boto_client("sts", "http://127.0.0.1:1", "us-east-1")

    def stubbed(*_: object) -> Any:
        return client

    monkeypatch.setattr(aws, "boto_client", stubbed)
    with Stubber(client) as stubber:
        yield stubber
    stubber.assert_no_pending_responses()


def session(number: int, lasts: timedelta) -> dict[str, Any]:
    return {
        "Credentials": {
            "AccessKeyId": f"ASIA{number:016}",
            "SecretAccessKey": "secret",
            "SessionToken": "token",
            "Expiration": datetime.now(UTC) + lasts,
        }
    }


def access_keys(*roles: str | None) -> list[str]:
    credentials = aws.RoleCredentials("http://127.0.0.1:1", "us-east-1")

    async def run() -> list[str]:
        return [(await credentials.of(role)).access_key for role in roles]

    return asyncio.run(run())


def test_a_session_is_kept_until_five_minutes_before_its_expiry(sts: Stubber) -> None:
    sts.add_response("assume_role", session(1, timedelta(minutes=4)))
    sts.add_response("assume_role", session(2, timedelta(minutes=6)))
    assert access_keys(ROLE, ROLE, ROLE) == [
        "ASIA0000000000000001",
        "ASIA0000000000000002",
        "ASIA0000000000000002",
    ]


def test_a_role_that_cannot_be_assumed_fails_the_data_source(sts: Stubber) -> None:
    sts.add_client_error("assume_role", "AccessDenied")
    with pytest.raises(DataSourceError, match="Unable to assume role"):
        access_keys(ROLE)


def test_without_a_role_the_root_user_calls(sts: Stubber) -> None:
    del sts
    assert access_keys(None) == ["test"]
