"""Has the emulator authorize SES's SendEmail on the identity that it sends from, as AWS does.

The emulator knows of none there, and asks for the action on `*`, which no exact policy allows; nor
does it know the sender as a condition key.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
"""

import json
from typing import Any

from ministack import app  # pyright: ignore[reportMissingTypeStubs]
from ministack.core.responses import get_account_id  # pyright: ignore[reportMissingTypeStubs]

OUTBOUND = "/v2/email/outbound-emails"


def authorize_sending_on_identities() -> None:
    """Patch the emulator that this process runs."""
    enforce = app._enforce_ses_v2  # pyright: ignore[reportPrivateUsage]

    def with_sender(
        method: str, path: str, headers: Any, body: bytes, query_params: Any, request_id: str
    ) -> Any:
        if not app.AUTH or path.rstrip("/") != OUTBOUND:
            return enforce(method, path, headers, body, query_params, request_id)
        sender = json.loads(body).get("FromEmailAddress", "*")
        region = app.extract_region(headers, query_params)
        identity = f"arn:aws:ses:{region}:{get_account_id()}:identity/{sender}"
        return app._enforce_data_plane(  # pyright: ignore[reportPrivateUsage]
            "sesv2",
            "ses:SendEmail",
            headers,
            query_params,
            request_id,
            resource_arn=identity,
            service_context={"ses:FromAddress": sender},
            named_resource=identity,
        )

    app._enforce_ses_v2 = with_sender  # pyright: ignore[reportPrivateUsage]
