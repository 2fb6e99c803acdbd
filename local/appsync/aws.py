"""Signed calls to AWS services, sent to the emulator instead of the real host."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError
from yarl import URL

from local.appsync.errors import DataSourceError

# The emulator's root user.
ACCESS_KEY_ID = "test"
SECRET_ACCESS_KEY = "test"
_RENEW_BEFORE_EXPIRY_SECONDS = 300


@dataclass(frozen=True)
class Reply:
    """A data source's HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def boto_client(service: Any, emulator_url: str, region: str) -> Any:
    """A boto3 client of the emulator with its root credentials."""
    return boto3.client(
        service,
        endpoint_url=emulator_url,
        region_name=region,
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
    )


class RoleCredentials:
    """Credentials of data sources' roles, assumed through STS and kept until they near expiry."""

    def __init__(self, emulator_url: str, region: str) -> None:
        self._emulator_url = emulator_url
        self._region = region
        self._sessions: dict[str, tuple[float, Credentials]] = {}

    async def of(self, role_arn: str | None) -> Credentials:
        """Credentials of the role; the root user's where there is no role.

        Raises:
            DataSourceError: the role cannot be assumed.
        """
        if role_arn is None:
            return Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
        renew_at, credentials = self._sessions.get(role_arn, (0.0, None))
        if credentials is None or time.time() >= renew_at:
            expiry, credentials = await asyncio.to_thread(self._assume, role_arn)
            self._sessions[role_arn] = (expiry - _RENEW_BEFORE_EXPIRY_SECONDS, credentials)
        return credentials

    def _assume(self, role_arn: str) -> tuple[float, Credentials]:
        sts = boto_client("sts", self._emulator_url, self._region)
        try:
            session = sts.assume_role(RoleArn=role_arn, RoleSessionName="APPSYNC_ASSUME_ROLE")
        except (ClientError, BotoCoreError) as error:
            raise DataSourceError(
                f"Unable to assume role {role_arn}.", "AssumeRoleException"
            ) from error
        finally:
            sts.close()
        keys = session["Credentials"]
        return keys["Expiration"].timestamp(), Credentials(
            keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]
        )


class AwsCaller:
    """Sends requests; those for `*.amazonaws.com` reach the emulator, signed for the real host."""

    def __init__(self, http: aiohttp.ClientSession, emulator_url: str, region: str) -> None:
        self._http = http
        self._emulator_url = emulator_url
        self.region = region
        self._roles = RoleCredentials(emulator_url, region)

    async def send(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
        """Send one request and read the whole answer.

        Raises:
            aiohttp.ClientError, TimeoutError: it could not be sent or was not answered.
        """
        parts = urlsplit(url)
        if (parts.hostname or "").endswith(".amazonaws.com"):
            headers = headers | {"Host": parts.netloc}
            url = self._emulator_url + url.removeprefix(f"{parts.scheme}://{parts.netloc}")
        async with self._http.request(
            method, URL(url, encoded=True), headers=headers, data=body, allow_redirects=False
        ) as response:
            received = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status, received, await response.read())

    async def send_signed(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes,
        *,
        service: str,
        region: str,
        role_arn: str | None,
    ) -> Reply:
        """Like `send`, signed with SigV4 by the role's credentials.

        Raises:
            DataSourceError: the role cannot be assumed.
            aiohttp.ClientError, TimeoutError: as `send`.
        """
        credentials = await self._roles.of(role_arn)
        request = AWSRequest(method=method, url=url, data=body, headers=headers)
        SigV4Auth(credentials, service, region).add_auth(request)
        return await self.send(method, url, dict(request.headers.items()), body)
