"""Answers the AppSync gateway's question about IAM callers, from the emulator's own IAM.

The emulator verifies the signatures of its own requests only. AppSync's are the gateway's to
verify: for that it needs the secret of the key that signed, which only the emulator knows.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = "/_orderflow/caller"


def answering_for_callers(emulator: App) -> App:
    """The emulator's ASGI application, with the route `PATH` beside it.

    POST `{"accessKeyId", "sessionToken", "region", "action", "resources"}`; the answer has the
    key's `secretAccessKey`, whose it is (`arn`, `accountId`, `userId`), and for each resource
    whether the action is `allowed`; 403 with `message` where the key or its token is unknown or
    has expired.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # Nothing on loopback leaves the machine: it counts as TLS where a policy asks for that.
            scope = {**scope, "scheme": "https"}
            if scope["path"] == PATH:
                status, answer = _describe(json.loads(await _body(receive)))
                headers = [(b"content-type", b"application/json")]
                await send({"type": "http.response.start", "status": status, "headers": headers})
                await send({"type": "http.response.body", "body": json.dumps(answer).encode()})
                return
        await emulator(scope, receive, send)

    return app


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        part = await receive()
        body += part.get("body", b"")
        if not part.get("more_body"):
            return body


def _describe(asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    from ministack.core.iam_evaluator import (  # pyright: ignore[reportMissingTypeStubs]
        CredentialResolutionError,
        enforce,
        find_iam_access_key_account,
        resolve_credential,
    )

    key: str = asked["accessKeyId"]
    account = find_iam_access_key_account(key)
    found = resolve_credential(key, account, asked["sessionToken"])
    if isinstance(found, CredentialResolutionError):
        return 403, {"message": found.message}
    allowed = [
        enforce(key, asked["action"], "appsync", asked["region"], resource_arn=resource) is None
        for resource in asked["resources"]
    ]
    return 200, {
        "secretAccessKey": found.secret_access_key,
        "arn": found.principal_arn,
        "accountId": found.account_id,
        "userId": found.principal_id,
        "allowed": allowed,
    }
