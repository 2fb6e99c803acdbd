"""Who places the orders of a load: a customer that is given, or one that is made and removed."""

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from botocore.exceptions import ClientError
from pycognito.aws_srp import AWSSRP  # pyright: ignore[reportMissingTypeStubs]

from ops.stage import OpsError, Stage


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """A customer's, whose account there is."""

    address: str
    password: str


@contextmanager
def customer(stage: Stage, given: Credentials | None) -> Generator[str]:
    """An access token of the given customer, or of one that is there only meanwhile.

    Raises:
        OpsError: the given one cannot sign in.
    """
    if given:
        yield _sign_in(stage, given)
        return
    made = _make(stage)
    try:
        yield _sign_in(stage, made)
    finally:
        stage.cognito.admin_delete_user(
            UserPoolId=stage.output("userPoolId"), Username=made.address
        )


def _make(stage: Stage) -> Credentials:
    """One whose address is not verified, so that nobody is mailed about the orders."""
    made = Credentials(
        address=f"load-{secrets.token_hex(8)}@orderflow.invalid",
        password=f"Aa1{secrets.token_urlsafe(24)}",
    )
    pool = stage.output("userPoolId")
    stage.cognito.admin_create_user(
        UserPoolId=pool,
        Username=made.address,
        MessageAction="SUPPRESS",
        UserAttributes=[
            {"Name": "email", "Value": made.address},
            {"Name": "email_verified", "Value": "false"},
        ],
    )
    stage.cognito.admin_set_user_password(
        UserPoolId=pool, Username=made.address, Password=made.password, Permanent=True
    )
    return made


def _sign_in(stage: Stage, credentials: Credentials) -> str:
    """By SRP, as a front end does: the password itself does not travel."""
    try:
        answer = AWSSRP(
            username=credentials.address,
            password=credentials.password,
            pool_id=stage.output("userPoolId"),
            client_id=stage.output("userPoolClientId"),
            client=stage.cognito,
        ).authenticate_user()
    except ClientError as error:
        said = error.response.get("Error", {}).get("Message", "")
        raise OpsError(f"{credentials.address} could not sign in: {said}") from error
    return answer["AuthenticationResult"]["AccessToken"]  # pyright: ignore[reportTypedDictNotRequiredAccess]
