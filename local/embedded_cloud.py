"""The whole embedded cloud: emulator, AppSync gateway, mailbox, and the stage deployed on them."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self
from uuid import NAMESPACE_URL, uuid5

from local import STAGE
from local.appsync import Gateway
from local.cloud import Emulator, SavedState, ensure_node, settle_environment
from local.engine import stage_config
from local.engine.aws import Aws
from local.engine.deployed import Deployed
from local.engine.deployment import deploy
from local.folder import LOCAL, make_folder
from local.graphiql import asset_routes, sign_in_routes
from local.mailbox import Mailbox
from local.pages import page_routes

REGION = "us-east-1"
RUNS = LOCAL / "runs"
# Of the authority that clients must trust for TLS, in the running cloud's folder.
CA = "ca.pem"


class EmbeddedCloud:
    """AWS on this machine, as a context manager; no process of it outlives this one.

    Args:
        emulator_port, gateway_port: TCP ports of 127.0.0.1; free ones where None.
        state: where everything is loaded from and saved to; None: nothing is kept.
    """

    def __init__(
        self,
        *,
        emulator_port: int | None = None,
        gateway_port: int | None = None,
        state: SavedState | None = None,
    ) -> None:
        ensure_node()
        settle_environment()
        self._saved_state = state
        if state:
            self.folder = state.running
            self.emulator = Emulator(self.folder, port=emulator_port, persist=True, lock=state.lock)
        else:
            make_folder(RUNS)
            self.folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=RUNS))
            self.emulator = Emulator(self.folder, port=emulator_port)
        self.mailbox = Mailbox(self.emulator.url)
        # Where the storefront is, once it is served.
        self.storefront_url: str | None = None
        self.gateway = Gateway(
            self.emulator.url,
            port=gateway_port,
            region=REGION,
            ca=self.folder / CA,
            routes=[
                *self.mailbox.routes,
                *page_routes(
                    lambda: self.aws,
                    self.mailbox,
                    self.emulator.function_log,
                    lambda: self.gateway.answered,
                    lambda: self.storefront_url,
                ),
                *asset_routes(),
                *sign_in_routes(self.emulator.url, lambda: self.aws),
            ],
        )
        self._aws: Aws | None = None
        self.deployed = Deployed()

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
            if self._saved_state:
                self._resume_workflows()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.gateway.stop()
        finally:
            self.emulator.stop()
            if not self._saved_state:
                shutil.rmtree(self.folder, ignore_errors=True)

    def _resume_workflows(self) -> None:
        """Start again what ran when the emulator ended; AWS's executions outlive its machines."""
        workflows = self.aws.step_functions
        for machine in workflows.list_state_machines()["stateMachines"]:
            if machine["type"] != "STANDARD":
                continue
            pages = workflows.get_paginator("list_executions").paginate(
                stateMachineArn=machine["stateMachineArn"], statusFilter="FAILED"
            )
            for arn in [each["executionArn"] for page in pages for each in page["executions"]]:
                failed = workflows.describe_execution(executionArn=arn)
                if failed.get("error") != "States.ServiceRestart":
                    continue
                # The name is the same at every start, so that it happens once.
                with contextlib.suppress(workflows.exceptions.ExecutionAlreadyExists):
                    workflows.start_execution(
                        stateMachineArn=machine["stateMachineArn"],
                        name=str(uuid5(NAMESPACE_URL, arn)),
                        input=failed["input"],
                    )

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
        self.deployed = deploy(STAGE, stage_config(STAGE, options), self.aws, registered)
        return self.deployed.outputs


def _discard_dead_runs() -> None:
    """Remove the state of runs that were killed."""
    for state in RUNS.glob("[0-9]*-*"):
        try:
            os.kill(int(state.name.partition("-")[0]), 0)
        except ProcessLookupError:
            shutil.rmtree(state, ignore_errors=True)
        except PermissionError:
            continue  # Its number is another user's process now.
