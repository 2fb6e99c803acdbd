"""What a pool's policy asks of passwords, and its protection."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.engine.aws import Aws

pytestmark = pytest.mark.cloud
# As the AWS provider has it: what is false is left out.
POLICIES: Any = {
    "PasswordPolicy": {"MinimumLength": 12, "RequireLowercase": True, "RequireNumbers": True}
}


def pool(aws: Aws, **settings: Any) -> str:
    return aws.cognito.create_user_pool(PoolName="customers", **settings)["UserPool"].get("Id", "")


def takes(aws: Aws, pool_id: str, password: str) -> bool:
    aws.cognito.admin_create_user(UserPoolId=pool_id, Username=f"user-of-{password}")
    try:
        aws.cognito.admin_set_user_password(
            UserPoolId=pool_id, Username=f"user-of-{password}", Password=password, Permanent=True
        )
    except aws.cognito.exceptions.InvalidPasswordException:
        return False
    return True


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("correct1horse", True),
        ("correct1horse!A", True),
        ("correcthorses", False),
        ("CORRECT1HORSE", False),
        ("c1", False),
    ],
)
def test_a_policy_asks_for_no_more_than_it_says(aws: Aws, password: str, taken: bool) -> None:
    pool_id = pool(aws, Policies=POLICIES)
    assert takes(aws, pool_id, password) is taken


@pytest.mark.parametrize(
    "settings", [{}, {"Policies": {"PasswordPolicy": {"RequireSymbols": True}}}]
)
def test_a_symbol_is_asked_for_where_the_policy_says_so_or_there_is_none(
    aws: Aws, settings: dict[str, Any]
) -> None:
    pool_id = pool(aws, **settings)
    assert not takes(aws, pool_id, "Correct1horse")
    assert takes(aws, pool_id, "Correct1horse!")


def test_a_policy_that_is_changed_counts(aws: Aws) -> None:
    pool_id = pool(aws)
    aws.cognito.update_user_pool(UserPoolId=pool_id, Policies=POLICIES)
    assert takes(aws, pool_id, "correct1horse")


def test_a_protected_pool_is_not_deleted(aws: Aws) -> None:
    pool_id = pool(aws, DeletionProtection="ACTIVE")
    with pytest.raises(ClientError) as refused:
        aws.cognito.delete_user_pool(UserPoolId=pool_id)
    error = refused.value.response.get("Error", {})
    assert error.get("Code") == "InvalidParameterException"
    assert error.get("Message") == (
        "The user pool cannot be deleted because deletion protection is activated. "
        "Deletion protection must be inactivated first."
    )
    assert aws.cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"].get("Id") == pool_id

    aws.cognito.update_user_pool(UserPoolId=pool_id, DeletionProtection="INACTIVE")
    aws.cognito.delete_user_pool(UserPoolId=pool_id)
    with pytest.raises(aws.cognito.exceptions.ResourceNotFoundException):
        aws.cognito.describe_user_pool(UserPoolId=pool_id)


def test_a_group_is_changed(aws: Aws) -> None:
    group: Any = {"UserPoolId": pool(aws), "GroupName": "staff"}
    aws.cognito.create_group(**group, Description="Cooks", Precedence=1)
    aws.cognito.update_group(**group, Description="Waits")
    changed = aws.cognito.get_group(**group)["Group"]
    assert (changed.get("Description"), changed.get("Precedence")) == ("Waits", 1)
    with pytest.raises(aws.cognito.exceptions.ResourceNotFoundException):
        aws.cognito.update_group(UserPoolId=group["UserPoolId"], GroupName="none")
