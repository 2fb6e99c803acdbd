"""The whole embedded cloud: emulator, AppSync gateway, mailbox, and the stage deployed on them."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from local.appsync import Gateway
from local.cloud import Emulator, ensure_node
from local.engine import deploy, stage_config
from local.engine.aws import Aws
from local.graphiql import asset_routes, sign_in_route
from local.mailbox import Mailbox

STAGE = "local"
REGION = "us-east-1"
LOCAL = Path(__file__).parents[1] / ".local"
RUNS = LOCAL / "runs"


class EmbeddedCloud:
    """AWS on this machine, as a context manager; nothing of it outlives this process.

    Args:
        emulator_port, gateway_port: TCP ports of 127.0.0.1; free ones where None.
    """

    def __init__(
        self, *, emulator_port: int | None = None, gateway_port: int | None = None
    ) -> None:
        ensure_node()
        RUNS.mkdir(parents=True, exist_ok=True)
        self._state = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=RUNS))
        self.emulator = Emulator(self._state, port=emulator_port)
        self.mailbox = Mailbox(self.emulator.url)
        self.gateway = Gateway(
            self.emulator.url,
            port=gateway_port,
            region=REGION,
            routes=[*self.mailbox.routes, *asset_routes(), sign_in_route(lambda: self.aws)],
        )
        self._aws: Aws | None = None

    @property
    def aws(self) -> Aws:
        """boto3 clients of the emulator; only while it runs."""
        assert self._aws is not None
        return self._aws

    def __enter__(self) -> Self:
        try:
            _discard_dead_runs()
            self.emulator.start()
            self.gateway.start()
            self._aws = Aws(self.emulator.url, self.gateway.url, REGION)
            # On AWS, too, an operator verifies the address that a stage mails from.
            sender = stage_config(STAGE)["orderflow:senderEmail"]
            self._aws.ses.create_email_identity(EmailIdentity=sender)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.gateway.stop()
        self.emulator.stop()
        shutil.rmtree(self._state, ignore_errors=True)

    def deploy(
        self,
        options: Mapping[str, Any] | None = None,
        registered: Callable[[str, str], None] = lambda _type, _name: None,
    ) -> dict[str, Any]:
        """Deploy stage `local` and return its outputs.

        Args:
            options: options of the stage to change, such as `{"paymentSuccessRate": 1}`.
            registered: is told the type and name of each resource that has been created.
        """
        return deploy(STAGE, stage_config(STAGE, options), self.aws, registered)


def _discard_dead_runs() -> None:
    """Remove the state of runs that were killed."""
    for state in RUNS.glob("[0-9]*-*"):
        try:
            os.kill(int(state.name.partition("-")[0]), 0)
        except ProcessLookupError:
            shutil.rmtree(state, ignore_errors=True)
        except PermissionError:
            continue  # Its number is another user's process now.
