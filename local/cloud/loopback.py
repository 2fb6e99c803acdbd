"""Addresses of this machine are reached directly, whatever proxy the environment names."""

import os

LOOPBACK = "127.0.0.1,localhost"


def bypass_proxies() -> None:
    """For this process and those that it starts."""
    for name in ("no_proxy", "NO_PROXY"):
        known = os.environ.get(name)
        if not known or LOOPBACK not in known:
            os.environ[name] = f"{known},{LOOPBACK}" if known else LOOPBACK
