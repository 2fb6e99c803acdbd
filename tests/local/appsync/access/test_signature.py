"""SigV4 signatures of callers."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

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


MISMATCH = "The request signature we calculated does not match the signature you provided. "


def resigned(*names: str) -> dict[str, str]:
    """Headers of a request whose signature covers none of these names."""
    request = AWSRequest(method="POST", url=URL, data=BODY, headers={"X-Kept": "a"})

    class Signer(SigV4Auth):
        def headers_to_sign(self, request: AWSRequest) -> Any:
            headers = super().headers_to_sign(request)
            for name in names:
                del headers[name]
            return headers

    Signer(Credentials("test", "test"), "appsync", "us-east-1").add_auth(request)
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    return headers | {"host": "127.0.0.1:4000"}


def refusal(headers: dict[str, str], url: str = URL, body: bytes = BODY) -> tuple[str, str]:
    """The type and the message of a refusal by 403."""
    with pytest.raises(RequestRefused) as refusal:
        verify_signature(url, headers, body, "test")
    assert refusal.value.status == 403
    return refusal.value.error_type, refusal.value.message


@pytest.mark.parametrize(
    ("wrong", "changed", "body"),
    [
        ("", {}, BODY + b" "),
        ("", {"x-kept": "c"}, BODY),
        ("er", {}, BODY),
        ("", {"x-amz-content-sha256": "0" * 64}, BODY),
    ],
)
def test_refuses_what_the_signature_does_not_cover(
    wrong: str, changed: dict[str, str], body: bytes
) -> None:
    """https://github.com/awslabs/aws-mobile-appsync-sdk-js/issues/750, in the words of AWS."""
    error_type, message = refusal(signed(wrong=wrong) | changed, body=body)
    assert error_type == "InvalidSignatureException"
    assert message.startswith(MISMATCH)


@pytest.mark.parametrize(
    ("service", "changed"),
    [
        ("sqs", {}),
        ("appsync", {"x-amz-date": "never"}),
        ("appsync", {"authorization": "AWS4-HMAC-SHA256 garbage"}),
        ("appsync", {"x-amz-date": ""}),
    ],
)
def test_refuses_what_is_no_signature(service: str, changed: dict[str, str]) -> None:
    assert refusal(signed(service=service) | changed)[0] == "IncompleteSignatureException"


def test_the_host_must_be_signed() -> None:
    verify_signature(URL, resigned() | {"host": "127.0.0.1:4000"}, BODY, "test")
    assert refusal(resigned("host")) == (
        "InvalidSignatureException",
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    )


def test_a_signature_is_for_the_host_that_is_called() -> None:
    """In the real-time protocol the client says itself which host it has signed."""
    elsewhere = URL.replace("127.0.0.1", "elsewhere.example")
    error_type, message = refusal(signed(), url=elsewhere)
    assert error_type == "InvalidSignatureException"
    assert message.startswith(MISMATCH)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (6, r"Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(.* - 5 min.\)"),
        (-6, r"Signature not yet current: \d{8}T\d{6}Z is still later than .* \(.* \+ 5 min.\)"),
    ],
)
def test_refuses_a_signature_of_another_time(
    monkeypatch: pytest.MonkeyPatch, minutes: int, words: str
) -> None:
    headers = signed()

    class Moved(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # pyright: ignore[reportIncompatibleMethodOverride]
            del tz
            return datetime.now(UTC) + timedelta(minutes=minutes)

    monkeypatch.setattr("local.appsync.access.signature.datetime", Moved)
    error_type, message = refusal(headers)
    assert error_type == "InvalidSignatureException"
    assert re.fullmatch(words, message)
