"""The customers' accounts."""

import pytest

from infra.customer_pool import CustomerPool, CustomerPoolArgs
from infra.location import Location
from tests.infra.recording import Recording, record


def pool(*, guarded: bool = True, sender: str | None = None) -> Recording:
    table = "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/orders"
    return record(
        lambda: CustomerPool(
            "customers",
            CustomerPoolArgs(
                deletion_protection=guarded, sender_email=sender, location=Location.of(table)
            ),
        )
    )


def test_customers_sign_up_with_a_verified_address() -> None:
    inputs = pool().one("aws:cognito/userPool:UserPool", "customers").inputs
    assert inputs["usernameAttributes"] == ["email"]
    assert inputs["autoVerifiedAttributes"] == ["email"]
    assert inputs["userAttributeUpdateSettings"] == {
        "attributesRequireVerificationBeforeUpdates": ["email"]
    }
    assert inputs["passwordPolicy"]["minimumLength"] == 12


def test_an_address_is_one_customer_however_it_is_spelled() -> None:
    inputs = pool().one("aws:cognito/userPool:UserPool", "customers").inputs
    assert inputs["usernameConfiguration"] == {"caseSensitive": False}


def test_codes_come_from_the_stages_sender_where_it_has_one() -> None:
    assert (
        "emailConfiguration" not in pool().one("aws:cognito/userPool:UserPool", "customers").inputs
    )
    mailing = pool(sender="orders@shop.example").one("aws:cognito/userPool:UserPool", "customers")
    assert mailing.inputs["emailConfiguration"] == {
        "emailSendingAccount": "DEVELOPER",
        "fromEmailAddress": "orders@shop.example",
        "sourceArn": "arn:aws-cn:ses:cn-north-1:123456789012:identity/orders@shop.example",
    }


def test_the_client_is_public_and_no_password_travels() -> None:
    inputs = pool().one("aws:cognito/userPoolClient:UserPoolClient", "customers").inputs
    assert inputs["generateSecret"] is False
    assert set(inputs["explicitAuthFlows"]) == {
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    }
    assert inputs["preventUserExistenceErrors"] == "ENABLED"
    assert inputs["enableTokenRevocation"] is True
    assert inputs["accessTokenValidity"] == 1


def test_staff_are_a_group() -> None:
    assert pool().one("aws:cognito/userGroup:UserGroup", "customers").inputs["name"] == "staff"


@pytest.mark.parametrize(("guarded", "protection"), [(True, "ACTIVE"), (False, "INACTIVE")])
def test_the_stage_says_whether_it_may_be_deleted(guarded: bool, protection: str) -> None:
    inputs = pool(guarded=guarded).one("aws:cognito/userPool:UserPool", "customers").inputs
    assert inputs["deletionProtection"] == protection
