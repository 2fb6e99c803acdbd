"""What the emulator's IAM knows of callers that sign their requests."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from local.appsync.errors import RequestRefused
from local.cloud.callers import PATH

# As on AWS, a changed policy takes a moment to be felt.
_REMEMBER_SECONDS = 1
_MOST_REMEMBERED = 1000
# https://github.com/aws-amplify/amplify-js/issues/3447
_INVALID_TOKEN = "The security token included in the request is invalid."


@dataclass(frozen=True, kw_only=True)
class AccessKey:
    """What a request is signed with; `region` is the one that the signature is for."""

    key_id: str
    session_token: str | None
    region: str


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Whose key it is: a user's, a role session's or the account's root user's."""

    secret: str
    arn: str
    account_id: str
    user_id: str


class Iam:
    """Asks the emulator, and remembers each answer for a second."""

    def __init__(self, http: aiohttp.ClientSession, emulator_url: str) -> None:
        self._http = http
        self._url = emulator_url + PATH
        self._answers: dict[tuple[AccessKey, tuple[str, ...]], tuple[float, dict[str, Any]]] = {}

    async def principal(self, key: AccessKey) -> Principal:
        """Whose key it is.

        Raises:
            RequestRefused: 403, where the key or its session token is unknown or has expired.
        """
        answer = await self._ask(key, ())
        return Principal(
            secret=answer["secretAccessKey"],
            arn=answer["arn"],
            account_id=answer["accountId"],
            user_id=answer["userId"],
        )

    async def may_resolve(self, key: AccessKey, fields: Sequence[str]) -> list[bool]:
        """Whether the key's policies allow `appsync:GraphQL` on each field, given by its ARN.

        Raises:
            RequestRefused: as `principal`.
        """
        answer = await self._ask(key, tuple(fields))
        return answer["allowed"]

    async def _ask(self, key: AccessKey, fields: tuple[str, ...]) -> dict[str, Any]:
        now = time.monotonic()
        known_until, answer = self._answers.get((key, fields), (0.0, None))
        if answer is not None and now < known_until:
            return answer
        asked = {
            "accessKeyId": key.key_id,
            "sessionToken": key.session_token,
            "region": key.region,
            "action": "appsync:GraphQL",
            "resources": fields,
        }
        async with self._http.post(self._url, json=asked) as response:
            answer = await response.json()
            if response.status != 200:
                raise RequestRefused(403, "UnrecognizedClientException", _INVALID_TOKEN)
        if len(self._answers) >= _MOST_REMEMBERED:
            self._answers.clear()
        self._answers[key, fields] = (now + _REMEMBER_SECONDS, answer)
        return answer
