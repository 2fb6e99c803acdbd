"""The HTTP data source, with SigV4 where it is configured.

https://docs.aws.amazon.com/appsync/latest/devguide/resolver-reference-http-js.html
"""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import aiohttp

from local.appsync.aws import AwsCaller
from local.appsync.errors import DataSourceError, ResolverError
from local.appsync.resolvers.datasources.request import text_map, value_of

if TYPE_CHECKING:
    from mypy_boto3_appsync.type_defs import DataSourceTypeDef

_METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH"}


class HttpDataSource:
    """`ctx.result` is `{statusCode, headers, body}`, the body as text."""

    def __init__(self, source: "DataSourceTypeDef", caller: AwsCaller) -> None:
        config = source.get("httpConfig", {})
        self._endpoint = config.get("endpoint", "").rstrip("/")
        authorization = config.get("authorizationConfig")
        self._iam = authorization.get("awsIamConfig", {}) if authorization else None
        self._role_arn = source.get("serviceRoleArn")
        self._caller = caller

    async def execute(self, request: dict[str, Any]) -> Any:
        method = value_of(request, "method")
        if method not in _METHODS:
            raise ResolverError(f"Unsupported HTTP method '{method}'.", "MappingTemplate")
        path = value_of(request, "resourcePath")
        if not isinstance(path, str) or not path.startswith("/"):
            raise ResolverError("The resourcePath must start with '/'.", "MappingTemplate")
        parameters: dict[str, Any] = request.get("params") or {}
        query = urlencode(parameters.get("query") or {}, doseq=True, quote_via=quote)
        url = (
            self._endpoint
            + quote(path, safe="/%:@!$&'()*+,;=~-._")
            + (f"?{query}" if query else "")
        )
        headers = text_map(parameters.get("headers"))
        content = parameters.get("body") or ""
        body = (content if isinstance(content, str) else json.dumps(content)).encode()
        try:
            if self._iam is None:
                reply = await self._caller.send(method, url, headers, body)
            else:
                reply = await self._caller.send_signed(
                    method,
                    url,
                    headers,
                    body,
                    service=self._iam.get("signingServiceName", ""),
                    region=self._iam.get("signingRegion", self._caller.region),
                    role_arn=self._role_arn,
                )
        except TimeoutError as error:
            raise DataSourceError(
                f"{self._endpoint} did not answer in time.", "HTTP:Timeout"
            ) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise DataSourceError(
                f"{self._endpoint} could not be reached.", "HTTP:ConnectionFailure"
            ) from error
        return {
            "statusCode": reply.status,
            "headers": reply.headers,
            "body": reply.body.decode(errors="replace"),
        }
