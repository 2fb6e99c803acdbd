"""Tokens of user pools: what verifies, and what is refused in which words."""

import asyncio
import math
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from local.appsync.access.cognito import TokenVerifier, UserPool
from local.appsync.errors import RequestRefused

POOL = UserPool(
    pool_id="us-east-1_mine", region="us-east-1", client_ids="web-.*", default_action="ALLOW"
)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
UNKNOWN = "You are not authorized to make this call."


def token(key: Any = KEY, algorithm: str = "RS256", kid: str = "1", **changed: Any) -> str:
    claims = {
        "sub": "ann",
        "iss": POOL.issuer,
        "exp": int(time.time()) + 3600,
        "token_use": "access",
        "client_id": "web-1",
    } | changed
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(present, key, algorithm=algorithm, headers={"kid": kid})


def verify(
    *tokens: str,
    cache_control: str = "",
    before: Callable[[int], object] = str,
) -> tuple[list[Any], int]:
    """The claims or the refusal for each token, and how often the keys were fetched.

    Args:
        cache_control: what the pool says of its keys.
        before: is called before each token is verified, with its number.
    """
    fetched = 0

    async def keys(_: web.Request) -> web.Response:
        nonlocal fetched
        fetched += 1
        kid = str(fetched) if cache_control else "1"
        key = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": kid, "use": "sig"}
        return web.json_response({"keys": [key]}, headers={"cache-control": cache_control})

    async def run() -> list[Any]:
        app = web.Application()
        app.router.add_get(f"/{POOL.pool_id}/.well-known/jwks.json", keys)
        outcomes: list[Any] = []
        async with TestServer(app) as server, aiohttp.ClientSession() as http:
            verifier = TokenVerifier([POOL], http, str(server.make_url("")).rstrip("/"))
            for number, each in enumerate(tokens):
                before(number)
                try:
                    claims, _ = await verifier.verify(each)
                    outcomes.append(claims)
                except RequestRefused as refusal:
                    outcomes.append((refusal.status, refusal.message))
        return outcomes

    return asyncio.run(run()), fetched


def test_verifies_access_and_id_tokens_and_fetches_the_keys_once() -> None:
    access, ident = token(), token(token_use="id", client_id=None, aud="web-2")
    (first, again, second), fetched = verify(access, access, ident)
    assert first["sub"] == again["sub"] == second["sub"] == "ann"
    assert fetched == 1


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        ("garbage", "Unable to parse JWT token."),
        (token()[:-8] + "AAAAAAAA", UNKNOWN),
        (token(exp=int(time.time()) - 1), "Token has expired."),
        (token(key=OTHER_KEY), UNKNOWN),
        (token(kid="2"), UNKNOWN),
        (token(key="", algorithm="none"), UNKNOWN),
        (token(key="s" * 64, algorithm="HS256"), UNKNOWN),
        (token(iss="https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other"), UNKNOWN),
        (token(client_id="mobile-1"), UNKNOWN),
        (token(client_id="the-web-1"), UNKNOWN),
        (token(token_use="refresh"), UNKNOWN),
        (token(token_use="id", aud=None), UNKNOWN),
        (token(exp=None), UNKNOWN),
        (token(sub=None), UNKNOWN),
        (token(token_use=None), UNKNOWN),
        (token(token_use=["access"]), UNKNOWN),
        (token(client_id=None), UNKNOWN),
        (f"Bearer {token()}", "Unable to parse JWT token."),
        (f"{token()} ", "Unable to parse JWT token."),
        (token().partition(".")[2], "Unable to parse JWT token."),
    ],
    ids=map(str, range(20)),
)
def test_refuses(refused: str, message: str) -> None:
    assert verify(refused)[0] == [(401, message)]


def test_a_known_token_expires_too(monkeypatch: pytest.MonkeyPatch) -> None:
    good = token()
    later = time.time() + 3601

    async def run() -> None:
        async with aiohttp.ClientSession() as http:
            verifier = TokenVerifier([POOL], http, "")

            async def key(*_: object) -> Any:
                return KEY.public_key()

            monkeypatch.setattr(verifier, "_key", key)
            verifier._keys[POOL.pool_id].until = math.inf  # pyright: ignore[reportPrivateUsage]
            await verifier.verify(good)
            monkeypatch.setattr("local.appsync.access.cognito.time.time", lambda: later)
            with pytest.raises(RequestRefused, match="Token has expired"):
                await verifier.verify(good)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [("public, max-age=60", 60), ("public, max-age=86400", 3600), ("public", 3600)],
)
def test_keys_are_remembered_no_longer_than_the_pool_says(
    monkeypatch: pytest.MonkeyPatch, cache_control: str, seconds: int
) -> None:
    """Each fetch finds another key: a token of the one before is refused from then on."""
    now = time.monotonic()
    passed = [0, seconds - 1, seconds + 1]

    def before(number: int) -> None:
        monkeypatch.setattr(
            "local.appsync.access.cognito.time.monotonic", lambda: now + passed[number]
        )

    good = token(kid="1")
    (first, again, late), fetched = verify(
        good, good, good, cache_control=cache_control, before=before
    )
    assert first["sub"] == again["sub"] == "ann"
    assert late == (401, UNKNOWN)
    assert fetched == 2
