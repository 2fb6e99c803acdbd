"""The headers that the storefront is served with: storefront/headers.json, its place filled."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from infra.location import DNS_SUFFIXES

FILE = Path(__file__).parents[1] / "storefront" / "headers.json"


def header_names() -> list[str]:
    """The headers' names, whatever the storefront is configured with."""
    return list(_templates())


def security_headers(config: Mapping[str, Any]) -> dict[str, str]:
    """Every header by its name.

    Args:
        config: the storefront's, as `outputs.config` makes it: `graphqlUrl`, `realtimeUrl`,
            `region`, and on the embedded cloud `local` with `userPoolEndpoint`.
    """
    connect = " ".join(dict.fromkeys(map(_origin, _addresses(config))))
    return {name: value.replace("{connect}", connect) for name, value in _templates().items()}


def _templates() -> dict[str, str]:
    return json.loads(FILE.read_text())


def _addresses(config: Mapping[str, Any]) -> list[str]:
    """All that the storefront speaks with, beside where it is from."""
    local: Mapping[str, str] = config.get("local") or {}
    users = local.get("userPoolEndpoint") or _user_pools(config["region"])
    return [config["graphqlUrl"], config["realtimeUrl"], users]


def _user_pools(region: str) -> str:
    partition = "aws-cn" if region.startswith("cn-") else "aws"
    return f"https://cognito-idp.{region}.{DNS_SUFFIXES.get(partition, 'amazonaws.com')}"


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
