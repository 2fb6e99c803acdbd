"""Who is let in, and the words for who is not."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.fidelity.case import deployed, each
from tests.local.appsync.deployment import (
    REGION,
    Api,
    UserPool,
    make_pool,
    none,
    user_pool_settings,
)
from tests.local.appsync.subscriber import Subscriber

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = "type Query @aws_cognito_user_pools @aws_api_key @aws_iam { a: Int }"
QUERY = json.dumps({"query": "{ a }"}).encode()

KNOWLEDGE = "https://repost.aws/knowledge-center/aws-appsync-graphql-request-unauth-error"
AUTHORIZATION = "https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html"
TOKENS = (
    "https://docs.aws.amazon.com/cognito/latest/developerguide/"
    "amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html"
)
NOT_PARSED = "https://github.com/aws/aws-appsync-community/issues/198"
NO_HEADER = "https://github.com/awslabs/aws-mobile-appsync-sdk-js/issues/738"
EITHER_TOKEN = "https://github.com/localstack/localstack/issues/7178"
NOT_AUTHORIZED = "https://github.com/aws-amplify/amplify-js/issues/9513"
MISMATCH = "https://github.com/aws-amplify/amplify-js/issues/2422"
INVALID_TOKEN = "https://github.com/aws-amplify/amplify-js/issues/3447"
CONNECTION = "https://github.com/aws-amplify/amplify-js/issues/7089"

CALL = "You are not authorized to make this call."
WRONG_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details."
)
ROOT = Credentials("test", "test")


@dataclass(frozen=True, kw_only=True)
class Callers:
    """What a request may be authorized with.

    Attributes:
        tokens: of a user, `id` and `access`; `foreign`, of another pool.
    """

    api: Api
    tokens: dict[str, str]

    def signed(
        self, credentials: Credentials, body: bytes = QUERY, url: str = ""
    ) -> dict[str, str]:
        """Headers of a request with this body, to the API unless told otherwise."""
        request = AWSRequest(method="POST", url=url or self.api.url, data=body)
        SigV4Auth(credentials, "appsync", REGION).add_auth(request)
        return {name: str(value) for name, value in request.headers.items()}

    def altered(self, **claims: str) -> str:
        """The access token with other claims, which its signature does not cover."""
        header, payload, signature = self.tokens["access"].split(".")
        known = json.loads(base64.urlsafe_b64decode(payload + "=="))
        altered = base64.urlsafe_b64encode(json.dumps(known | claims).encode()).decode()
        return f"{header}.{altered.rstrip('=')}.{signature}"


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Headers, and what comes of them.

    Attributes:
        error_type: None where they let in.
    """

    name: str
    source: str
    headers: Callable[[Callers], dict[str, str]]
    status: int = 200
    error_type: str | None = None
    message: str | None = None


def authorization(text: Callable[[Callers], str]) -> Callable[[Callers], dict[str, str]]:
    return lambda callers: {"authorization": text(callers)}


def refused(
    name: str, source: str, headers: Callable[[Callers], dict[str, str]], message: str
) -> SignIn:
    """By 401."""
    return SignIn(
        name=name,
        source=source,
        headers=headers,
        status=401,
        error_type="UnauthorizedException",
        message=message,
    )


