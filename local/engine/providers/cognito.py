"""Cognito user pools, their clients and groups."""

from typing import Any

from local.engine.aws import Aws
from local.engine.providers.provider import Created, Inputs, Provider, pascal, physical_name


def user_pool(aws: Aws, name: str, inputs: Inputs) -> Created:
    pool_name = physical_name(name, inputs)
    arguments: dict[str, Any] = {
        argument: pascal(inputs[key])
        for key, argument in (
            ("usernameAttributes", "UsernameAttributes"),
            ("usernameConfiguration", "UsernameConfiguration"),
            ("autoVerifiedAttributes", "AutoVerifiedAttributes"),
            ("accountRecoverySetting", "AccountRecoverySetting"),
            ("deletionProtection", "DeletionProtection"),
        )
        if key in inputs
    }
    arguments["Policies"] = {"PasswordPolicy": pascal(inputs["passwordPolicy"])}
    arguments["UserAttributeUpdateSettings"] = {
        # The provider's plural.
        "AttributesRequireVerificationBeforeUpdate": inputs["userAttributeUpdateSettings"][
            "attributesRequireVerificationBeforeUpdates"
        ]
    }
    if "emailConfiguration" in inputs:
        mailer = inputs["emailConfiguration"]
        arguments["EmailConfiguration"] = {
            "EmailSendingAccount": mailer["emailSendingAccount"],
            "From": mailer["fromEmailAddress"],
            "SourceArn": mailer["sourceArn"],
        }
    pool = aws.cognito.create_user_pool(
        PoolName=pool_name, UserPoolTags=inputs.get("tags", {}), **arguments
    )["UserPool"]
    return pool.get("Id", ""), {"name": pool_name, "arn": pool.get("Arn")}


def user_pool_client(aws: Aws, name: str, inputs: Inputs) -> Created:
    client_name = physical_name(name, inputs)
    client = aws.cognito.create_user_pool_client(ClientName=client_name, **pascal(inputs))
    return client["UserPoolClient"].get("ClientId", ""), {"name": client_name}


def user_group(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.cognito.create_group(
        UserPoolId=inputs["userPoolId"],
        GroupName=inputs["name"],
        Description=inputs.get("description", ""),
    )
    return f"{inputs['userPoolId']}/{inputs['name']}", {}


PROVIDERS: dict[str, Provider] = {
    "aws:cognito/userPool:UserPool": user_pool,
    "aws:cognito/userPoolClient:UserPoolClient": user_pool_client,
    "aws:cognito/userGroup:UserGroup": user_group,
}
