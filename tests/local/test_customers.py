"""Customers sign up and in as a front end would do it."""

import json
import uuid
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from botocore.exceptions import ClientError

from local.customers import Customer, sign_in, sign_up
from local.embedded_cloud import EmbeddedCloud

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def customer(cloud: EmbeddedCloud, outputs: dict[str, Any]) -> Customer:
    email = f"{uuid.uuid4().hex}@customers.example"
    password = sign_up(cloud.aws, cloud.mailbox, outputs, email)
    return sign_in(cloud.aws, outputs, email, password)


def test_an_account_is_confirmed_by_the_code_that_is_mailed(
    cloud: EmbeddedCloud, outputs: dict[str, Any], customer: Customer
) -> None:
    user = cloud.aws.cognito.admin_get_user(
        UserPoolId=outputs["userPoolId"], Username=customer.email
    )
    attributes = {each["Name"]: each.get("Value") for each in user["UserAttributes"]}
    assert user.get("UserStatus") == "CONFIRMED"
    assert attributes["email"] == customer.email
    assert attributes["email_verified"] == "true"
    assert attributes["sub"] == customer.sub


def test_the_tokens_are_this_customers(outputs: dict[str, Any], customer: Customer) -> None:
    access, identity = (
        jwt.decode(token, options={"verify_signature": False})
        for token in (customer.access_token, customer.id_token)
    )
    assert access["token_use"] == "access"
    assert access["client_id"] == outputs["userPoolClientId"]
    assert identity["token_use"] == "id"
    assert identity["email"] == customer.email
    assert access["sub"] == identity["sub"] == customer.sub


def test_a_wrong_password_is_refused(
    cloud: EmbeddedCloud, outputs: dict[str, Any], customer: Customer
) -> None:
    with pytest.raises(ClientError, match="NotAuthorizedException"):
        sign_in(cloud.aws, outputs, customer.email, f"{customer.password}1")


def test_an_unknown_customer_is_refused(cloud: EmbeddedCloud, outputs: dict[str, Any]) -> None:
    with pytest.raises(ClientError):
        sign_in(cloud.aws, outputs, "nobody@customers.example", "Aa1-nothing-here")


def test_only_the_token_opens_the_api(outputs: dict[str, Any], customer: Customer) -> None:
    opened = ask(outputs["graphqlUrl"], customer.access_token)
    assert opened == (200, {"data": {"listOrders": {"items": []}}})
    status, answer = ask(outputs["graphqlUrl"], customer.password)
    assert status == 401
    assert answer["errors"][0]["errorType"] == "UnauthorizedException"


def ask(url: str, authorization: str) -> tuple[int, dict[str, Any]]:
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=10)
    try:
        connection.request(
            "POST",
            address.path,
            json.dumps({"query": "{ listOrders { items { id } } }"}),
            {"Authorization": authorization, "Content-Type": "application/json"},
        )
        response = connection.getresponse()
        return response.status, json.load(response)
    finally:
        connection.close()
