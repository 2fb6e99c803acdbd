"""IAM roles and their policies."""

import json
from typing import Any, ClassVar

from local.engine.aws import Aws
from local.engine.providers.provider import (
    DOCUMENT,
    FIXED,
    TAGS,
    Inputs,
    Property,
    Provider,
    State,
    retag,
    tag_list,
    tag_map,
)


class Role(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "namePrefix": FIXED,
        "path": Property(default="/", replaces=True),
        "assumeRolePolicy": DOCUMENT,
        "description": Property(default=""),
        "maxSessionDuration": Property(default=3600),
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": (), "createDate": (), "uniqueId": ()}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        return aws.iam.create_role(
            RoleName=inputs["name"],
            Path=inputs["path"],
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            Description=inputs["description"],
            MaxSessionDuration=inputs["maxSessionDuration"],
            Tags=tag_list(inputs["tags"]),
        )["Role"]["RoleName"]

    def read(self, aws: Aws, state: State) -> State:
        role: Any = aws.iam.get_role(RoleName=state["id"])["Role"]
        return {
            "name": role["RoleName"],
            "arn": role["Arn"],
            "createDate": role["CreateDate"].isoformat(),
            "uniqueId": role["RoleId"],
            "path": role["Path"],
            "assumeRolePolicy": json.dumps(role["AssumeRolePolicyDocument"]),
            "description": role.get("Description", ""),
            "maxSessionDuration": role.get("MaxSessionDuration", 3600),
            "tags": tag_map(aws.iam.list_role_tags(RoleName=state["id"])["Tags"]),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        role = state["id"]
        if "assumeRolePolicy" in changed:
            aws.iam.update_assume_role_policy(
                RoleName=role, PolicyDocument=inputs["assumeRolePolicy"]
            )
        if "description" in changed:
            aws.iam.update_role_description(RoleName=role, Description=inputs["description"])
        if "maxSessionDuration" in changed:
            longest = inputs["maxSessionDuration"]
            aws.iam.update_role(RoleName=role, MaxSessionDuration=longest)
        retag(
            state,
            inputs,
            lambda tags: aws.iam.tag_role(RoleName=role, Tags=tag_list(tags)),
            lambda keys: aws.iam.untag_role(RoleName=role, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.iam.delete_role(RoleName=state["id"])


class RolePolicy(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "namePrefix": FIXED,
        "role": FIXED,
        "policy": DOCUMENT,
    }

    def create(self, aws: Aws, inputs: Inputs) -> str:
        self._put(aws, inputs)
        return f"{inputs['role']}:{inputs['name']}"

    def read(self, aws: Aws, state: State) -> State:
        role, _, name = state["id"].partition(":")
        policy: Any = aws.iam.get_role_policy(RoleName=role, PolicyName=name)
        return {"name": name, "role": role, "policy": json.dumps(policy["PolicyDocument"])}

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        self._put(aws, inputs)

    def delete(self, aws: Aws, state: State) -> None:
        role, _, name = state["id"].partition(":")
        aws.iam.delete_role_policy(RoleName=role, PolicyName=name)

    def _put(self, aws: Aws, inputs: Inputs) -> None:
        aws.iam.put_role_policy(
            RoleName=inputs["role"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"]
        )


PROVIDERS: dict[str, Provider] = {
    "aws:iam/role:Role": Role(),
    "aws:iam/rolePolicy:RolePolicy": RolePolicy(),
}
