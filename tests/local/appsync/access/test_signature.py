"""SigV4 signatures of callers."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.appsync.access.signature import verify_signature
from local.appsync.errors import RequestRefused

URL = "http://127.0.0.1:4000/apis/abc/graphql"
BODY = b'{"query": "{ a }"}'


def signed(*, key: str = "test", wrong: str = "", service: str = "appsync") -> dict[str, str]:
    """Headers of a signed request, with names in lower case."""
    request = AWSRequest(
        method="POST", url=URL, data=BODY, headers={"Host": "127.0.0.1:4000", "X-Kept": "a  b"}
    )
    SigV4Auth(Credentials(key, f"test{wrong}"), service, "us-east-1").add_auth(request)
    return {name.lower(): str(value) for name, value in request.headers.items()}


def test_accepts_the_signature_with_the_secret() -> None:
    verify_signature(URL, signed() | {"accept": "added on the way"}, BODY, "test")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (signed(), BODY + b" "),
        (signed() | {"x-kept": "c"}, BODY),
        (signed(wrong="er"), BODY),
        (signed(service="sqs"), BODY),
        (signed() | {"x-amz-date": "never"}, BODY),
        (signed() | {"authorization": "AWS4-HMAC-SHA256 garbage"}, BODY),
    ],
)
def test_refuses(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(RequestRefused) as refusal:
        verify_signature(URL, headers, body, "test")
    assert refusal.value.status == 401


def test_refuses_an_old_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = signed()

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # pyright: ignore[reportIncompatibleMethodOverride]
            del tz
            return datetime.now(UTC) + timedelta(minutes=6)

    monkeypatch.setattr("local.appsync.access.signature.datetime", Later)
    with pytest.raises(RequestRefused, match="expired"):
        verify_signature(URL, headers, BODY, "test")
