"""Cognito user pools, their clients and groups."""

from typing import Any, ClassVar

from local.engine.aws import Aws
from local.engine.providers.provider import (
    ANY,
    FIXED,
    SET,
    TAGS,
    Inputs,
    Property,
    Provider,
    State,
    camel,
    given,
    pascal,
    retag,
    structure,
)

VERIFIED_FIRST = "attributesRequireVerificationBeforeUpdate"


class UserPool(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "accountRecoverySetting": structure("recoveryMechanisms"),
        "autoVerifiedAttributes": SET,
        "deletionProtection": Property(default="INACTIVE"),
        "emailConfiguration": structure("emailSendingAccount", "fromEmailAddress", "sourceArn"),
        "passwordPolicy": ANY,
        "userAttributeUpdateSettings": structure(VERIFIED_FIRST + "s"),
        "usernameAttributes": Property(replaces=True, compared=SET.compared),
        "usernameConfiguration": structure("caseSensitive", replaces=True),
        "tags": TAGS,
    }
    outputs: ClassVar = {
        "arn": (),
        "creationDate": (),
        "endpoint": (),
        "lastModifiedDate": tuple(key for key in inputs if key != "tags"),
    }

    def create(self, aws: Aws, inputs: Inputs) -> str:
        made: Any = aws.cognito.create_user_pool(
            PoolName=inputs["name"],
            UserPoolTags=inputs["tags"],
            **pascal(given(inputs, "usernameAttributes", "usernameConfiguration")),
            **self._configuration(inputs),
        )
        return made["UserPool"]["Id"]

    def read(self, aws: Aws, state: State) -> State:
        pool_id = state["id"]
        pool: Any = aws.cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
        found: State = {
            "name": pool["Name"],
            "arn": pool["Arn"],
            "creationDate": pool["CreationDate"].isoformat(),
            "lastModifiedDate": pool["LastModifiedDate"].isoformat(),
            "endpoint": f"cognito-idp.{aws.region}.amazonaws.com/{pool_id}",
            "autoVerifiedAttributes": pool.get("AutoVerifiedAttributes") or [],
            "deletionProtection": pool.get("DeletionProtection", "INACTIVE"),
            "usernameAttributes": pool.get("UsernameAttributes") or [],
            "tags": pool.get("UserPoolTags") or {},
        }
        for key in ("accountRecoverySetting", "usernameConfiguration"):
            if value := pool.get(key[0].upper() + key[1:]):
                found[key] = camel(value)
        if policy := (pool.get("Policies") or {}).get("PasswordPolicy"):
            found["passwordPolicy"] = camel(policy)
        if settings := pool.get("UserAttributeUpdateSettings"):
            # The provider's plural.
            found["userAttributeUpdateSettings"] = {
                VERIFIED_FIRST + "s": camel(settings)[VERIFIED_FIRST]
            }
        mailer = pool.get("EmailConfiguration") or {}
        if mailer.get("EmailSendingAccount") == "DEVELOPER":
            found["emailConfiguration"] = {
                "emailSendingAccount": "DEVELOPER",
                "fromEmailAddress": mailer.get("From"),
                "sourceArn": mailer.get("SourceArn"),
            }
        return found

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        if changed - {"tags"}:
            aws.cognito.update_user_pool(
                UserPoolId=state["id"], UserPoolTags=inputs["tags"], **self._configuration(inputs)
            )
        arn = state["arn"]
        retag(
            state,
            inputs,
            lambda tags: aws.cognito.tag_resource(ResourceArn=arn, Tags=tags),
            lambda keys: aws.cognito.untag_resource(ResourceArn=arn, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.cognito.delete_user_pool(UserPoolId=state["id"])

    def holds(self, aws: Aws, state: State) -> str | None:
        users = aws.cognito.list_users(UserPoolId=state["id"], Limit=1)["Users"]
        return "users" if users else None

    def _configuration(self, inputs: Inputs) -> dict[str, Any]:
        """All that can be changed: what an update leaves out, Cognito sets to its default."""
        arguments = pascal(
            given(inputs, "accountRecoverySetting", "autoVerifiedAttributes", "deletionProtection")
        )
        if policy := inputs["passwordPolicy"]:
            arguments["Policies"] = {"PasswordPolicy": pascal(policy)}
        if settings := inputs["userAttributeUpdateSettings"]:
            arguments["UserAttributeUpdateSettings"] = pascal(
                {VERIFIED_FIRST: settings[VERIFIED_FIRST + "s"]}
            )
        arguments["EmailConfiguration"] = {"EmailSendingAccount": "COGNITO_DEFAULT"}
        if mailer := inputs["emailConfiguration"]:
            arguments["EmailConfiguration"] = {
                "EmailSendingAccount": mailer["emailSendingAccount"],
                "From": mailer["fromEmailAddress"],
                "SourceArn": mailer["sourceArn"],
            }
        return arguments


class UserPoolClient(Provider):
    inputs: ClassVar = {
        "name": ANY,
        "accessTokenValidity": ANY,
        "enableTokenRevocation": Property(default=True),
        "explicitAuthFlows": SET,
        "generateSecret": Property(default=False, replaces=True),
        "idTokenValidity": ANY,
        "preventUserExistenceErrors": ANY,
        "refreshTokenValidity": ANY,
        "tokenValidityUnits": structure("accessToken", "idToken", "refreshToken"),
        "userPoolId": FIXED,
    }

    def create(self, aws: Aws, inputs: Inputs) -> str:
        made: Any = aws.cognito.create_user_pool_client(
            GenerateSecret=inputs["generateSecret"], **self._configuration(inputs)
        )
        return made["UserPoolClient"]["ClientId"]

    def read(self, aws: Aws, state: State) -> State:
        described: Any = aws.cognito.describe_user_pool_client(
            UserPoolId=state["userPoolId"], ClientId=state["id"]
        )
        client = described["UserPoolClient"]
        found = {key: value for key, value in camel(client).items() if key in self.inputs}
        return {**found, "name": client["ClientName"], "generateSecret": "ClientSecret" in client}

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        aws.cognito.update_user_pool_client(ClientId=state["id"], **self._configuration(inputs))

    def delete(self, aws: Aws, state: State) -> None:
        aws.cognito.delete_user_pool_client(UserPoolId=state["userPoolId"], ClientId=state["id"])

    def _configuration(self, inputs: Inputs) -> dict[str, Any]:
        apart = {"name", "generateSecret"}
        return {
            "ClientName": inputs["name"],
            **pascal(given(inputs, *(key for key in self.inputs if key not in apart))),
        }


class UserGroup(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "description": Property(default=""),
        "userPoolId": FIXED,
    }

    def create(self, aws: Aws, inputs: Inputs) -> str:
        aws.cognito.create_group(
            UserPoolId=inputs["userPoolId"],
            GroupName=inputs["name"],
            Description=inputs["description"],
        )
        return f"{inputs['userPoolId']}/{inputs['name']}"

    def read(self, aws: Aws, state: State) -> State:
        pool_id, _, name = state["id"].partition("/")
        found: Any = aws.cognito.get_group(UserPoolId=pool_id, GroupName=name)["Group"]
        return {
            "name": name,
            "userPoolId": pool_id,
            "description": found.get("Description", ""),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        pool_id, _, name = state["id"].partition("/")
        aws.cognito.update_group(
            UserPoolId=pool_id, GroupName=name, Description=inputs["description"]
        )

    def delete(self, aws: Aws, state: State) -> None:
        pool_id, _, name = state["id"].partition("/")
        aws.cognito.delete_group(UserPoolId=pool_id, GroupName=name)


PROVIDERS: dict[str, Provider] = {
    "aws:cognito/userPool:UserPool": UserPool(),
    "aws:cognito/userPoolClient:UserPoolClient": UserPoolClient(),
    "aws:cognito/userGroup:UserGroup": UserGroup(),
}
