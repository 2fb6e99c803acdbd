"""The emulator is served by uvicorn."""

import inspect
import socket
from urllib.parse import urlsplit

import pytest
from ministack import app as ministack  # pyright: ignore[reportMissingTypeStubs]

from local.engine.aws import Aws

pytestmark = pytest.mark.cloud

HEALTH = b"GET /_ministack/health HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_the_emulator_would_be_served_by_hypercorn() -> None:
    source = inspect.getsource(ministack.main)

    assert "from hypercorn.asyncio import serve as hypercorn_serve" in source


def test_requests_that_follow_each_other_on_a_connection_are_each_answered(aws: Aws) -> None:
    address = urlsplit(aws.sqs.meta.endpoint_url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(HEALTH * 3)
        answers = b""
        while answers.count(b"HTTP/1.1 200 OK") < 3:
            received = connection.recv(65536)
            assert received
            answers += received

    head = answers.partition(b"\r\n\r\n")[0].lower()
    assert head.count(b"\r\ndate:") == 1
    assert b"\r\nserver:" not in head
