"""Who calls, and which fields they may have.

https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import DirectiveNode, GraphQLField, GraphQLObjectType, value_from_ast_untyped

from local.appsync.access.cognito import TokenVerifier
from local.appsync.access.iam import AccessKey, Iam, Principal
from local.appsync.access.signature import signing_key, verify_signature
from local.appsync.errors import unauthorized

API_KEY = "API_KEY"
AWS_IAM = "AWS_IAM"
USER_POOLS = "AMAZON_COGNITO_USER_POOLS"
OPENID_CONNECT = "OPENID_CONNECT"
AWS_LAMBDA = "AWS_LAMBDA"

# https://docs.aws.amazon.com/appsync/latest/devguide/built-in-util-js.html
_AUTH_TYPES = {
    API_KEY: "API Key Authorization",
    AWS_IAM: "IAM Authorization",
    USER_POOLS: "User Pool Authorization",
}

_MODE_OF_DIRECTIVE = {
    "aws_api_key": API_KEY,
    "aws_iam": AWS_IAM,
    "aws_cognito_user_pools": USER_POOLS,
    "aws_oidc": OPENID_CONNECT,
    "aws_lambda": AWS_LAMBDA,
}


@dataclass(frozen=True, kw_only=True)
class Caller:
    """An authenticated caller.

    Attributes:
        mode: the authorization mode that took the request.
        identity: `ctx.identity`; None with an API key.
        groups: the Cognito groups.
        default_action: `ALLOW` or `DENY` where a field has no directive.
        key: what an IAM caller signs with.
    """

    mode: str
    identity: dict[str, Any] | None
    groups: frozenset[str] = frozenset()
    default_action: str = "ALLOW"
    key: AccessKey | None = None

    @property
    def auth_type(self) -> str:
        """What `util.authType()` answers."""
        return _AUTH_TYPES[self.mode]


@dataclass(frozen=True, kw_only=True)
class Authenticator:
    """An API's authorization modes.

    Attributes:
        modes: the enabled ones, the default first.
        api_keys: expiry in seconds since the epoch, by key.
        arn: the API's.
    """

    modes: tuple[str, ...]
    api_keys: dict[str, int]
    tokens: TokenVerifier
    iam: Iam
    arn: str

    async def authenticate(
        self, url: str, headers: dict[str, str], body: bytes, source_ip: str, method: str = "POST"
    ) -> Caller:
        """The caller of a request; header names are in lower case.

        Raises:
            RequestRefused: 401, in AppSync's words.
        """
        authorization = headers.get("authorization", "")
        source_ips = _source_ips(headers, source_ip)
        if authorization.startswith("AWS4-HMAC-SHA256"):
            self._require(AWS_IAM)
            key = signing_key(headers)
            principal = await self.iam.principal(key)
            verify_signature(url, headers, body, principal.secret, method)
            return _iam_caller(key, principal, source_ips)
        if authorization:
            self._require(USER_POOLS)
            return await self._user(authorization, source_ips)
        if key := headers.get("x-api-key"):
            self._require(API_KEY)
            if self.api_keys.get(key, 0) <= time.time():
                raise unauthorized()
            return Caller(mode=API_KEY, identity=None)
        raise unauthorized("Valid authorization header not provided.")

    def _require(self, mode: str) -> None:
        if mode not in self.modes:
            raise unauthorized()

    async def _user(self, authorization: str, source_ips: list[str]) -> Caller:
        scheme, _, rest = authorization.partition(" ")
        claims, pool = await self.tokens.verify(rest if scheme == "Bearer" else authorization)
        groups = claims.get("cognito:groups")
        return Caller(
            mode=USER_POOLS,
            identity={
                "sub": claims["sub"],
                "username": claims.get("cognito:username") or claims.get("username"),
                "claims": claims,
                "groups": groups,
                "issuer": claims["iss"],
                "sourceIp": source_ips,
                "defaultAuthStrategy": pool.default_action,
            },
            groups=frozenset(groups or ()),
            default_action=pool.default_action,
        )

    async def forbidden(self, caller: Caller, parent: str, fields: Sequence[str]) -> frozenset[str]:
        """The fields of a root type that an IAM caller's policies do not allow.

        https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#aws-iam-authorization

        Raises:
            RequestRefused: 401, where they allow none of them.
        """
        if caller.key is None:
            return frozenset()
        arns = [f"{self.arn}/types/{parent}/fields/{field}" for field in fields]
        allowed = await self.iam.may_resolve(caller.key, arns)
        if not any(allowed):
            raise unauthorized("Permission denied")
        return frozenset(field for field, may in zip(fields, allowed, strict=True) if not may)


def _source_ips(headers: dict[str, str], source_ip: str) -> list[str]:
    """`ctx.identity.sourceIp`: what `x-forwarded-for` says, and the connection's own.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    """
    forwarded = headers.get("x-forwarded-for", "").split(",")
    return [*filter(None, map(str.strip, forwarded)), source_ip]


def _iam_caller(key: AccessKey, principal: Principal, source_ips: list[str]) -> Caller:
    return Caller(
        mode=AWS_IAM,
        identity={
            "accountId": principal.account_id,
            "cognitoIdentityAuthProvider": None,
            "cognitoIdentityAuthType": None,
            "cognitoIdentityId": None,
            "cognitoIdentityPoolId": None,
            "sourceIp": source_ips,
            "userArn": principal.arn,
            "username": principal.user_id,
        },
        key=key,
    )


@dataclass(frozen=True)
class FieldRule:
    """Which modes reach a field, each with the groups it asks for (None: any caller).

    Attributes:
        by_default: the field has no directive, so a pool's default action counts.
    """

    modes: Mapping[str, frozenset[str] | None]
    by_default: bool

    def admits(self, caller: Caller) -> bool:
        if caller.mode not in self.modes:
            return False
        if self.by_default:
            return caller.default_action == "ALLOW"
        groups = self.modes[caller.mode]
        return groups is None or bool(groups & caller.groups)


def field_rule(parent: GraphQLObjectType, field: GraphQLField, modes: tuple[str, ...]) -> FieldRule:
    """A field's rule: its own directives, else its type's, else the API's default mode.

    Args:
        modes: the API's modes, the default first.
    """
    of_field = field.ast_node.directives if field.ast_node else ()
    nodes = (parent.ast_node, *parent.extension_ast_nodes)
    of_type = [directive for node in nodes if node for directive in node.directives]
    for directives in (of_field, of_type):
        if rule := _directed(directives, modes):
            return FieldRule(rule, by_default=False)
    return FieldRule({modes[0]: None}, by_default=True)


def _directed(
    directives: Sequence[DirectiveNode], modes: tuple[str, ...]
) -> dict[str, frozenset[str] | None]:
    rule: dict[str, frozenset[str] | None] = {}
    for directive in directives:
        name = directive.name.value
        # @aws_auth means nothing where an API has more than the one mode.
        if name == "aws_auth" and modes == (USER_POOLS,):
            name = "aws_cognito_user_pools"
        if mode := _MODE_OF_DIRECTIVE.get(name):
            groups = [value_from_ast_untyped(argument.value) for argument in directive.arguments]
            rule[mode] = frozenset(groups[0]) if groups else None
    return rule
