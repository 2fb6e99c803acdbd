"""Customers of the deployed stage, signed up and signed in as a front end would do it."""

import re
import secrets
import time
from dataclasses import dataclass

from pycognito.aws_srp import AWSSRP  # pyright: ignore[reportMissingTypeStubs]

from local.engine.aws import Aws
from local.mailbox import Mailbox

CODE_WITHIN_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A signed-in customer; `access_token` goes into the `Authorization` header."""

    email: str
    password: str
    sub: str
    access_token: str
    id_token: str


def sign_up(aws: Aws, mailbox: Mailbox, outputs: dict[str, str], email: str) -> str:
    """Make an account, confirm it with the code that is mailed to it, and return its password."""
    password = f"Aa1{secrets.token_urlsafe(12)}"
    aws.cognito.sign_up(
        ClientId=outputs["userPoolClientId"],
        Username=email,
        Password=password,
        UserAttributes=[{"Name": "email", "Value": email}],
    )
    aws.cognito.confirm_sign_up(
        ClientId=outputs["userPoolClientId"],
        Username=email,
        ConfirmationCode=_code(mailbox, email),
    )
    # On AWS the code's confirmation does this; the emulator leaves it out.
    aws.cognito.admin_update_user_attributes(
        UserPoolId=outputs["userPoolId"],
        Username=email,
        UserAttributes=[{"Name": "email_verified", "Value": "true"}],
    )
    return password


def _code(mailbox: Mailbox, email: str) -> str:
    deadline = time.monotonic() + CODE_WITHIN_SECONDS
    while time.monotonic() < deadline:
        for mail in mailbox.mails():
            if mail.to == email and (code := re.search(r"\b\d{6}\b", mail.text)):
                return code[0]
        time.sleep(0.02)
    raise TimeoutError(f"No confirmation code reached {email}.")


def sign_in(aws: Aws, outputs: dict[str, str], email: str, password: str) -> Customer:
    """Sign in by SRP: the password itself does not travel."""
    tokens: dict[str, str] = AWSSRP(
        username=email,
        password=password,
        pool_id=outputs["userPoolId"],
        client_id=outputs["userPoolClientId"],
        client=aws.cognito,
    ).authenticate_user()["AuthenticationResult"]  # pyright: ignore[reportAssignmentType, reportTypedDictNotRequiredAccess]
    user = aws.cognito.get_user(AccessToken=tokens["AccessToken"])
    sub = next(a.get("Value", "") for a in user["UserAttributes"] if a["Name"] == "sub")
    return Customer(
        email=email,
        password=password,
        sub=sub,
        access_token=tokens["AccessToken"],
        id_token=tokens["IdToken"],
    )
