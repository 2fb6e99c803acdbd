"""An access token of a customer of the running embedded cloud, for scripts."""

import json
import sys
import urllib.request
from pathlib import Path

from local.cloud import CloudError
from local.customers import Accounts
from local.embedded_cloud import REGION
from local.engine.aws import Aws
from local.mailbox import Mailbox
from local.up import ADDRESSES, OUTPUTS, PASSWORDS


def run(name: str, staff_of: str | None) -> int:
    """Print the token alone; arguments as of `Accounts.sign_in`.

    Raises:
        CloudError: no embedded cloud runs, nothing is deployed on it, or Cognito refuses.
    """
    addresses = _running()
    if not OUTPUTS.is_file():
        raise CloudError("Nothing is deployed by `make up`, so there are no customers yet.")
    outputs = json.loads(OUTPUTS.read_text())
    accounts = Accounts(
        Aws(addresses["awsUrl"], addresses["gatewayUrl"], REGION),
        Mailbox(addresses["awsUrl"]),
        outputs,
        Path(addresses["folder"]) / PASSWORDS,
    )
    sys.stdout.write(accounts.sign_in(name, staff_of=staff_of).access_token + "\n")
    return 0


def _running() -> dict[str, str]:
    """The addresses of the cloud that runs, and the folder of its state."""
    try:
        addresses = json.loads(ADDRESSES.read_text())
        # One that was killed has left the file.
        urllib.request.urlopen(f"{addresses['awsUrl']}/_ministack/health", timeout=5).close()
    except OSError as error:
        raise CloudError("No embedded cloud runs: start one with `make up`.") from error
    return addresses
