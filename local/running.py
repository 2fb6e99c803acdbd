"""The embedded cloud that `make up` keeps running here: what other processes know of it."""

import fcntl
import json
import os
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager, suppress

from local.cloud import CloudError
from local.folder import LOCAL, make_folder

OUTPUTS = LOCAL / "outputs.json"
# Where it is: {awsUrl, gatewayUrl, folder}.
ADDRESSES = LOCAL / "cloud.json"
# The certificate of the authority behind the gateway's own, for clients that speak TLS.
TRUSTED = LOCAL / "ca.pem"
LOCK = LOCAL / "up.lock"
# Of the customers that `up` and `token` sign up, in the cloud's folder.
PASSWORDS = "customers.json"


def addresses() -> dict[str, str]:
    """Where the cloud is, and the folder of its state.

    Raises:
        CloudError: none runs.
    """
    try:
        found = json.loads(ADDRESSES.read_text())
        # One that was killed has left the file.
        urllib.request.urlopen(f"{found['awsUrl']}/_ministack/health", timeout=5).close()
    except (OSError, ValueError) as error:
        raise CloudError("No embedded cloud runs: start one with `make up`.") from error
    return found


@contextmanager
def the_only_one() -> Generator[None]:
    """Have these files for this process; what is in them at its end is removed.

    Raises:
        CloudError: another process has them.
    """
    make_folder(LOCAL)
    lock = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CloudError(_another()) from None
        _remove()
        try:
            yield
        finally:
            _remove()
    finally:
        os.close(lock)


def _another() -> str:
    where = ""
    with suppress(OSError, ValueError):
        where = f" at {json.loads(ADDRESSES.read_text())['gatewayUrl']}"
    return (
        f"Another `make up` runs{where}, and its outputs are in {LOCAL}. "
        "Stop it first, or run this one in another copy of the project."
    )


def _remove() -> None:
    # What a run that was killed has left, too.
    for file in (OUTPUTS, ADDRESSES, TRUSTED):
        file.unlink(missing_ok=True)
