"""Who the customers are."""

from dataclasses import dataclass
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.location import Location

STAFF = "staff"


class PasswordPolicy(TypedDict):
    """What a password must have, spelled as in the stack's outputs."""

    minimumLength: int
    requireLowercase: bool
    requireNumbers: bool
    requireSymbols: bool
    requireUppercase: bool


# The pool refuses other passwords, and front ends say so before it does.
PASSWORD_POLICY: PasswordPolicy = {
    "minimumLength": 12,
    "requireLowercase": True,
    "requireNumbers": True,
    "requireSymbols": False,
    "requireUppercase": True,
}


@dataclass(frozen=True, kw_only=True)
class CustomerPoolArgs:
    """How well the accounts are guarded against loss, and who writes to them.

    Args:
        sender_email: SES identity that mails the codes; None: Cognito's own mailer does, at most
            some 50 a day.
        neighbour_arn: of anything in the account and region where that identity is.
    """

    deletion_protection: bool
    sender_email: str | None
    neighbour_arn: pulumi.Input[str]


class CustomerPool(pulumi.ComponentResource):
    """A Cognito user pool: customers sign up by e-mail; group `staff` sees its restaurants' orders.

    The client is public, as a browser's or a phone's is: it has no secret and signs in by SRP, so
    that no password travels.
    """

    pool_id: pulumi.Output[str]
    pool_arn: pulumi.Output[str]
    client_id: pulumi.Output[str]
    password_policy: pulumi.Output[PasswordPolicy]
    groups: pulumi.Output[list[str]]

    def __init__(
        self, name: str, args: CustomerPoolArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:identity:CustomerPool", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        pool = aws.cognito.UserPool(
            name,
            username_attributes=["email"],
            # Alice@x and alice@x are one customer; a pool is made so, or otherwise for ever.
            username_configuration=aws.cognito.UserPoolUsernameConfigurationArgs(
                case_sensitive=False
            ),
            email_configuration=_mailed_by(args.sender_email, Location.of(args.neighbour_arn)),
            auto_verified_attributes=["email"],
            password_policy=aws.cognito.UserPoolPasswordPolicyArgs(
                minimum_length=PASSWORD_POLICY["minimumLength"],
                require_lowercase=PASSWORD_POLICY["requireLowercase"],
                require_numbers=PASSWORD_POLICY["requireNumbers"],
                require_symbols=PASSWORD_POLICY["requireSymbols"],
                require_uppercase=PASSWORD_POLICY["requireUppercase"],
                temporary_password_validity_days=7,
            ),
            account_recovery_setting=aws.cognito.UserPoolAccountRecoverySettingArgs(
                recovery_mechanisms=[
                    aws.cognito.UserPoolAccountRecoverySettingRecoveryMechanismArgs(
                        name="verified_email", priority=1
                    )
                ]
            ),
            # A changed address counts only once it is verified: mail never goes astray.
            user_attribute_update_settings=aws.cognito.UserPoolUserAttributeUpdateSettingsArgs(
                attributes_require_verification_before_updates=["email"]
            ),
            deletion_protection="ACTIVE" if args.deletion_protection else "INACTIVE",
            # Against a replacement too, which would begin without any customer.
            opts=pulumi.ResourceOptions(parent=self, protect=args.deletion_protection),
        )
        client = aws.cognito.UserPoolClient(
            name,
            user_pool_id=pool.id,
            generate_secret=False,
            explicit_auth_flows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            access_token_validity=1,
            id_token_validity=1,
            refresh_token_validity=30,
            token_validity_units=aws.cognito.UserPoolClientTokenValidityUnitsArgs(
                access_token="hours",  # noqa: S106 (a unit)
                id_token="hours",  # noqa: S106 (a unit)
                refresh_token="days",  # noqa: S106 (a unit)
            ),
            opts=child,
        )
        staff = aws.cognito.UserGroup(
            name,
            user_pool_id=pool.id,
            name=STAFF,
            description="Sees the orders of every customer at a restaurant.",
            # Its name is fixed: there cannot be two at once.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        self.pool_id = pool.id
        self.pool_arn = pool.arn
        self.client_id = client.id
        self.password_policy = pulumi.Output.from_input(PASSWORD_POLICY)
        self.groups = pulumi.Output.all(staff.name)
        self.register_outputs({"poolId": self.pool_id, "clientId": self.client_id})


def _mailed_by(
    sender_email: str | None, location: Location
) -> aws.cognito.UserPoolEmailConfigurationArgs | None:
    if sender_email is None:
        return None
    return aws.cognito.UserPoolEmailConfigurationArgs(
        email_sending_account="DEVELOPER",
        from_email_address=sender_email,
        # Cognito takes the address also where it is its domain that SES has verified.
        source_arn=location.arn("ses", f"identity/{sender_email}"),
    )
