"""A client of the real-time protocol that shows each of its messages."""

import asyncio
import base64
import json
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.local.appsync.deployment import REGION, Api

SECONDS = 10


def encoded(headers: dict[str, str]) -> str:
    return base64.b64encode(json.dumps(headers).encode()).decode()


def signed(url: str, body: str) -> dict[str, str]:
    """Headers of a POST that the root user signs."""
    request = AWSRequest(method="POST", url=url, data=body)
    SigV4Auth(Credentials("test", "test"), "appsync", REGION).add_auth(request)
    return {"host": url.split("/")[2]} | {
        name: str(value) for name, value in request.headers.items()
    }


async def _connect(url: str, subprotocols: Sequence[str], ca: Path | None) -> ClientConnection:
    return await connect(
        url,
        subprotocols=[Subprotocol(name) for name in subprotocols] or None,
        ssl=ssl.create_default_context(cafile=ca) if ca else None,
        max_size=None,
        ping_interval=None,
    )


class Subscriber:
    """One connection to an API, authorized by the API's headers unless told otherwise.

    Args:
        ca: connect by TLS, trusting this authority.
        query: query parameters instead of those that authorize the connection.
        subprotocols: where there is a second one, it authorizes the connection.
    """

    def __init__(
        self,
        api: Api,
        headers: dict[str, str] | None = None,
        *,
        ca: Path | None = None,
        path: str = "/realtime",
        query: dict[str, str] | None = None,
        subprotocols: Sequence[str] = ("graphql-ws",),
    ) -> None:
        self.headers = api.headers if headers is None else headers
        if query is None and len(subprotocols) < 2:
            query = {"header": encoded(self.headers), "payload": "e30="}
        scheme = "wss" if ca else "ws"
        url = f"{scheme}{api.url.removeprefix('http')}{path}?{urlencode(query or {})}"
        # Reads only while it waits for something: a client that does not wait is a slow one.
        self._runner = asyncio.Runner()
        try:
            self._socket = self._runner.run(_connect(url, subprotocols, ca))
        except BaseException:
            self._runner.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._runner.run(self._socket.close())
        self._runner.close()

    def send(self, message: Any) -> None:
        text = message if isinstance(message, str | bytes) else json.dumps(message)
        self._runner.run(self._socket.send(text))

    def start(self, name: str, query: str, /, headers: Any = None, **variables: Any) -> None:
        data = json.dumps({"query": query, "variables": variables})
        authorization = self.headers if headers is None else headers
        payload = {"data": data, "extensions": {"authorization": authorization}}
        self.send({"id": name, "type": "start", "payload": payload})

    def subscribe(self, name: str, query: str, /, **variables: Any) -> None:
        """Start, and wait until it has."""
        self.start(name, query, **variables)
        assert self.receive() == {"type": "start_ack", "id": name}

    def message(self, seconds: float = SECONDS) -> dict[str, Any]:
        """The next message."""

        async def receive() -> str | bytes:
            return await asyncio.wait_for(self._socket.recv(), seconds)

        return json.loads(self._runner.run(receive()))

    def receive(self, seconds: float = SECONDS) -> dict[str, Any]:
        """The next message but `ka`."""
        while (message := self.message(seconds)) == {"type": "ka"}:
            continue
        return message

    def event(self) -> Any:
        """The data of the next message, which must be an event without errors."""
        message = self.receive()
        assert message["type"] == "data", message
        assert list(message["payload"]) == ["data"], message
        (value,) = message["payload"]["data"].values()
        return value

    def refusal(self, kind: str = "error") -> dict[str, Any]:
        """The one error of the next message, which must be of this kind.

        That of a connection answers a client's first message.
        """
        if kind == "connection_error":
            self.send({"type": "connection_init"})
        message = self.receive()
        assert message["type"] == kind, message
        (error,) = message["payload"]["errors"]
        return error

    def closed(self) -> int:
        """The code with which the server closes."""
        try:
            while True:
                self.message()
        except ConnectionClosed as error:
            return error.rcvd.code if error.rcvd else 1006
