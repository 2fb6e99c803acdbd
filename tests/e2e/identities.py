"""Everyone who may come to the door, and how each signs a request."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import jwt
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.customers import Customer, sign_in
from tests.e2e.stage import Stage, eventually

# Headers for a POST of a body to an address.
Sign = Callable[[str, bytes], dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A caller; `customer` is who the stage takes it for, where it takes it for one."""

    name: str
    sign: Sign
    customer: Customer | None = None


def anonymous(**headers: str) -> Sign:
    return lambda _url, _body: headers


def bearing(token: str) -> Sign:
    return anonymous(authorization=token)


def signing(credentials: Credentials) -> Sign:
    """Signs as AWS's SDKs do."""

    def sign(url: str, body: bytes) -> dict[str, str]:
        headers = {"host": urlsplit(url).netloc, "content-type": "application/json"}
        request = AWSRequest(method="POST", url=url, data=body, headers=headers)
        SigV4Auth(credentials, "appsync", "us-east-1").add_auth(request)
        return {name.lower(): str(value) for name, value in request.headers.items()}

    return sign


def post(url: str, sign: Sign, query: str, **variables: Any) -> tuple[int, dict[str, Any]]:
    """Status and body of a GraphQL request."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=60)
    try:
        headers = {"content-type": "application/json"} | sign(url, body)
        connection.request("POST", address.path, body, headers)
        response = connection.getresponse()
        return response.status, json.load(response)
    finally:
        connection.close()


def tampered(token: str) -> str:
    """Another customer's name in a token, under the signature of the first."""
    header, _, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False}) | {"sub": "someone-else"}
    forged = jwt.encode(claims, "x" * 32, "HS256").split(".")[1]
    return f"{header}.{forged}.{signature}"


def expired(stage: Stage, customer: Customer) -> str:
    """A real token of the stage's own client whose time is up."""
    cognito: Any = stage.cloud.aws.cognito
    pool = stage.outputs["userPoolId"]
    client_id = stage.outputs["userPoolClientId"]
    client = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client_id)
    kept = {
        key: client["UserPoolClient"][key]
        for key in ("AccessTokenValidity", "TokenValidityUnits", "ExplicitAuthFlows")
    }
    # Long enough to sign in with.
    short = {"AccessTokenValidity": 3, "TokenValidityUnits": {"AccessToken": "seconds"}}
    cognito.update_user_pool_client(UserPoolId=pool, ClientId=client_id, **{**kept, **short})
    token = sign_in(stage.cloud.aws, stage.outputs, customer.email, customer.password).access_token
    cognito.update_user_pool_client(UserPoolId=pool, ClientId=client_id, **kept)
    ends = jwt.decode(token, options={"verify_signature": False})["exp"]
    eventually(time.time, lambda now: now > ends)
    return token


def of_another_client(stage: Stage, customer: Customer) -> str:
    """A token of the same customer, from a client that this API is not for."""
    client = stage.cloud.aws.cognito.create_user_pool_client(
        UserPoolId=stage.outputs["userPoolId"],
        ClientName="another",
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]
    outputs = {**stage.outputs, "userPoolClientId": client.get("ClientId", "")}
    return sign_in(stage.cloud.aws, outputs, customer.email, customer.password).access_token


def broadcast_role(stage: Stage) -> str:
    """The ARN of the role that `broadcast_update` runs with."""
    functions = stage.cloud.aws.functions.get_paginator("list_functions").paginate()
    [role] = [
        function.get("Role", "")
        for page in functions
        for function in page["Functions"]
        if function.get("Environment", {}).get("Variables", {}).get("GRAPHQL_URL")
        == stage.outputs["graphqlUrl"]
    ]
    return role


def role_session(stage: Stage, role_arn: str) -> Credentials:
    """A session of a role, as the service that it is for would have it."""
    keys = stage.cloud.aws.sts.assume_role(RoleArn=role_arn, RoleSessionName="tester")
    session = keys["Credentials"]
    return Credentials(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])


def another_role(stage: Stage, name: str, **allowed: str) -> str:
    """The ARN of a new role with one statement."""

    def policy(statement: dict[str, Any]) -> str:
        return json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
        )

    trust = policy({"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})
    iam = stage.cloud.aws.iam
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=policy(allowed))
    return role["Arn"]
