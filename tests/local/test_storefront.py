"""The storefront is built when it must be, and served as on AWS; what is served here is a fake."""

import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from infra.security_headers import FILE as HEADERS
from infra.security_headers import security_headers
from local.cloud import CloudError, free_port
from local.storefront import Storefront, build, is_built
from outputs.config import storefront_config
from tests.local.commands import Start
from tests.local.processes import eventually, gone

API = "http://127.0.0.1:4567"
PAGE = b"<!doctype html><title>The page</title>"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_bytes(PAGE)
    (dist / "icon.svg").write_text("<svg/>")
    (dist / "assets" / "app-1a2b.js").write_text("go();")
    (tmp_path / "secret.txt").write_text("hidden")
    return dist


@pytest.fixture
def config() -> dict[str, Any]:
    return {
        "stage": "local",
        "region": "us-east-1",
        "graphqlUrl": f"{API}/apis/1/graphql",
        "realtimeUrl": "ws://127.0.0.1:4567/apis/1/graphql/realtime",
        "local": {"userPoolEndpoint": f"{API}/graphiql/cognito"},
    }


@pytest.fixture
def served(dist: Path, config: dict[str, Any]) -> Iterator[str]:
    with Storefront(lambda: config, dist=dist) as site:
        yield site.url


def get(url: str, path: str, **headers: str) -> tuple[int, HTTPMessage, bytes]:
    """Status, headers and body; the path goes as it is."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/", "/orders", "/orders/01KB3X5YKYMBYYB3G1PS1TQR0W", "/?a=1.2"])
def test_an_address_of_the_applications_own_is_the_page(served: str, path: str) -> None:
    status, headers, body = get(served, path)
    assert (status, body) == (200, PAGE)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "content_type", "cache_control"),
    [
        (
            "/assets/app-1a2b.js",
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        ("/icon.svg", "image/svg+xml", "no-cache"),
    ],
)
def test_a_file_is_itself(
    dist: Path, served: str, path: str, content_type: str, cache_control: str
) -> None:
    status, headers, body = get(served, path)
    assert (status, body) == (200, (dist / path[1:]).read_bytes())
    assert headers["Content-Type"] == content_type
    assert headers["Cache-Control"] == cache_control


@pytest.mark.parametrize(
    "path",
    ["/nothing.js", "/../secret.txt", "/%2e%2e/secret.txt", "//etc/hosts.allow", "/assets/."],
)
def test_what_is_no_file_of_the_build_is_not_found(served: str, path: str) -> None:
    status, headers, body = get(served, path)
    assert status == 404
    assert b"hidden" not in body
    assert "Content-Security-Policy" in headers


def test_the_configuration_is_of_the_moment(served: str, config: dict[str, Any]) -> None:
    _, headers, body = get(served, "/config.json")
    assert json.loads(body) == config
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-cache"
    config["stage"] = "another"
    assert json.loads(get(served, "/config.json")[2])["stage"] == "another"


def test_text_is_compressed_for_who_takes_it(served: str) -> None:
    _, headers, body = get(served, "/", **{"Accept-Encoding": "gzip, br"})
    assert headers["Content-Encoding"] == "gzip"
    assert int(headers["Content-Length"]) == len(body)
    assert gzip.decompress(body) == PAGE


def test_security_headers_are_those_of_aws_but_for_tls(served: str, config: dict[str, Any]) -> None:
    on_aws = security_headers(config)
    del on_aws["Strict-Transport-Security"]
    for path in ("/", "/config.json", "/assets/app-1a2b.js", "/nothing.js"):
        _, headers, _ = get(served, path)
        assert {name: headers[name] for name in on_aws} == on_aws
        assert "Strict-Transport-Security" not in headers
    assert f"connect-src 'self' {API} ws://127.0.0.1:4567;" in on_aws["Content-Security-Policy"]


def test_while_it_is_built_anew_it_says_so(dist: Path, served: str) -> None:
    (dist / "index.html").unlink()
    status, _, body = get(served, "/")
    assert status == 503
    assert body.startswith(b"The storefront is not built")


def test_it_ends_with_its_port_free_though_a_browser_is_connected(
    dist: Path, config: dict[str, Any]
) -> None:
    before = set(threading.enumerate())
    with Storefront(lambda: config, dist=dist) as site:
        address = urlsplit(site.url)
        browser = socket.create_connection((address.hostname or "", address.port or 0))
    browser.close()
    left = set(threading.enumerate()) - before
    assert "storefront" not in {thread.name for thread in left}
    with Storefront(lambda: config, port=address.port, dist=dist):
        assert get(site.url, "/")[0] == 200


def test_a_taken_port_is_refused(dist: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        site = Storefront(dict, port=port, dist=dist)
        with pytest.raises(CloudError, match=f"Port {port} of 127.0.0.1 is taken"), site:
            pass


def age(checkout: Path) -> None:
    """Have all that there is be a minute older."""
    for path in checkout.rglob("*"):
        make_older(path, 60)


def make_older(path: Path, seconds: float) -> None:
    past = path.stat().st_mtime - seconds
    os.utime(path, (past, past))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    sources = tmp_path / "storefront" / "src"
    sources.mkdir(parents=True)
    (sources / "main.ts").write_text("go();")
    (tmp_path / "package-lock.json").write_text("{}")
    age(tmp_path)
    return tmp_path


def npm(script: str) -> Callable[[], list[str]]:
    """In npm's place."""
    return lambda: ["sh", "-c", script]


