"""Runs MiniStack in this process, and ends the whole process group when the parent is gone.

The parent holds the other end of our standard input. However it ends, by `kill -9` too, the kernel
closes that end, and everything the emulator started (Lambda and Node workers) ends with it.
"""

import os
import signal
import sys
import threading
from typing import cast

from local.cloud.callers import App, answering_for_callers


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = ["ministack"]
    from ministack import app as ministack  # pyright: ignore[reportMissingTypeStubs]

    from local.cloud.ses_identities import authorize_sending_on_identities

    authorize_sending_on_identities()
    ministack.app = answering_for_callers(cast(App, ministack.app))
    ministack.main()


if __name__ == "__main__":
    main()
