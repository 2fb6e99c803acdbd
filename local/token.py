"""An access token of a customer of the running embedded cloud, for scripts."""

import json
import sys
from pathlib import Path

from local.cloud import CloudError
from local.customers import Accounts
from local.embedded_cloud import REGION
from local.engine.aws import Aws
from local.mailbox import Mailbox
from local.running import OUTPUTS, PASSWORDS, addresses


def run(name: str, staff_of: str | None) -> int:
    """Print the token alone; arguments as of `Accounts.sign_in`.

    Raises:
        CloudError: no embedded cloud runs, nothing is deployed on it, or Cognito refuses.
    """
    running = addresses()
    if not OUTPUTS.is_file():
        raise CloudError("Nothing is deployed by `make up`, so there are no customers yet.")
    outputs = json.loads(OUTPUTS.read_text())
    accounts = Accounts(
        Aws(running["awsUrl"], running["gatewayUrl"], REGION),
        Mailbox(running["awsUrl"]),
        outputs,
        Path(running["folder"]) / PASSWORDS,
    )
    sys.stdout.write(accounts.sign_in(name, staff_of=staff_of).access_token + "\n")
    return 0
