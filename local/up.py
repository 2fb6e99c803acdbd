"""Keeps the embedded cloud running until Ctrl-C, with all that a client needs to use it."""

import contextlib
import functools
import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from local.cloud import CloudError, SavedState
from local.cloud.emulator import require_free
from local.customers import Accounts
from local.demo import deploy_shown, make_console, show_trouble
from local.embedded_cloud import CA, STAGE, EmbeddedCloud
from local.engine.resource_provider import ProviderServer
from local.engine.stored_stage import StoredStage, fingerprint
from local.folder import LOCAL
from local.following import Following
from local.interrupts import take_interrupt
from local.running import ADDRESSES, OUTPUTS, PASSWORDS, TRUSTED, the_only_one
from local.storefront import Storefront, build, is_built
from local.watch import LogFile, Watch
from outputs.config import storefront_config

EMULATOR_PORT = 4566
GATEWAY_PORT = 4567
# Columns of what a line of the addresses begins with.
LABEL = 12
STATE = LOCAL / "state"
# How often it is looked whether the emulator still runs.
LOOK_SECONDS = 1
# Each with the restaurant that it is staff of: the one of GraphiQL's tabs.
CUSTOMERS = {"alice": None, "bob": None, "staff": "Dominos"}


@dataclass(frozen=True, kw_only=True)
class Ports:
    """TCP ports that the user asked for; None where any will do."""

    emulator: int | None
    gateway: int | None
    # None: it is not served.
    storefront: int | None


def run(ports: Ports, *, empty: bool, persist: bool) -> int:
    """Start, deploy unless `empty` or stored, and wait.

    Args:
        empty: leave the deployment to `pulumi up --stack local`.
        persist: keep everything for the next run.

    Raises:
        CloudError: another run goes on here, a port is taken, the state is not whole, or the
            emulator has ended.
    """
    with the_only_one():
        return _run(ports, make_console(), empty, persist)


def _run(ports: Ports, console: Console, empty: bool, persist: bool) -> int:
    if persist:
        with SavedState(STATE) as state:
            _serve(ports, console, empty, state)
        if not state.whole:
            raise CloudError(
                f"Not all could be saved (see {state.running}/emulator.log): the next run begins "
                "with what this one began with."
            )
        console.print(f"Stopped; the state is in {STATE}.", soft_wrap=True)
    else:
        _serve(ports, console, empty, None)
        console.print("Stopped.")
    return 0


def _serve(ports: Ports, console: Console, empty: bool, state: SavedState | None) -> None:
    stored = _stored(state, ports) if state else None
    if stored:
        ports = replace(ports, emulator=stored.emulator_port, gateway=stored.gateway_port)
    emulator_port, gateway_port = ports.emulator or EMULATOR_PORT, ports.gateway or GATEWAY_PORT
    for port, variable in ((emulator_port, "AWS_PORT"), (gateway_port, "PORT")):
        begin_anew = f"begin anew elsewhere: rm -r {STATE}"
        require_free(port, begin_anew if stored else f"choose another (make up {variable}=…)")
    if ports.storefront:
        require_free(ports.storefront, "choose another (make up STOREFRONT_PORT=…)")
    with (
        EmbeddedCloud(emulator_port=emulator_port, gateway_port=gateway_port, state=state) as cloud,
        contextlib.ExitStack() as stack,
    ):
        _write_addresses(cloud)
        program = fingerprint()
        outputs = _stage(cloud, console, empty, stored)
        if stored and outputs:
            program = stored.program
        keep = functools.partial(_keep, cloud, state, emulator_port, gateway_port)
        keep(program)
        provider = stack.enter_context(ProviderServer(cloud.aws)) if empty else None
        storefront = _storefront(cloud, console, ports.storefront) if outputs else None
        if storefront:
            stack.enter_context(storefront)
            cloud.storefront_url = storefront.url
        _show(cloud, console, outputs, provider, storefront)
        console.print(
            "\nWhat functions warn of and fail by is shown here; make logs shows all they say."
        )
        if outputs:
            console.print("What is saved of the program is deployed at once.")
            stack.enter_context(
                Following(
                    cloud.aws,
                    cloud.deployed,
                    program=program,
                    show=_show_following(console),
                    done=keep,
                    anew=f"To begin anew without them: stop, {f'rm -r {STATE}, ' if state else ''}"
                    "and start again.",
                )
            )
        console.print("Ctrl-C stops everything.")
        try:
            _wait(cloud, console)
        except KeyboardInterrupt:
            take_interrupt()


def _wait(cloud: EmbeddedCloud, console: Console) -> None:
    """Tell of trouble until the emulator ends, which it should not."""
    log = LogFile(cloud.emulator.function_log)
    with Watch(cloud.aws, log, show_trouble(console), warnings=True):
        while True:
            threading.Event().wait(LOOK_SECONDS)
            cloud.emulator.require_running()


def _stored(state: SavedState, ports: Ports) -> StoredStage | None:
    """The stage of the last run; without one, what there is is of a run that was cut off."""
    stored = StoredStage.read(state.running)
    if stored:
        stored.require_ports(ports.emulator, ports.gateway)
    else:
        state.clear()
    return stored


