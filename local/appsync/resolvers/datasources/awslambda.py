"""The AWS_LAMBDA data source.

https://docs.aws.amazon.com/appsync/latest/devguide/resolver-reference-lambda-js.html
"""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp

from local.appsync.aws import AwsCaller
from local.appsync.errors import DataSourceError, ResolverError
from local.appsync.json_text import parse_json
from local.appsync.resolvers.datasources.request import only, value_of

if TYPE_CHECKING:
    from mypy_boto3_appsync.type_defs import DataSourceTypeDef

# What Lambda's Python runtime says of `nan` and the like, which the emulator's hands on.
_NOT_MARSHALLED = "Unable to marshal response: Out of range float values are not JSON compliant"


class LambdaDataSource:
    """`Invoke`, waiting for the answer (`RequestResponse`) or not (`Event`)."""

    def __init__(self, source: "DataSourceTypeDef", caller: AwsCaller) -> None:
        self._function_arn = source.get("lambdaConfig", {}).get("lambdaFunctionArn", "")
        self._role_arn = source.get("serviceRoleArn")
        self._caller = caller

    async def execute(self, request: dict[str, Any]) -> Any:
        operation = value_of(request, "operation")
        if operation != "Invoke":
            raise ResolverError(
                f"The Lambda operation {operation} is not supported here.", "MappingTemplate"
            )
        only(request, {"operation", "payload", "invocationType"})
        invocation = request.get("invocationType") or "RequestResponse"
        if invocation not in ("RequestResponse", "Event"):
            raise ResolverError(f"Unsupported invocationType '{invocation}'.", "MappingTemplate")
        region = self._function_arn.split(":")[3]
        name = quote(self._function_arn, safe="")
        try:
            reply = await self._caller.send_signed(
                "POST",
                f"https://lambda.{region}.amazonaws.com/2015-03-31/functions/{name}/invocations",
                {"content-type": "application/json", "x-amz-invocation-type": invocation},
                json.dumps(request.get("payload")).encode(),
                service="lambda",
                region=region,
                role_arn=self._role_arn,
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DataSourceError("Lambda did not answer.", "Lambda:SdkClientException") from error
        try:
            answer: Any = parse_json(reply.body or b"null")
        except ValueError as error:
            raise DataSourceError(_NOT_MARSHALLED, "Lambda:Unhandled") from error
        failure: dict[str, Any] = answer if isinstance(answer, dict) else {}
        if reply.status >= 400:
            kind = reply.headers.get("x-amzn-errortype", "LambdaException").split(":")[0]
            raise DataSourceError(
                failure.get("Message") or failure.get("message") or kind, f"Lambda:{kind}"
            )
        if kind := reply.headers.get("x-amz-function-error"):
            raise DataSourceError(failure.get("errorMessage") or kind, f"Lambda:{kind}")
        return answer
