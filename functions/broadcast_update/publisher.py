"""Calls the API's mutation for updates, signed as the function's role."""

import json
from typing import TYPE_CHECKING, Any, Protocol

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError

from functions.broadcast_update.order_update import OrderUpdate

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse
    from botocore.credentials import Credentials

# Subscribers get those of the fields here that they have asked for.
MUTATION = """
  mutation ($order: OrderUpdateInput!) {
    publishOrderUpdate(order: $order) {
      id customerId name quantity restaurantId addOns
      status statusReason placedAt updatedAt version deletedAt
    }
  }
"""


class HttpSession(Protocol):
    """Sends requests over connections that it keeps, such as botocore's URLLib3Session.

    Raises:
        BotoCoreError: there was no answer.
    """

    def send(self, request: "AWSPreparedRequest") -> "AWSResponse": ...


class NotPublished(Exception):
    """The API did not take the update; it says why."""


class Publisher:
    """Publishes updates to the API at `graphql_url`."""

    def __init__(
        self, graphql_url: str, http: HttpSession, credentials: "Credentials", region: str
    ) -> None:
        self._url = graphql_url
        self._http = http
        self._signer = SigV4Auth(credentials, "appsync", region)

    def publish(self, order: OrderUpdate) -> None:
        """Tell every subscriber that may see the order.

        Raises:
            NotPublished: the API refused it, or did not answer.
        """
        request = AWSRequest(
            method="POST",
            url=self._url,
            headers={"content-type": "application/json"},
            data=json.dumps({"query": MUTATION, "variables": {"order": order}}),
        )
        self._signer.add_auth(request)
        try:
            response = self._http.send(request.prepare())
        except BotoCoreError as error:
            raise NotPublished(f"no answer: {error}") from error
        refusal = _refusal(response.status_code, response.content)
        if refusal is not None:
            raise NotPublished(refusal)


def _refusal(status: int, body: bytes) -> str | None:
    """Why the API did not publish; None where it did."""
    try:
        answer: Any = json.loads(body)
    except ValueError:
        return f"HTTP {status}, no JSON"
    if errors := answer.get("errors"):
        # Not their messages, which may quote the order; GraphQL's own errors have no type.
        kinds = [each.get("errorType") or "invalid request" for each in errors]
        return f"HTTP {status}, {', '.join(kinds)}"
    return None if status == 200 else f"HTTP {status}"
