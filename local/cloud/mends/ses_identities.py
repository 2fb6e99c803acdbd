"""Has the emulator authorize SES's SendEmail on the identity that it sends from, as AWS does.

The emulator knows of none there, and asks for the action on `*`, which no exact policy allows.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
"""

import json

from ministack.core import iam_actions  # pyright: ignore[reportMissingTypeStubs]

OUTBOUND = "/v2/email/outbound-emails"


def authorize_sending_on_identities() -> None:
    """Patch the emulator that this process runs."""
    resource_arn = iam_actions._ses_v2_resource_arn  # pyright: ignore[reportPrivateUsage]

    def with_sender(method: str, path: str, body: bytes, region: str, account_id: str) -> str:
        if path.rstrip("/") != OUTBOUND:
            return resource_arn(method, path, body, region, account_id)
        sender = json.loads(body).get("FromEmailAddress", "*")
        return f"arn:aws:ses:{region}:{account_id}:identity/{sender}"

    iam_actions._ses_v2_resource_arn = with_sender  # pyright: ignore[reportPrivateUsage]