CASES = [
    SignIn(
        name="an access token",
        source=EITHER_TOKEN,
        headers=authorization(lambda callers: callers.tokens["access"]),
    ),
    SignIn(
        name="an id token",
        source=EITHER_TOKEN,
        headers=authorization(lambda callers: callers.tokens["id"]),
    ),
    SignIn(name="a key", source=AUTHORIZATION, headers=lambda callers: callers.api.headers),
    SignIn(name="a signature", source=AUTHORIZATION, headers=lambda callers: callers.signed(ROOT)),
    refused("nothing", NO_HEADER, lambda _: {}, "Valid authorization header not provided."),
    # Sources disagree: https://github.com/localstack/localstack/issues/7178 saw it taken.
    refused(
        "a token behind the word Bearer",
        KNOWLEDGE,
        authorization(lambda callers: f"Bearer {callers.tokens['access']}"),
        "Unable to parse JWT token.",
    ),
    refused(
        "what is no token", NOT_PARSED, authorization(lambda _: "me"), "Unable to parse JWT token."
    ),
    refused(
        "a token of another pool",
        KNOWLEDGE,
        authorization(lambda callers: callers.tokens["foreign"]),
        CALL,
    ),
    refused(
        "a token that was altered",
        TOKENS,
        authorization(lambda callers: callers.altered(username="root")),
        CALL,
    ),
    refused("an unknown key", NOT_AUTHORIZED, lambda _: {"x-api-key": "da2-unknown"}, CALL),
    SignIn(
        name="a signature of another body",
        source=MISMATCH,
        headers=lambda callers: callers.signed(ROOT, b"{}"),
        status=403,
        error_type="InvalidSignatureException",
        message=WRONG_SIGNATURE,
    ),
    SignIn(
        name="a signature by another secret",
        source=MISMATCH,
        headers=lambda callers: callers.signed(Credentials("test", "guessed")),
        status=403,
        error_type="InvalidSignatureException",
        message=WRONG_SIGNATURE,
    ),
    SignIn(
        name="a signature for another host",
        source=MISMATCH,
        headers=lambda callers: callers.signed(
            ROOT, url=callers.api.url.replace("127.0.0.1", "localhost")
        ),
        status=403,
        error_type="InvalidSignatureException",
        message=WRONG_SIGNATURE,
    ),
    SignIn(
        name="a signature by an unknown key",
        source=INVALID_TOKEN,
        headers=lambda callers: callers.signed(Credentials("ASIAUNKNOWN", "x", "x")),
        status=403,
        error_type="UnrecognizedClientException",
        message="The security token included in the request is invalid.",
    ),
]


@dataclass(frozen=True, kw_only=True)
class Connecting:
    """A real-time connection that is refused: its `connection_error`."""

    name: str
    source: str
    headers: Callable[[Callers], dict[str, str]]
    error: dict[str, object]


CONNECTIONS = [
    Connecting(
        name="a token behind the word Bearer",
        source=KNOWLEDGE,
        headers=authorization(lambda callers: f"Bearer {callers.tokens['id']}"),
        error={
            "errorType": "UnauthorizedException",
            "message": "Unable to parse JWT token.",
            "errorCode": 401,
        },
    ),
    Connecting(
        name="an unknown key",
        source="https://github.com/aws-amplify/amplify-js/issues/14348",
        headers=lambda _: {"x-api-key": "da2-unknown"},
        error={"errorType": "UnauthorizedException", "message": CALL, "errorCode": 401},
    ),
    Connecting(
        name="a signature that is not the connection's",
        source=CONNECTION,
        headers=lambda callers: callers.signed(ROOT),
        error={"errorType": "BadRequestException", "message": WRONG_SIGNATURE, "errorCode": 400},
    ),
]


@pytest.fixture(scope="module")
def callers(appsync: "AppSyncClient", pool: UserPool) -> Callers:
    provider = user_pool_settings(pool)
    del provider["userPoolConfig"]["defaultAction"]
    providers = [provider, {"authenticationType": "AWS_IAM"}]
    api = deployed(
        appsync, SDL, {"Query.a": none("1")}, additionalAuthenticationProviders=providers
    )
    foreign = make_pool(pool.cognito).sign_in("ann")["access"]
    return Callers(api=api, tokens=pool.sign_in("ann") | {"foreign": foreign})


@each(CASES)
def test_a_request(callers: Callers, case: SignIn) -> None:
    answer = callers.api.post(QUERY, case.headers(callers))
    assert answer.status == case.status, answer.body
    if case.error_type is None:
        assert answer.data == {"a": 1}
    else:
        assert answer.headers["x-amzn-ErrorType"] == case.error_type
        assert answer.body == {"errors": [{"errorType": case.error_type, "message": case.message}]}


@each(CONNECTIONS)
def test_a_connection(callers: Callers, case: Connecting) -> None:
    with Subscriber(callers.api, case.headers(callers)) as subscriber:
        assert subscriber.refusal("connection_error") == case.error
