"""What the stage refuses, how it says so, and that nothing refused reaches the queue."""

from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from gql.transport.exceptions import TransportError, TransportQueryError, TransportServerError

from local.customers import Customer
from tests.e2e.conftest import Deploy
from tests.e2e.stage import GET, LIST, PIZZA, PLACE, Stage

TEXT = "must have 1 to {} whole characters, at least one of them visible"
CONTROL = (
    "must not have line breaks, other control characters or overrides of the writing direction"
)


@pytest.fixture(scope="module")
def stage(deploy: Deploy) -> Stage:
    return deploy(workflowType="STANDARD")


@pytest.fixture(scope="module")
def alice(stage: Stage) -> Customer:
    return stage.customer()


@pytest.fixture(autouse=True)
def nothing_reaches_the_queue(stage: Stage, alice: Customer) -> Iterator[None]:
    before = _executions(stage)
    yield
    assert stage.depth("orderQueueUrl") == 0
    assert _executions(stage) == before
    assert stage.items(alice.sub) == []


def _executions(stage: Stage) -> int:
    pages = stage.cloud.aws.step_functions.get_paginator("list_executions").paginate(
        stateMachineArn=stage.outputs["workflowArn"]
    )
    return sum(len(page["executions"]) for page in pages)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("quantity", 0, "quantity must be from 1 to 100"),
        ("quantity", -5, "quantity must be from 1 to 100"),
        ("quantity", 101, "quantity must be from 1 to 100"),
        ("name", "", f"name {TEXT.format(100)}"),
        ("name", "   ", f"name {TEXT.format(100)}"),
        ("name", "\u200b\u3164\u2800", f"name {TEXT.format(100)}"),
        ("name", "x" * 101, f"name {TEXT.format(100)}"),
        ("name", "Pizza\nPAID", f"name {CONTROL}"),
        ("name", "azziP\u202ePizza", f"name {CONTROL}"),
        ("addOns", ["chili"] * 11, "addOns must be at most 10"),
        ("addOns", ["chili", ""], f"addOns[1] {TEXT.format(50)}"),
        ("addOns", ["x" * 51], f"addOns[0] {TEXT.format(50)}"),
        (
            "restaurantId",
            "Dominos;",
            "restaurantId must have 1 to 64 letters, digits, spaces and -_.'&",
        ),
        (
            "restaurantId",
            "x" * 65,
            "restaurantId must have 1 to 64 letters, digits, spaces and -_.'&",
        ),
        ("clientRequestToken", "1234", "clientRequestToken must be a ULID or a UUID"),
        ("clientRequestToken", "", "clientRequestToken must be a ULID or a UUID"),
    ],
)
def test_a_value_beyond_its_limits_is_a_validation_error(
    stage: Stage, alice: Customer, field: str, value: Any, message: str
) -> None:
    with pytest.raises(TransportQueryError) as refused:
        stage.graphql(alice.access_token, PLACE, input={**PIZZA, field: value})

    [error] = refused.value.errors or []
    assert error["errorType"] == "ValidationError"
    assert error["message"] == message
    assert error["path"] == ["placeOrder"]
    assert error["errorInfo"]["field"].startswith(field)
    assert refused.value.data is None


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_page_beyond_its_limits_is_a_validation_error(
    stage: Stage, alice: Customer, limit: int
) -> None:
    with pytest.raises(TransportQueryError) as refused:
        stage.graphql(alice.access_token, LIST, limit=limit)

    [error] = refused.value.errors or []
    assert error["errorType"] == "ValidationError"
    assert error["message"] == "limit must be from 1 to 100"


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ({**PIZZA, "quantity": 1.5}, "quantity"),
        ({**PIZZA, "quantity": "six"}, "quantity"),
        ({**PIZZA, "quantity": None}, "'input' has coerced Null value for NonNull type 'Int!'"),
        ({**PIZZA, "addOns": [None]}, "'input' has coerced Null value for NonNull type 'String!'"),
        ({**PIZZA, "price": 1}, "price"),
        ({**PIZZA, "customerId": "someone-else"}, "customerId"),
        ({"quantity": 6, "restaurantId": "Dominos"}, "'input' has coerced Null value"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_the_schema(
    stage: Stage, alice: Customer, order: dict[str, Any], names: str
) -> None:
    with pytest.raises(TransportQueryError) as refused:
        stage.graphql(alice.access_token, PLACE, input=order)

    [error] = refused.value.errors or []
    assert names in error["message"]
    assert refused.value.data is None


def test_an_unknown_field_is_refused_by_the_schema(stage: Stage, alice: Customer) -> None:
    with pytest.raises(TransportQueryError) as refused:
        stage.graphql(alice.access_token, "query ($id: ID!) { getOrder(id: $id) { cook } }", id="1")

    [error] = refused.value.errors or []
    assert "FieldUndefined" in error["message"]
    assert "cook" in error["message"]


FOREIGN_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def _signed_by_a_stranger(token: str, **claims: Any) -> str:
    headers = {"kid": jwt.get_unverified_header(token)["kid"]}
    return jwt.encode({**_claims(token), **claims}, FOREIGN_KEY, "RS256", headers)


def _tampered(token: str) -> str:
    header, _, signature = token.split(".")
    forged = _signed_by_a_stranger(token, sub="someone-else").split(".")[1]
    return f"{header}.{forged}.{signature}"


def _missing(_token: str) -> str:
    return ""


def _rubbish(_token: str) -> str:
    return "rubbish"


def _unsigned(token: str) -> str:
    return jwt.encode(_claims(token), "", "none")


@pytest.mark.parametrize(
    "forge",
    [_missing, _rubbish, _tampered, _unsigned, _signed_by_a_stranger],
)
@pytest.mark.parametrize("operation", [PLACE, GET, LIST])
def test_a_bad_token_opens_nothing(
    stage: Stage, alice: Customer, forge: Any, operation: str
) -> None:
    variables = {PLACE: {"input": PIZZA}, GET: {"id": "1"}, LIST: {}}[operation]

    with pytest.raises((TransportServerError, TransportQueryError)) as refused:
        stage.graphql(forge(alice.access_token), operation, **variables)

    _assert_unauthorized(refused.value)


def test_another_pools_token_opens_nothing(stage: Stage, deploy: Deploy) -> None:
    stranger = deploy(paymentSuccessRate=1).customer()

    with pytest.raises((TransportServerError, TransportQueryError)) as refused:
        stage.graphql(stranger.access_token, PLACE, input=PIZZA)

    _assert_unauthorized(refused.value)


def test_an_id_token_opens_the_api_too(stage: Stage, alice: Customer) -> None:
    assert stage.graphql(alice.id_token, GET, id="1") == {"getOrder": None}


def _assert_unauthorized(error: TransportError) -> None:
    if isinstance(error, TransportServerError):
        assert error.code == 401
    else:
        assert isinstance(error, TransportQueryError)
        assert {each["errorType"] for each in error.errors or []} == {"UnauthorizedException"}
