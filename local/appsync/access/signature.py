"""Verifies SigV4 signatures of callers, for the mode AWS_IAM."""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.appsync.access.iam import AccessKey
from local.appsync.errors import unauthorized

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=(?P<key>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/appsync/"
    r"aws4_request, *SignedHeaders=(?P<headers>[^,]+), *Signature=(?P<signature>[0-9a-f]{64})"
)
_CLOCK_SKEW = timedelta(minutes=5)


def signing_key(headers: dict[str, str]) -> AccessKey:
    """The key that a request claims to be signed with; header names are in lower case.

    Raises:
        RequestRefused: 401, where there is no signature for the service `appsync`.
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
    """Accept a request that was signed with the secret.

    Args:
        url: the address that the client called.
        headers: with names in lower case.

    Raises:
        RequestRefused: 401, saying what is wrong with the signature.
    """
    match = _match(headers)
    timestamp = headers.get("x-amz-date", "")
    try:
        signed_at = datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise unauthorized("The signature has no valid X-Amz-Date.") from error
    names = match["headers"].split(";")
    digest = headers.get("x-amz-content-sha256")
    if (
        abs(datetime.now(UTC) - signed_at) > _CLOCK_SKEW
        or match["day"] != timestamp[:8]
        or "host" not in names
        or (digest is not None and digest != hashlib.sha256(body).hexdigest())
    ):
        raise unauthorized("Signature expired or does not cover the request.")
    request = AWSRequest(
        method=method, url=url, data=body, headers={name: headers.get(name, "") for name in names}
    )
    request.context["timestamp"] = timestamp
    signer = SigV4Auth(Credentials(match["key"], secret), "appsync", match["region"])
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    if not hmac.compare_digest(signer.signature(to_sign, request), match["signature"]):
        raise unauthorized("The request signature we calculated does not match the one provided.")


def _match(headers: dict[str, str]) -> re.Match[str]:
    match = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if match is None:
        raise unauthorized("The Authorization header is no valid AWS4-HMAC-SHA256 signature.")
    return match
