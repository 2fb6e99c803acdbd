"""Whom AWS trusts to preview and to deploy orderflow. A program of its own, once an account."""

import pulumi
from deployment_roles import DeploymentRoles, DeploymentRolesArgs, StateBackend

config = pulumi.Config("deployment-roles")
roles = DeploymentRoles(
    "github",
    DeploymentRolesArgs(
        repository=config.require("repository"),
        stages=config.require_object("stages"),
        region=pulumi.Config("aws").require("region"),
        state=StateBackend(
            bucket=config.require("stateBucket"), key_arn=config.require("stateKeyArn")
        ),
        oidc_provider_arn=config.get("oidcProviderArn") or None,
    ),
)

pulumi.export("previewRoleArn", roles.preview_role_arn)
pulumi.export("deployRoleArns", roles.deploy_role_arns)
