"""Verifies the JSON web tokens of Cognito user pools.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
"""

import re
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt

from local.appsync.errors import unauthorized

_CACHED_TOKENS = 1000
# Without the word `Bearer`: AppSync takes it for a part of the token.
# https://repost.aws/knowledge-center/aws-appsync-graphql-request-unauth-error
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
# What a pool says of how long its keys hold, and the most that it is believed.
_MAX_AGE = re.compile(r"\bmax-age=([0-9]{1,9})\b")
_REMEMBER_KEYS_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class UserPool:
    """A user pool that the API trusts.

    Attributes:
        client_ids: what the client's id must match as a whole; None takes every client.
        default_action: `ALLOW` or `DENY` for fields without a directive.
    """

    pool_id: str
    region: str
    client_ids: str | None
    default_action: str

    @property
    def issuer(self) -> str:
        return f"https://cognito-idp.{self.region}.amazonaws.com/{self.pool_id}"


@dataclass
class _Keys:
    """A pool's public keys by key id, and when they are to be fetched anew (monotonic seconds)."""

    url: str
    by_id: dict[str, Any] = field(default_factory=dict[str, Any])
    until: float = 0.0


class TokenVerifier:
    """Knows the keys of an API's pools, and the tokens that it has verified by them.

    Keys are fetched anew after an hour, or sooner where their `Cache-Control` says so: then a token
    whose key is no longer among them is refused.
    """

    def __init__(
        self, pools: list[UserPool], http: aiohttp.ClientSession, emulator_url: str
    ) -> None:
        self._pools = {pool.issuer: pool for pool in pools}
        self._keys = {
            pool.pool_id: _Keys(f"{emulator_url}/{pool.pool_id}/.well-known/jwks.json")
            for pool in pools
        }
        self._http = http
        self._verified: OrderedDict[str, tuple[dict[str, Any], UserPool]] = OrderedDict()

    async def verify(self, token: str) -> tuple[dict[str, Any], UserPool]:
        """The token's claims and its pool.

        Raises:
            RequestRefused: 401, in AppSync's words.
        """
        known = self._verified.pop(token, None)
        if known and time.monotonic() < self._keys[known[1].pool_id].until:
            if time.time() >= known[0]["exp"]:
                raise unauthorized("Token has expired.")
            verified = known
        else:
            verified = await self._verify(token)
        self._verified[token] = verified
        if len(self._verified) > _CACHED_TOKENS:
            self._verified.popitem(last=False)
        return verified

    async def _verify(self, token: str) -> tuple[dict[str, Any], UserPool]:
        if not _JWT.fullmatch(token):
            raise unauthorized("Unable to parse JWT token.")
        try:
            header = jwt.get_unverified_header(token)
            issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        except (jwt.InvalidTokenError, UnicodeError) as error:
            raise unauthorized("Unable to parse JWT token.") from error
        pool = self._pools.get(str(issuer))
        if pool is None:
            raise unauthorized()
        key = await self._key(pool, str(header.get("kid")))
        try:
            claims = jwt.decode(
                token,
                key,
                # A token must not choose a weaker way to be verified.
                algorithms=["RS256"],
                issuer=pool.issuer,
                options={"require": ["exp"], "verify_aud": False},
            )
        except jwt.ExpiredSignatureError as error:
            raise unauthorized("Token has expired.") from error
        except jwt.InvalidTokenError as error:
            raise unauthorized() from error
        match claims:
            case {"sub": str(), "token_use": "access", "client_id": str(client)}:
                pass
            case {"sub": str(), "token_use": "id", "aud": str(client)}:
                pass
            case _:
                raise unauthorized()
        if pool.client_ids and not re.fullmatch(pool.client_ids, client):
            raise unauthorized()
        return claims, pool

    async def _key(self, pool: UserPool, key_id: str) -> Any:
        keys = self._keys[pool.pool_id]
        now = time.monotonic()
        if key_id not in keys.by_id or now >= keys.until:
            async with self._http.get(keys.url) as response:
                if not response.ok:
                    raise unauthorized()
                known: Any = await response.json(content_type=None)
            announced = _MAX_AGE.search(response.headers.get("cache-control", ""))
            seconds = int(announced[1]) if announced else _REMEMBER_KEYS_SECONDS
            keys.until = now + min(seconds, _REMEMBER_KEYS_SECONDS)
            keys.by_id = {key.key_id or "": key.key for key in jwt.PyJWKSet(known["keys"]).keys}
        if key_id not in keys.by_id:
            raise unauthorized()
        return keys.by_id[key_id]