# Writes down that it ran.
BUILD = npm("mkdir -p storefront/dist && touch storefront/dist/index.html && echo built >> builds")


def builds(checkout: Path) -> int:
    file = checkout / "builds"
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_it_is_built_once_until_a_source_is_saved(checkout: Path) -> None:
    source = checkout / "storefront" / "src" / "main.ts"
    assert not is_built(checkout)
    build(checkout, BUILD)
    build(checkout, BUILD)
    assert builds(checkout) == 1

    age(checkout)
    assert is_built(checkout)
    source.write_text("go(1);")
    # What is saved in the very moment in which a build begins may be built once more.
    make_older(source, 1)
    build(checkout, BUILD)
    assert builds(checkout) == 2

    age(checkout)
    source.unlink()
    make_older(source.parent, 1)
    build(checkout, BUILD)
    assert builds(checkout) == 3

    age(checkout)
    (checkout / "package-lock.json").touch()
    make_older(checkout / "package-lock.json", 1)
    build(checkout, BUILD)
    assert builds(checkout) == 4

    age(checkout)
    (checkout / "storefront" / "dist" / "more.js").touch()
    build(checkout, BUILD)
    assert builds(checkout) == 4


def test_a_source_saved_during_the_build_is_built_next(checkout: Path) -> None:
    build(
        checkout,
        npm(
            "touch storefront/src/main.ts; mkdir storefront/dist; touch storefront/dist/index.html"
        ),
    )
    assert not is_built(checkout)


def test_what_cannot_be_built_is_told_in_the_builds_own_words(checkout: Path) -> None:
    with pytest.raises(CloudError, match=r"cannot be built:\nmain\.ts: no such thing$"):
        build(checkout, npm("echo main.ts: no such thing; false"))
    assert not is_built(checkout)
    with pytest.raises(CloudError, match="npm does not run"):
        build(checkout, lambda: [str(checkout / "nowhere")])


def test_an_interrupted_build_leaves_nothing_running(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = checkout / "child"

    def interrupt(*_: object) -> None:
        assert eventually(lambda: child.exists() and child.read_text(), bool)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupt)
    with pytest.raises(KeyboardInterrupt):
        build(checkout, npm("sleep 600 & echo $! > child; wait"))
    number = int(child.read_text())

    def running() -> list[str]:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(number)
            return [process.name()] if process.status() != psutil.STATUS_ZOMBIE else []
        return []

    assert gone(running)


def ports_of_its_own() -> list[str]:
    names = ("--port", "--aws-port", "--storefront-port")
    return [part for name in names for part in (name, str(free_port()))]


@pytest.mark.cloud
def test_up_serves_it_with_what_is_deployed(start: Start, altered: Path) -> None:
    sources = altered / "storefront"
    (sources / "dist").mkdir(parents=True)
    shutil.copy(HEADERS, sources)
    (altered / "package-lock.json").write_text("{}")
    age(altered)
    (sources / "dist" / "index.html").write_bytes(PAGE)
    ports = ports_of_its_own()
    run = start("up", *ports, cwd=altered)
    run.wait_for("Ctrl-C stops everything.")

    url = f"http://127.0.0.1:{ports[-1]}/"
    assert f"storefront  {url}\n" in run.stdout
    assert get(url, "/orders")[2] == PAGE
    outputs = json.loads((altered / ".local" / "outputs.json").read_text())
    served = json.loads(get(url, "/config.json")[2])
    assert served == storefront_config(outputs, stage="local")
    assert served["local"]["mailboxUrl"] in run.stdout

    run.signal(signal.SIGINT)
    assert run.exit_code == 0, run.stderr
    assert run.stderr == ""
    assert run.alive() == []


@pytest.mark.cloud
def test_up_goes_on_without_one_that_cannot_be_built(start: Start, altered: Path) -> None:
    (altered / "package.json").write_text('{"workspaces": ["storefront"]}')
    (altered / "package-lock.json").write_text("{}")
    (altered / "storefront").mkdir()
    build = {
        "name": "storefront",
        "version": "1.0.0",
        "scripts": {"build": "echo no such thing; exit 3"},
    }
    (altered / "storefront" / "package.json").write_text(json.dumps(build))
    run = start("up", *ports_of_its_own(), cwd=altered)
    run.wait_for("Ctrl-C stops everything.")

    assert "The storefront cannot be built:\nno such thing\n" in run.stdout
    assert "storefront  http" not in run.stdout
    assert "Traceback" not in run.stdout + run.stderr
    outputs = json.loads((altered / ".local" / "outputs.json").read_text())
    assert outputs["graphqlUrl"] in run.stdout
