"""AppSync's control plane: the emulator's, with the refusals that it lacks.

Requests pass through as they came, Host header included, so that a signature stays valid.
https://docs.aws.amazon.com/appsync/latest/APIReference/API_Operations.html
"""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp import web
from graphql import GraphQLObjectType
from yarl import URL

from local.appsync.aws import AwsCaller
from local.appsync.control_plane.resolver_code import MOST_CHARACTERS, check_code, located
from local.appsync.control_plane.syntax import CodeError
from local.appsync.documents.schema import SchemaRefused, build_schema
from local.appsync.resolvers.javascript import ResolverRuntime

_OF_THE_CONNECTION = {
    "connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"
}  # fmt: skip
_SCHEMA = re.compile(r"/v1/apis/(?P<api>[^/]+)/schemacreation")
_RESOLVER = re.compile(
    r"/v1/apis/(?P<api>[^/]+)/types/(?P<type>[^/]+)/resolvers(?:/(?P<field>[^/]+))?"
)
_DATA_SOURCE = re.compile(r"/v1/apis/(?P<api>[^/]+)/datasources(?:/[^/]+)?")
_FUNCTION = re.compile(r"/v1/apis/(?P<api>[^/]+)/functions(?:/[^/]+)?")
# https://docs.aws.amazon.com/general/latest/gr/appsync.html
_MOST_FUNCTIONS = 10
_ONE_API = re.compile(r"/v1/apis/(?P<api>[^/]+)(?:/.*)?")


