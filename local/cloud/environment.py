"""What this machine's environment says of AWS and of proxies is not for the embedded cloud."""

import os

LOOPBACK = "127.0.0.1,localhost"


def settle_environment() -> None:
    """For this process and those that it starts: addresses of this machine, and no account."""
    for name in ("no_proxy", "NO_PROXY"):
        known = os.environ.get(name)
        if not known or LOOPBACK not in known:
            os.environ[name] = f"{known},{LOOPBACK}" if known else LOOPBACK
    # Endpoints, profiles, keys, regions, retries, CA bundles: whoever's they are.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    # Nor what ~/.aws says where nothing names another file.
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        os.environ[name] = os.devnull
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