def _write_addresses(cloud: EmbeddedCloud) -> None:
    addresses = {
        "awsUrl": cloud.emulator.url,
        "gatewayUrl": cloud.gateway.url,
        "folder": str(cloud.folder),
    }
    ADDRESSES.write_text(json.dumps(addresses, indent=2) + "\n")


def _stage(
    cloud: EmbeddedCloud, console: Console, empty: bool, stored: StoredStage | None
) -> dict[str, Any]:
    """The outputs of the stage: the stored one's, or a new one's."""
    if stored and stored.deployed.outputs:
        _require_whole(cloud, stored.deployed.outputs)
        cloud.deployed = stored.deployed
        return stored.deployed.outputs
    return {} if empty else deploy_shown(cloud, console)


def _storefront(cloud: EmbeddedCloud, console: Console, port: int | None) -> Storefront | None:
    """None where it is not asked for, or cannot be built, which is told."""
    if port is None:
        return None
    if not is_built():
        console.print("Building the storefront …")
    try:
        build()
    except CloudError as error:
        console.print(str(error), style="bold red", markup=False, highlight=False, soft_wrap=True)
        return None
    return Storefront(lambda: storefront_config(cloud.deployed.outputs, stage=STAGE), port=port)


def _show_following(console: Console) -> Callable[[str, bool], None]:
    def show(message: str, bad: bool) -> None:
        style = "bold red" if bad else "green"
        console.print(message, style=style, markup=False, highlight=False, soft_wrap=True)

    return show


def _keep(
    cloud: EmbeddedCloud,
    state: SavedState | None,
    emulator_port: int,
    gateway_port: int,
    program: str,
) -> None:
    """Write down what is deployed: for clients, and where there is a state for the next run."""
    if cloud.deployed.outputs:
        # Whole at every moment: clients read it while the stage changes.
        written = OUTPUTS.with_suffix(".json.new")
        written.write_text(json.dumps(cloud.deployed.outputs, indent=2) + "\n")
        written.replace(OUTPUTS)
    if state:
        StoredStage(
            emulator_port=emulator_port,
            gateway_port=gateway_port,
            deployed=cloud.deployed,
            program=program,
        ).write(cloud.folder)


def _require_whole(cloud: EmbeddedCloud, outputs: dict[str, Any]) -> None:
    """Refuse a state of which a part is lost, as by a damaged file."""
    aws = cloud.aws
    try:
        for table in ("orderTableName", "restaurantStaffTableName"):
            aws.dynamodb.describe_table(TableName=outputs[table])
        aws.cognito.describe_user_pool(UserPoolId=outputs["userPoolId"])
        aws.sqs.get_queue_attributes(QueueUrl=outputs["orderQueueUrl"])
        aws.step_functions.describe_state_machine(stateMachineArn=outputs["workflowArn"])
        aws.sns.get_topic_attributes(TopicArn=outputs["notificationTopicArn"])
        aws.appsync.get_graphql_api(apiId=outputs["graphqlUrl"].split("/")[-2])
    # A stage of an older program has other outputs.
    except (BotoCoreError, ClientError, KeyError) as error:
        raise CloudError(
            f"The state in {STATE} is damaged ({error}) or older than the program. "
            f"To begin anew: rm -r {STATE}"
        ) from error


def _show(
    cloud: EmbeddedCloud,
    console: Console,
    outputs: dict[str, Any],
    provider: ProviderServer | None,
    storefront: Storefront | None,
) -> None:
    def row(label: str, *values: str) -> None:
        # Never wrapped, so that what is copied from a narrow terminal is whole.
        console.print(
            f"{label:<{LABEL}}{'  '.join(values)}", soft_wrap=True, markup=False, highlight=False
        )

    row("AWS", cloud.emulator.url)
    row("AppSync", cloud.gateway.url)
    row("index", f"{cloud.gateway.url}/")
    row("mail", f"{cloud.gateway.url}/mailbox")
    row("flow", f"{cloud.gateway.url}/flow")
    row("operations", f"{cloud.gateway.url}/operations")
    shutil.copy(cloud.folder / CA, TRUSTED)
    row("TLS", f"AppSync's port takes https and wss too; the authority to trust is {TRUSTED}")
    if provider:
        row("Pulumi", f"{provider.environment} pulumi up --stack local")
    if not outputs:
        return
    row("outputs", str(OUTPUTS))
    row("GraphQL", outputs["graphqlUrl"])
    row("real-time", outputs["realtimeUrl"])
    if storefront:
        row("storefront", storefront.url)
    row("GraphiQL", "the GraphQL address in a browser; sign in as one of")
    accounts = Accounts(cloud.aws, cloud.mailbox, outputs, cloud.folder / PASSWORDS)
    signed_in = [
        accounts.sign_in(name, staff_of=restaurant) for name, restaurant in CUSTOMERS.items()
    ]
    for customer, restaurant in zip(signed_in, CUSTOMERS.values(), strict=True):
        employment = [f"(staff of {restaurant})"] if restaurant else []
        row("", customer.email, customer.password, *employment)
    row("token", "of the first, for the Authorization header (one hour):")
    row("", signed_in[0].access_token)
    row("", "more for scripts: .venv/bin/python -m local token --customer alice")
