"""The headers of the storefront, whatever stage it is of."""

import json
from typing import Any

import pytest

from infra.security_headers import FILE, header_names, security_headers

AWS = {
    "graphqlUrl": "https://abc.appsync-api.eu-west-1.amazonaws.com/graphql",
    "realtimeUrl": "wss://abc.appsync-realtime-api.eu-west-1.amazonaws.com/graphql",
    "region": "eu-west-1",
}
LOCAL = {
    "graphqlUrl": "http://127.0.0.1:4567/apis/abc/graphql",
    "realtimeUrl": "ws://127.0.0.1:4567/apis/abc/graphql/realtime",
    "region": "us-east-1",
    "local": {"userPoolEndpoint": "http://127.0.0.1:4567/graphiql/cognito"},
}


def directives(config: dict[str, Any]) -> dict[str, list[str]]:
    policy = security_headers(config)["Content-Security-Policy"]
    return {name: sources for name, *sources in (each.split() for each in policy.split("; "))}


@pytest.mark.parametrize(
    ("config", "connect"),
    [
        (
            AWS,
            [
                "https://abc.appsync-api.eu-west-1.amazonaws.com",
                "wss://abc.appsync-realtime-api.eu-west-1.amazonaws.com",
                "https://cognito-idp.eu-west-1.amazonaws.com",
            ],
        ),
        (LOCAL, ["http://127.0.0.1:4567", "ws://127.0.0.1:4567"]),
    ],
)
def test_the_page_connects_to_its_stage_alone(config: dict[str, Any], connect: list[str]) -> None:
    assert directives(config)["connect-src"] == ["'self'", *connect]


def test_in_china_the_user_pool_is_at_another_address() -> None:
    sources = directives({**AWS, "region": "cn-north-1"})["connect-src"]
    assert sources[-1] == "https://cognito-idp.cn-north-1.amazonaws.com.cn"


def test_nothing_is_loaded_from_elsewhere_or_written_into_the_page() -> None:
    loads = directives(AWS)
    assert loads.pop("default-src") == ["'none'"]
    del loads["connect-src"]
    assert loads == {
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }


def test_the_other_headers_are_the_files_own() -> None:
    sent = security_headers(AWS)
    assert list(sent) == header_names()
    del sent["Content-Security-Policy"]
    assert sent == {
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    assert sent.items() < json.loads(FILE.read_text()).items()
