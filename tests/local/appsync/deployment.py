"""Small APIs deployed with boto3, as a deployment would, and user pools with users."""

import json
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from local.appsync.aws import boto_client
from local.cloud import Emulator

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

REGION = "us-east-1"
PASSWORD = "Correct-horse-1"
JS: Any = {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}


def unit(request: str, response: str = "return ctx.result;") -> str:
    """Code of a resolver or function, from the bodies of its two handlers."""
    return (
        "import { util, runtime, extensions } from '@aws-appsync/utils';\n"
        f"export function request(ctx) {{ {request} }}\n"
        f"export function response(ctx) {{ {response} }}\n"
    )


def none(payload: str, response: str = "return ctx.result;") -> str:
    """Code for the NONE data source that hands on a JavaScript expression."""
    return unit(f"return {{ payload: {payload} }};", response)


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def data(self) -> Any:
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def error(self) -> dict[str, Any]:
        (error,) = self.body["errors"]
        return error


@dataclass
class UserPool:
    """A user pool with one client."""

    cognito: "CognitoIdentityProviderClient"
    pool_id: str
    client_id: str

    def add_client(self) -> str:
        client = self.cognito.create_user_pool_client(
            UserPoolId=self.pool_id, ClientName="web", ExplicitAuthFlows=["ADMIN_NO_SRP_AUTH"]
        )
        return client["UserPoolClient"].get("ClientId", "")

    def sign_in(self, name: str, *groups: str, client_id: str | None = None) -> dict[str, str]:
        """Tokens `id` and `access` of a user, made where there is none of that name."""
        users = self.cognito.list_users(UserPoolId=self.pool_id)["Users"]
        if name not in [user.get("Username") for user in users]:
            self.cognito.admin_create_user(UserPoolId=self.pool_id, Username=name)
            self.cognito.admin_set_user_password(
                UserPoolId=self.pool_id, Username=name, Password=PASSWORD, Permanent=True
            )
        for group in groups:
            known = self.cognito.list_groups(UserPoolId=self.pool_id)["Groups"]
            if group not in [each.get("GroupName") for each in known]:
                self.cognito.create_group(UserPoolId=self.pool_id, GroupName=group)
            self.cognito.admin_add_user_to_group(
                UserPoolId=self.pool_id, Username=name, GroupName=group
            )
        result = self.cognito.admin_initiate_auth(
            UserPoolId=self.pool_id,
            ClientId=client_id or self.client_id,
            AuthFlow="ADMIN_NO_SRP_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        )["AuthenticationResult"]
        return {"id": result.get("IdToken", ""), "access": result.get("AccessToken", "")}


@dataclass
class Api:
    """A deployed API and a client of it."""

    appsync: "AppSyncClient"
    api_id: str
    url: str
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def data_source(self, name: str, kind: Any, **config: Any) -> None:
        self.appsync.create_data_source(apiId=self.api_id, name=name, type=kind, **config)

    def resolver(self, path: str, code: str, data_source: str = "none") -> None:
        """Attach code to `Type.field`."""
        type_name, field_name = path.split(".")
        self.appsync.create_resolver(
            apiId=self.api_id,
            typeName=type_name,
            fieldName=field_name,
            dataSourceName=data_source,
            runtime=JS,
            code=code,
        )

    def function(self, name: str, code: str, data_source: str = "none") -> str:
        answer = self.appsync.create_function(
            apiId=self.api_id, name=name, dataSourceName=data_source, runtime=JS, code=code
        )
        return answer["functionConfiguration"].get("functionId", "")

    def pipeline(self, path: str, code: str, functions: list[str]) -> None:
        type_name, field_name = path.split(".")
        self.appsync.create_resolver(
            apiId=self.api_id,
            typeName=type_name,
            fieldName=field_name,
            kind="PIPELINE",
            pipelineConfig={"functions": functions},
            runtime=JS,
            code=code,
        )

    def run(self, query: str, headers: dict[str, str] | None = None, **variables: Any) -> Answer:
        """Post a GraphQL request."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        return self.post(body, headers)

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        """Post any body."""
        sent = self.headers if headers is None else headers
        return self.send("POST", "", body, {"content-type": "application/json"} | sent)

    def get(self, headers: dict[str, str] | None = None, **query: str) -> Answer:
        """Get with a query string."""
        sent = self.headers if headers is None else headers
        return self.send("GET", f"?{urlencode(query)}", None, sent)

    def send(self, method: str, query: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Any request whose answer is JSON."""
        address = urlsplit(self.url)
        connection = HTTPConnection(address.netloc, timeout=60)
        try:
            connection.request(method, address.path + query, body, headers)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), json.load(response))
        finally:
            connection.close()


def make_pool(cognito: "CognitoIdentityProviderClient") -> UserPool:
    pool_id = cognito.create_user_pool(PoolName="customers")["UserPool"].get("Id", "")
    pool = UserPool(cognito, pool_id, "")
    pool.client_id = pool.add_client()
    return pool


def deploy(appsync: "AppSyncClient", sdl: str, **settings: Any) -> Api:
    """An API with a schema and a NONE data source; reached by key unless `settings` say other."""
    settings = {"authenticationType": "API_KEY"} | settings
    api = appsync.create_graphql_api(name="test", **settings)["graphqlApi"]
    api_id = api.get("apiId", "")
    appsync.start_schema_creation(apiId=api_id, definition=sdl.encode())
    status = appsync.get_schema_creation_status(apiId=api_id)
    assert status["status"] == "SUCCESS", status
    deployed = Api(appsync, api_id, api.get("uris", {})["GRAPHQL"])
    deployed.data_source("none", "NONE")
    if settings["authenticationType"] == "API_KEY":
        key = appsync.create_api_key(apiId=api_id)["apiKey"].get("id", "")
        deployed.headers = {"x-api-key": key}
    return deployed


def make_role(emulator: Emulator, name: str, *statements: dict[str, str]) -> str:
    """The ARN of a role that anyone may assume, and that may do what the statements say."""
    anyone = {"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    iam = boto_client("iam", emulator.url, REGION)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(anyone))["Role"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=policy(*statements))
    iam.close()
    return role["Arn"]


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | each for each in statements]}
    )


def user_pool_settings(pool: UserPool, **config: Any) -> dict[str, Any]:
    """Settings of an API whose default mode is the user pool."""
    return {
        "authenticationType": "AMAZON_COGNITO_USER_POOLS",
        "userPoolConfig": {
            "userPoolId": pool.pool_id,
            "awsRegion": REGION,
            "defaultAction": "ALLOW",
        }
        | config,
    }
