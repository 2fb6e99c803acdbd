"""Starting and stopping the gateway."""

import asyncio
import json
import logging
import socket
import struct
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from local.appsync import Gateway
from local.appsync.execution import api as api_module
from local.appsync.protocols import gateway as gateway_module
from local.cloud import CloudError, Emulator
from tests.local.appsync.deployment import deploy, none
from tests.local.processes import WITHIN_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient


def test_a_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CloudError, match=f"Port {port}"):
            Gateway("http://127.0.0.1:1", port=port).start()


def test_a_stopped_gateway_leaves_its_port_and_no_thread() -> None:
    before = threading.enumerate()
    gateway = Gateway("http://127.0.0.1:1")
    for _ in range(2):
        with gateway:
            assert "appsync" in [thread.name for thread in set(threading.enumerate()) - set(before)]
        assert not set(threading.enumerate()) - set(before)
    gateway.stop()


def test_it_ends_where_it_is_stopped_while_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_go_on = threading.Event(), threading.Event()

    def make_loop() -> asyncio.AbstractEventLoop:
        begun.set()
        may_go_on.wait()
        return asyncio.new_event_loop()

    monkeypatch.setattr(gateway_module.uvloop, "new_event_loop", make_loop)
    gateway = Gateway("http://127.0.0.1:1")
    starting, stopping = (
        threading.Thread(target=each, daemon=True) for each in (gateway.start, gateway.stop)
    )
    starting.start()
    begun.wait()
    stopping.start()
    stopping.join(0.2)
    assert stopping.is_alive()
    may_go_on.set()

    stopping.join(WITHIN_SECONDS)

    assert not stopping.is_alive()
    starting.join(WITHIN_SECONDS)
    assert not starting.is_alive()


def test_serves_the_routes_it_is_given() -> None:
    async def mail(_: web.Request) -> web.Response:
        return web.json_response(["hello"])

    with (
        Gateway("http://127.0.0.1:1", routes=[web.get("/mailbox", mail)]) as gateway,
        urllib.request.urlopen(f"{gateway.url}/mailbox") as response,  # noqa: S310
    ):
        assert json.load(response) == ["hello"]


def test_a_browser_gets_the_page_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "index.html"
    monkeypatch.setattr(gateway_module, "_GRAPHIQL", page)

    def get(url: str, accept: str) -> tuple[int, str]:
        connection = HTTPConnection(url.removeprefix("http://"))
        connection.request("GET", "/apis/any/graphql", headers={"Accept": accept})
        response = connection.getresponse()
        content = response.read().decode()
        connection.close()
        return response.status, content

    with Gateway("http://127.0.0.1:1") as gateway:
        assert get(gateway.url, "text/html")[0] == 404
        page.write_text("<p>hello</p>")
        assert get(gateway.url, "text/html,*/*") == (200, "<p>hello</p>")


@pytest.mark.cloud
def test_a_fault_of_the_gateway_is_logged_and_never_shown(
    appsync: "AppSyncClient", caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = deploy(appsync, "type Query { a: Int }")
    assert api.run("{ a }").status == 200

    def fail(*_: object) -> None:
        raise ValueError("a secret of the gateway")

    monkeypatch.setattr(gateway_module, "run_request", fail)
    with caplog.at_level(logging.ERROR):
        answer = api.run("{ a }")
    assert answer.status == 500
    assert answer.body == {
        "errors": [{"errorType": "InternalFailure", "message": "An internal failure occurred."}]
    }
    assert "a secret of the gateway" in caplog.text


@pytest.mark.cloud
def test_the_time_limit_acts_while_a_large_answer_is_made(
    appsync: "AppSyncClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    api = deploy(appsync, "type Query { rows: [Row] } type Row { a: Int }")
    api.resolver("Query.rows", none(f"[{'{ a: 1 }, ' * 1000}]"))
    aliases = " ".join(f"a{each}: a" for each in range(200))
    assert api.run("{ rows { a } }").status == 200

    monkeypatch.setattr(gateway_module, "_REQUEST_SECONDS", 0.05)
    answer = api.run(f"{{ rows {{ {aliases} }} }}")

    assert answer.body["data"] is None
    assert answer.error["errorType"] == "ExecutionTimeout"


@pytest.mark.cloud
def test_others_are_answered_while_a_document_is_prepared(
    appsync: "AppSyncClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    api = deploy(appsync, "type Query { a: Int }")
    assert api.run("{ a }").status == 200
    preparing, end = threading.Event(), threading.Event()

    def slow(*_: object) -> list[object]:
        preparing.set()
        assert end.wait(30)
        return []

    monkeypatch.setattr(api_module, "validation_errors", slow)
    with ThreadPoolExecutor(1) as clients:
        waiting = clients.submit(api.run, "{ again: a }")
        assert preparing.wait(30)
        # Known by its text.
        assert api.run("{ a }").data == {"a": None}
        end.set()
        assert waiting.result().data == {"again": None}


@pytest.mark.cloud
def test_an_answer_of_too_many_values_is_refused(appsync: "AppSyncClient") -> None:
    api = deploy(appsync, "type Query { rows: [Row] } type Row { a: Int }")
    api.resolver("Query.rows", none(f"[{'{ a: 1 }, ' * 1000}]"))
    aliases = " ".join(f"a{each}: a" for each in range(250))

    answer = api.run(f"{{ rows {{ {aliases} }} }}")

    assert answer.body["data"] is None
    assert answer.error["message"] == "The answer has more than 250000 values."


@pytest.mark.cloud
def test_a_client_that_leaves_before_its_request_is_whole_is_no_fault(
    appsync: "AppSyncClient", caplog: pytest.LogCaptureFixture
) -> None:
    api = deploy(appsync, "type Query { a: Int }")
    assert api.run("{ a }").status == 200
    address = urlsplit(api.url)

    with caplog.at_level(logging.ERROR):
        with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
            head = f"POST {address.path} HTTP/1.1\r\nHost: any\r\nContent-Length: 100\r\n\r\n{{"
            connection.sendall(head.encode())
            # A reset, not a farewell.
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        assert api.run("{ a }").status == 200

    assert caplog.text == ""


@pytest.mark.cloud
def test_a_second_gateway_reads_what_was_deployed_through_the_first(
    appsync: "AppSyncClient", emulator: Emulator
) -> None:
    api = deploy(appsync, "type Query { a: Int }")
    with Gateway(emulator.url) as other:
        api.url = f"{other.url}/apis/{api.api_id}/graphql"
        assert api.run("{ a }").data == {"a": None}
