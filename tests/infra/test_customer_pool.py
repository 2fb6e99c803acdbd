"""The customers' accounts."""

import pytest

from infra.customer_pool import CustomerPool, CustomerPoolArgs
from preview.recording import Recording, record


def pool(*, guarded: bool, sender: str | None = None) -> Recording:
    table = "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/orders"
    return record(
        lambda: CustomerPool(
            "customers",
            CustomerPoolArgs(deletion_protection=guarded, sender_email=sender, neighbour_arn=table),
        )
    )


@pytest.fixture(scope="module")
def recording() -> Recording:
    return pool(guarded=True, sender="orders@shop.example")


@pytest.fixture(scope="module")
def unguarded() -> Recording:
    return pool(guarded=False)


def test_customers_sign_up_with_a_verified_address(recording: Recording) -> None:
    inputs = recording.one("aws:cognito/userPool:UserPool", "customers").inputs
    assert inputs["usernameAttributes"] == ["email"]
    assert inputs["autoVerifiedAttributes"] == ["email"]
    assert inputs["userAttributeUpdateSettings"] == {
        "attributesRequireVerificationBeforeUpdates": ["email"]
    }


def test_an_address_is_one_customer_however_it_is_spelled(recording: Recording) -> None:
    inputs = recording.one("aws:cognito/userPool:UserPool", "customers").inputs
    assert inputs["usernameConfiguration"] == {"caseSensitive": False}


def test_codes_come_from_the_stages_sender_where_it_has_one(
    recording: Recording, unguarded: Recording
) -> None:
    inputs = unguarded.one("aws:cognito/userPool:UserPool", "customers").inputs
    assert "emailConfiguration" not in inputs
    mailing = recording.one("aws:cognito/userPool:UserPool", "customers")
    assert mailing.inputs["emailConfiguration"] == {
        "emailSendingAccount": "DEVELOPER",
        "fromEmailAddress": "orders@shop.example",
        "sourceArn": "arn:aws-cn:ses:cn-north-1:123456789012:identity/orders@shop.example",
    }


def test_who_forgot_a_password_is_let_in_by_that_address_alone(recording: Recording) -> None:
    inputs = recording.one("aws:cognito/userPool:UserPool", "customers").inputs
    assert inputs["accountRecoverySetting"] == {
        "recoveryMechanisms": [{"name": "verified_email", "priority": 1}]
    }


def test_passwords_are_long(recording: Recording) -> None:
    inputs = recording.one("aws:cognito/userPool:UserPool", "customers").inputs
    assert inputs["passwordPolicy"] == {
        "minimumLength": 12,
        "requireLowercase": True,
        "requireNumbers": True,
        "requireSymbols": False,
        "requireUppercase": True,
        "temporaryPasswordValidityDays": 7,
    }


def test_the_client_is_public_and_no_password_travels(recording: Recording) -> None:
    inputs = recording.one("aws:cognito/userPoolClient:UserPoolClient", "customers").inputs
    assert inputs["userPoolId"] == "customers-UserPool"
    assert inputs["generateSecret"] is False
    assert set(inputs["explicitAuthFlows"]) == {
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    }
    assert inputs["preventUserExistenceErrors"] == "ENABLED"


def test_tokens_last_an_hour_and_are_renewed_for_a_month(recording: Recording) -> None:
    inputs = recording.one("aws:cognito/userPoolClient:UserPoolClient", "customers").inputs
    lasts = {
        token: (inputs[f"{token}TokenValidity"], inputs["tokenValidityUnits"][f"{token}Token"])
        for token in ("access", "id", "refresh")
    }
    assert lasts == {"access": (1, "hours"), "id": (1, "hours"), "refresh": (30, "days")}
    # Signing out ends them sooner.
    assert inputs["enableTokenRevocation"] is True


def test_staff_are_a_group(recording: Recording) -> None:
    assert recording.one("aws:cognito/userGroup:UserGroup", "customers").inputs == {
        "userPoolId": "customers-UserPool",
        "name": "staff",
        "description": "Sees the orders of every customer at a restaurant.",
    }


def test_the_stage_says_whether_it_may_be_deleted(
    recording: Recording, unguarded: Recording
) -> None:
    for each, protection in ((recording, "ACTIVE"), (unguarded, "INACTIVE")):
        inputs = each.one("aws:cognito/userPool:UserPool", "customers").inputs
        assert inputs["deletionProtection"] == protection