class ServiceError(Exception):
    """An error of the control plane, as boto3 raises it."""

    def __init__(self, status: int, code: str, message: str, **members: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.body: dict[str, Any] = {"__type": code, "message": message} | members

    def response(self) -> web.Response:
        return web.json_response(
            self.body, status=self.status, headers={"x-amzn-errortype": self.code}
        )


def _not_found(message: str) -> ServiceError:
    return ServiceError(404, "NotFoundException", message)


def _bad_request(message: str) -> ServiceError:
    return ServiceError(400, "BadRequestException", message)


class ControlPlane:
    """Forwards to the emulator.

    Args:
        gateway_url: where deployed APIs are served.
        runtime: what is to run the code that is deployed.
        on_change: called with an API's id after a write that concerns it.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        caller: AwsCaller,
        emulator_url: str,
        gateway_url: str,
        runtime: ResolverRuntime,
        on_change: Callable[[str], None],
    ) -> None:
        self._http = http
        self._caller = caller
        self._emulator_url = emulator_url
        self._gateway_url = gateway_url
        self._runtime = runtime
        self._on_change = on_change
        self._refused_schemas: dict[str, str] = {}

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request under `/v1/`."""
        body = await request.read()
        try:
            refused = await self._check(request, body)
        except ServiceError as error:
            return error.response()
        response = refused or await self._forward(request, body)
        if request.method != "GET" and (match := _ONE_API.fullmatch(request.path)):
            self._on_change(match["api"])
        return response

    async def _check(self, request: web.Request, body: bytes) -> web.Response | None:
        """Refuse what AppSync would; an answer where the emulator need not be asked."""
        if match := _SCHEMA.fullmatch(request.path):
            return self._schema_creation(request.method, match["api"], body)
        if request.method != "POST":
            return None
        if match := _RESOLVER.fullmatch(request.path):
            await self._check_resolver(match, _members(body))
        elif match := _DATA_SOURCE.fullmatch(request.path):
            if (_members(body).get("dynamodbConfig") or {}).get("versioned"):
                raise _bad_request("Versioned data sources are not supported here.")
        elif match := _FUNCTION.fullmatch(request.path):
            members = _members(body)
            await self._check_data_source(match["api"], members.get("dataSourceName"))
            await self._check_code(members)
        return None

    def _schema_creation(self, method: str, api_id: str, body: bytes) -> web.Response | None:
        """AppSync compiles a schema after it has answered, and tells the outcome when asked."""
        if method == "GET":
            if details := self._refused_schemas.get(api_id):
                return web.json_response({"status": "FAILED", "details": details})
            return None
        self._refused_schemas.pop(api_id, None)
        try:
            build_schema(base64.b64decode(_members(body).get("definition", "")).decode())
        except UnicodeDecodeError:
            self._refused_schemas[api_id] = "The schema is not UTF-8 text."
        except SchemaRefused as error:
            self._refused_schemas[api_id] = str(error)
        if api_id in self._refused_schemas:
            return web.json_response({"status": "PROCESSING"})
        return None

    async def _check_resolver(self, match: re.Match[str], members: dict[str, Any]) -> None:
        api_id, type_name = match["api"], match["type"]
        field_name = match["field"] or members.get("fieldName")
        kind = None
        if sdl := await self._read(f"/v1/apis/{api_id}/schema?format=SDL"):
            kind = build_schema(sdl.decode()).type_map.get(type_name)
        if not isinstance(kind, GraphQLObjectType) or field_name not in kind.fields:
            raise _not_found(f"No field named {field_name} found on type {type_name}")
        if members.get("kind") == "PIPELINE":
            pipeline: dict[str, Any] = members.get("pipelineConfig") or {}
            functions: list[str] = pipeline.get("functions") or []
            if len(functions) > _MOST_FUNCTIONS:
                raise _bad_request(f"A pipeline has at most {_MOST_FUNCTIONS} functions.")
            for function in functions:
                if await self._read(f"/v1/apis/{api_id}/functions/{function}") is None:
                    raise _not_found(f"No function found with id {function}")
        else:
            await self._check_data_source(api_id, members.get("dataSourceName"))
        await self._check_code(members)

    async def _check_code(self, members: dict[str, Any]) -> None:
        runtime: dict[str, Any] = members.get("runtime") or {}
        if runtime.get("name") != "APPSYNC_JS" or not members.get("code"):
            raise _bad_request(
                "Only code for the runtime APPSYNC_JS runs here; mapping templates do not."
            )
        if members.get("maxBatchSize"):
            raise _bad_request("Batching of resolvers (maxBatchSize) is not supported here.")
        if len(members["code"]) > MOST_CHARACTERS:
            raise _bad_request(
                "1 validation error detected: Value at 'code' failed to satisfy constraint: "
                f"Member must have length less than or equal to {MOST_CHARACTERS}"
            )
        errors = check_code(members["code"])
        # What no grammar tells, such as a name that is declared twice.
        if not errors and (fault := await self._runtime.compile(members["code"])):
            errors = [located(members["code"], fault)]
        if errors:
            raise ServiceError(
                400,
                "BadRequestException",
                "The code contains one or more errors. " + "; ".join(map(str, errors)),
                reason="CODE_ERROR",
                detail={"codeErrors": [_code_error(error) for error in errors]},
            )

    async def _check_data_source(self, api_id: str, name: Any) -> None:
        if not name:
            raise _bad_request("A dataSourceName is required.")
        if await self._read(f"/v1/apis/{api_id}/datasources/{name}") is None:
            raise _not_found(f"No data source found named {name}")

    async def _read(self, path: str) -> bytes | None:
        """What the emulator holds at a path; None where nothing is."""
        reply = await self._caller.send_signed(
            "GET",
            f"https://appsync.{self._caller.region}.amazonaws.com{path}",
            {},
            b"",
            service="appsync",
            region=self._caller.region,
            role_arn=None,
        )
        return reply.body if reply.status == 200 else None

    async def _forward(self, request: web.Request, body: bytes) -> web.Response:
        url = URL(self._emulator_url + request.raw_path, encoded=True)
        async with self._http.request(
            request.method, url, headers=request.headers, data=body, allow_redirects=False
        ) as response:
            answer = await response.read()
            headers = {
                name: value
                for name, value in response.headers.items()
                if name.lower() not in _OF_THE_CONNECTION
            }
            return web.Response(
                status=response.status, headers=headers, body=self._with_own_addresses(answer)
            )

    def _with_own_addresses(self, answer: bytes) -> bytes:
        """The answer with `uris` that lead to this gateway."""
        if b'"uris"' not in answer:
            return answer
        content: dict[str, Any] = json.loads(answer)
        for api in [*content.get("graphqlApis", []), content.get("graphqlApi", {})]:
            if "uris" in api:
                address = f"{self._gateway_url}/apis/{api['apiId']}/graphql"
                api["uris"] = {
                    "GRAPHQL": address,
                    "REALTIME": f"ws{address.removeprefix('http')}/realtime",
                }
        return json.dumps(content).encode()


def _members(body: bytes) -> dict[str, Any]:
    try:
        members: Any = json.loads(body)
    except ValueError:
        members = None
    if not isinstance(members, dict):
        raise _bad_request("The request body is no JSON object.")
    return members


def _code_error(error: CodeError) -> dict[str, Any]:
    return {
        "errorType": "PARSER_ERROR",
        "value": error.message,
        "location": {"line": error.line, "column": error.column, "span": 0},
    }
