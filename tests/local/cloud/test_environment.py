"""What the environment says of AWS and proxies does not reach the embedded cloud."""

import os
from collections.abc import Iterator

import boto3
import pytest

from local.cloud import settle_environment


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_nothing_of_aws_is_left() -> None:
    for name in ("PROFILE", "ENDPOINT_URL", "ENDPOINT_URL_SQS", "SESSION_TOKEN", "CA_BUNDLE"):
        os.environ[f"AWS_{name}"] = "nobody's"
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = "/elsewhere"

    settle_environment()

    assert {name: value for name, value in os.environ.items() if name.startswith("AWS_")} == {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    session = boto3.Session(region_name="us-east-1")
    assert session.get_credentials() is None
    assert session.client("sqs").meta.endpoint_url == "https://sqs.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("known", "then"),
    [
        (None, "127.0.0.1,localhost"),
        ("intranet", "intranet,127.0.0.1,localhost"),
        ("127.0.0.1,localhost", "127.0.0.1,localhost"),
    ],
)
def test_this_machine_is_reached_directly(known: str | None, then: str) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        os.environ.pop(name, None)
        if known:
            os.environ[name] = known
    settle_environment()
    assert os.environ["no_proxy"] == os.environ["NO_PROXY"] == then
