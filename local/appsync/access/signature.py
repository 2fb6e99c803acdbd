"""Verifies SigV4 signatures of callers, for the mode AWS_IAM.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.appsync.access.iam import AccessKey
from local.appsync.errors import RequestRefused

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=(?P<key>[^/]+)/(?P<day>[0-9]{8})/(?P<region>[^/]+)/appsync/"
    r"aws4_request, *SignedHeaders=(?P<headers>[^,]+), *Signature=(?P<signature>[0-9a-f]{64})"
)
_TIMESTAMP = "%Y%m%dT%H%M%SZ"
_CLOCK_SKEW = timedelta(minutes=5)
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details."
)
# The errorType of a signature that is there and proves nothing.
INVALID_SIGNATURE = "InvalidSignatureException"


def signing_key(headers: dict[str, str]) -> AccessKey:
    """The key that a request claims to be signed with; header names are in lower case.

    Raises:
        RequestRefused: 403, where there is no signature for the service `appsync`.
    """
    match = _match(headers)
    return AccessKey(
        key_id=match["key"],
        session_token=headers.get("x-amz-security-token"),
        region=match["region"],
    )


def verify_signature(
    url: str, headers: dict[str, str], body: bytes, secret: str, method: str = "POST"
) -> None:
    """Accept a request that was signed with the secret, not five minutes ago, for this host.

    Args:
        url: the address that the client called.
        headers: with names in lower case; in the real-time protocol they are the client's word.

    Raises:
        RequestRefused: 403, saying what is wrong with the signature.
    """
    match = _match(headers)
    timestamp = headers.get("x-amz-date", "")
    try:
        signed_at = datetime.strptime(timestamp, _TIMESTAMP).replace(tzinfo=UTC)
    except ValueError as error:
        raise _incomplete(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        ) from error
    now = datetime.now(UTC)
    earliest, latest = now - _CLOCK_SKEW, now + _CLOCK_SKEW
    if signed_at < earliest:
        raise _invalid(
            f"Signature expired: {timestamp} is now earlier than {earliest:{_TIMESTAMP}} "
            f"({now:{_TIMESTAMP}} - 5 min.)"
        )
    if signed_at > latest:
        raise _invalid(
            f"Signature not yet current: {timestamp} is still later than {latest:{_TIMESTAMP}} "
            f"({now:{_TIMESTAMP}} + 5 min.)"
        )
    names = match["headers"].split(";")
    if "host" not in names:
        raise _invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    digest = headers.get("x-amz-content-sha256")
    if (
        match["day"] != timestamp[:8]
        or headers.get("host") != urlsplit(url).netloc
        or (digest is not None and digest != hashlib.sha256(body).hexdigest())
    ):
        raise _invalid(_MISMATCH)
    request = AWSRequest(
        method=method, url=url, data=body, headers={name: headers.get(name, "") for name in names}
    )
    request.context["timestamp"] = timestamp
    signer = SigV4Auth(Credentials(match["key"], secret), "appsync", match["region"])
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    if not hmac.compare_digest(signer.signature(to_sign, request), match["signature"]):
        raise _invalid(_MISMATCH)


def _match(headers: dict[str, str]) -> re.Match[str]:
    match = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if match is None:
        raise _incomplete(
            "Authorization header requires 'Credential' parameter, of the service 'appsync', "
            "'SignedHeaders' parameter and 'Signature' parameter."
        )
    return match


def _incomplete(message: str) -> RequestRefused:
    return RequestRefused(403, "IncompleteSignatureException", message)


def _invalid(message: str) -> RequestRefused:
    return RequestRefused(403, INVALID_SIGNATURE, message)
