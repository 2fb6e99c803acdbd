"""IAM roles and their policies."""

from local.engine.aws import Aws
from local.engine.providers.provider import Created, Inputs, Provider, physical_name, tag_list


def role(aws: Aws, name: str, inputs: Inputs) -> Created:
    created = aws.iam.create_role(
        RoleName=physical_name(name, inputs),
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Tags=tag_list(inputs),
    )["Role"]
    return created["RoleName"], {"name": created["RoleName"], "arn": created["Arn"]}


def role_policy(aws: Aws, name: str, inputs: Inputs) -> Created:
    policy = physical_name(name, inputs)
    aws.iam.put_role_policy(
        RoleName=inputs["role"], PolicyName=policy, PolicyDocument=inputs["policy"]
    )
    return f"{inputs['role']}:{policy}", {"name": policy}


PROVIDERS: dict[str, Provider] = {
    "aws:iam/role:Role": role,
    "aws:iam/rolePolicy:RolePolicy": role_policy,
}
