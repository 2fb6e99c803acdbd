"""Has the emulator authorize SES's SendEmail on the identity that it sends from, as AWS does.

The emulator knows of none there, and asks for the action on `*`, which no exact policy allows; nor
does it know the sender as a condition key.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
"""

import json
from typing import Any

from ministack.core import (  # pyright: ignore[reportMissingTypeStubs]
    iam_actions,
    iam_evaluator,
)

OUTBOUND = "/v2/email/outbound-emails"


def authorize_sending_on_identities() -> None:
    """Patch the emulator that this process runs."""
    resource_arn = iam_actions._ses_v2_resource_arn  # pyright: ignore[reportPrivateUsage]
    enforce = iam_evaluator.enforce

    def with_sender(method: str, path: str, body: bytes, region: str, account_id: str) -> str:
        if path.rstrip("/") != OUTBOUND:
            return resource_arn(method, path, body, region, account_id)
        sender = json.loads(body).get("FromEmailAddress", "*")
        return f"arn:aws:ses:{region}:{account_id}:identity/{sender}"

    def from_sender(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        if iam_action == "ses:SendEmail":
            sender = resource_arn.partition("identity/")[2]
            service_context = {**(service_context or {}), "ses:FromAddress": sender}
        return enforce(access_key_id, iam_action, service, region, resource_arn, service_context)

    iam_actions._ses_v2_resource_arn = with_sender  # pyright: ignore[reportPrivateUsage]
    iam_evaluator.enforce = from_sender
