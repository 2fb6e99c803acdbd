"""Keeps the embedded cloud running until Ctrl-C, with all that a client needs to use it."""

import contextlib
import json
import threading

from rich.console import Console

from local.customers import sign_in, sign_up
from local.demo import CUSTOMER, deploy_shown, make_console
from local.embedded_cloud import LOCAL, EmbeddedCloud

OUTPUTS = LOCAL / "outputs.json"


def run(emulator_port: int, gateway_port: int, empty: bool) -> int:
    """Start, deploy unless `empty`, and wait.

    Args:
        empty: leave the deployment to `pulumi up --stack local`.
    """
    console = make_console()
    with EmbeddedCloud(emulator_port=emulator_port, gateway_port=gateway_port) as cloud:
        console.print(f"AWS     {cloud.emulator.url}\nAppSync {cloud.gateway.url}")
        console.print(f"mail    {cloud.gateway.url}/mailbox")
        try:
            if empty:
                console.print("Nothing is deployed: run [bold]pulumi up --stack local[/]")
            else:
                _deploy(cloud, console)
            console.print("\nCtrl-C stops everything.")
            with contextlib.suppress(KeyboardInterrupt):
                threading.Event().wait()
        finally:
            OUTPUTS.unlink(missing_ok=True)
    console.print("Stopped.")
    return 0


def _deploy(cloud: EmbeddedCloud, console: Console) -> None:
    outputs = deploy_shown(cloud, console)
    OUTPUTS.write_text(json.dumps(outputs, indent=2) + "\n")
    password = sign_up(cloud.aws, cloud.mailbox, outputs, CUSTOMER)
    customer = sign_in(cloud.aws, outputs, CUSTOMER, password)
    console.print(f"outputs {OUTPUTS}")
    console.print(f"GraphQL {outputs['graphqlUrl']}")
    console.print(f"\nToken of {CUSTOMER}, for the Authorization header (one hour):")
    console.print(customer.access_token, soft_wrap=True, highlight=False)
    console.print("\nGraphiQL, signed in with it:")
    page = f"{outputs['graphqlUrl']}#{customer.access_token}"
    console.print(page, soft_wrap=True, highlight=False)
