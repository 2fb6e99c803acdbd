"""Customers of the deployed stage, signed up and signed in as a front end would do it."""

import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError
from pycognito.aws_srp import AWSSRP  # pyright: ignore[reportMissingTypeStubs]

from local.cloud import CloudError
from local.engine.aws import Aws
from local.mailbox import Mailbox

CODE_WITHIN_SECONDS = 10
DOMAIN = "orderflow.example"
STAFF = "staff"


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


def employ(aws: Aws, outputs: dict[str, str], user_id: str, restaurant: str) -> None:
    """Write the row by which a member of group `staff` is staff of this restaurant."""
    aws.dynamodb.put_item(
        TableName=outputs["restaurantStaffTableName"],
        Item={"restaurantId": {"S": restaurant}, "userId": {"S": user_id}},
    )


class Accounts:
    """Customers whose passwords are kept, so that they can sign in again.

    Args:
        file: of the passwords, by e-mail address; readable by this user only.
    """

    def __init__(self, aws: Aws, mailbox: Mailbox, outputs: dict[str, str], file: Path) -> None:
        self._aws = aws
        self._mailbox = mailbox
        self._outputs = outputs
        self._file = file

    def sign_in(self, name: str, *, staff_of: str | None = None) -> Customer:
        """Sign a customer in, and up before that where there is none.

        Args:
            name: an address, or what is before the @ of one.
            staff_of: make the customer staff of this restaurant, as an operator does.

        Raises:
            CloudError: Cognito refuses; such as a customer of another origin, whose password is
                not here.
        """
        email = name if "@" in name else f"{name}@{DOMAIN}"
        try:
            with self._passwords() as passwords:
                if email not in passwords:
                    passwords[email] = sign_up(self._aws, self._mailbox, self._outputs, email)
            if staff_of is not None:
                self._aws.cognito.admin_add_user_to_group(
                    UserPoolId=self._outputs["userPoolId"], Username=email, GroupName=STAFF
                )
            customer = sign_in(self._aws, self._outputs, email, passwords[email])
            if staff_of is not None:
                employ(self._aws, self._outputs, customer.sub, staff_of)
            return customer
        except ClientError as error:
            raise CloudError(f"{email} could not sign in: {error}") from error

    @contextmanager
    def _passwords(self) -> Generator[dict[str, str]]:
        """The passwords, to read and add to; other processes wait."""
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            passwords: dict[str, str] = json.loads(file.read() or "{}")
            try:
                yield passwords
            finally:
                file.seek(0)
                json.dump(passwords, file)
