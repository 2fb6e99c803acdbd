"""What is posted on a pull request, where, and what of a stranger's artifact is not believed."""

import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from local.engine.program import ROOT

SHA = "5ca1ab1e" * 5
MARK = "<!-- orderflow: preview -->"
REPOSITORY = "/repos/octo-org/octo-repo"


class GitHub:
    """As much of its API as the script uses, with one pull request."""

    def __init__(self) -> None:
        self.pulls: list[dict[str, Any]] = [{"number": 7, "head": {"sha": SHA}}]
        self.comments: list[dict[str, Any]] = []
        self.artifacts: list[dict[str, Any]] = []
        self.files: dict[int, bytes] = {}
        self.asked: list[str] = []
        self.tokens: dict[str, str | None] = {}
        self.written: list[tuple[str, str, str]] = []

    def leave(self, content: bytes, name: str = "preview.md", **changed: Any) -> None:
        """Have the run leave an artifact with this one file."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        number = len(self.artifacts) + 1
        self.files[number] = packed.getvalue()
        size = len(self.files[number])
        self.artifacts.insert(0, {"id": number, "size_in_bytes": size, **changed})

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        where, query = urlsplit(path).path.removeprefix(REPOSITORY), parse_qs(urlsplit(path).query)
        first = query.get("page") == ["1"]
        match method, where.split("/")[1:]:
            case "GET", ["pulls"]:
                assert query["state"] == ["open"]
                assert query["head"] == ["stranger:fix & $(touch broken)"]
                return 200, self.pulls if first else []
            case "GET", ["actions", "runs", "42", "artifacts"]:
                return 200, {"artifacts": self.artifacts}
            case "GET", ["actions", "artifacts", number, "zip"]:
                return 302, f"/storage/{number}"
            case "GET", ["storage", number]:
                return 200, self.files[int(number)]
            case "GET", ["issues", "7", "comments"]:
                page = int(query["page"][0]) - 1
                return 200, self.comments[page * 100 : page * 100 + 100]
            case (("POST" | "PATCH"), _):
                self.written.append((method, where, json.loads(body)["body"]))
                return 200, {}
            case _:
                return 404, {}


@pytest.fixture
def github() -> GitHub:
    return GitHub()


@pytest.fixture
def address(github: GitHub) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            github.asked.append(f"{self.command} {self.path}")
            github.tokens[urlsplit(self.path).path] = self.headers["Authorization"]
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            status, answer = github.answer(self.command, self.path, body)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", answer)
                answer = b""
            sent = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = do  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def post(address: str, folder: Path, **changed: Any) -> str:
    """Run the script on the event of a run that ended; what it says."""
    run = {
        "id": 42,
        "head_sha": SHA,
        "head_branch": "fix & $(touch broken)",
        "head_repository": {"owner": {"login": "stranger"}},
        "html_url": "https://github.example/runs/42",
        **changed,
    }
    event = folder / "event.json"
    event.write_text(json.dumps({"workflow_run": run}))
    ran = subprocess.run(  # noqa: S603 (our own script)
        [sys.executable, ROOT / ".github" / "preview_comment.py"],
        env={
            **os.environ,
            "GITHUB_API_URL": address,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REPOSITORY": "octo-org/octo-repo",
            "GITHUB_TOKEN": "a-token",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert [each.name for each in folder.iterdir()] == ["event.json"]
    return ran.stdout


def test_the_preview_is_posted_under_a_line_that_says_whose_word_it_is(
    github: GitHub, address: str, tmp_path: Path
) -> None:
    github.leave("Adds a queue 🍕".encode())
    assert post(address, tmp_path) == "Posted on pull request 7.\n"
    [(method, where, body)] = github.written
    assert (method, where) == ("POST", "/issues/7/comments")
    assert body == (
        f"{MARK}\n*By this pull request's own code, at 5ca1ab1: "
        "[the run](https://github.example/runs/42).*\n\nAdds a queue 🍕"
    )


def test_the_token_is_for_github_alone(github: GitHub, address: str, tmp_path: Path) -> None:
    github.leave(b"text")
    post(address, tmp_path)
    assert github.tokens.pop("/storage/1") is None
    assert set(github.tokens.values()) == {"Bearer a-token"}


def test_our_comment_is_updated_and_nobody_elses(
    github: GitHub, address: str, tmp_path: Path
) -> None:
    github.comments = [
        {"id": 0, "user": None, "body": f"{MARK} gone"},
        {"id": 1, "user": {"login": "stranger"}, "body": f"{MARK} mine"},
        {"id": 2, "user": {"login": "github-actions[bot]"}, "body": f"other, {MARK}"},
        *({"id": 3, "user": {"login": "other"}, "body": "+1"} for _ in range(97)),
        {"id": 4, "user": {"login": "github-actions[bot]"}, "body": f"{MARK} of before"},
    ]
    github.leave(b"text")
    post(address, tmp_path)
    assert [(method, where) for method, where, _ in github.written] == [
        ("PATCH", "/issues/comments/4")
    ]


def test_a_preview_of_a_commit_that_is_not_the_newest_is_not_posted(
    github: GitHub, address: str, tmp_path: Path
) -> None:
    github.pulls = [{"number": 7, "head": {"sha": "0" * 40}}]
    github.leave(b"text")
    assert post(address, tmp_path).startswith("Nothing posted: no open pull request")
    assert github.written == []


def test_nothing_is_posted_for_a_fork_that_is_gone(
    github: GitHub, address: str, tmp_path: Path
) -> None:
    assert post(address, tmp_path, head_repository=None).startswith("Nothing posted")
    assert github.asked == []


def test_of_a_run_that_was_repeated_the_last_preview_is_posted(
    github: GitHub, address: str, tmp_path: Path
) -> None:
    github.leave(b"first")
    github.leave(b"second")
    post(address, tmp_path)
    assert github.written[0][2].endswith("second")


def test_a_long_preview_is_cut_to_what_github_takes(
    github: GitHub, address: str, tmp_path: Path
) -> None:
    github.leave("€".encode() * 300_000)
    post(address, tmp_path)
    [(_, _, body)] = github.written
    assert 65_000 < len(body) <= 65_536


@pytest.mark.parametrize(
    "left",
    [
        {"content": b"text", "name": "../preview.md"},
        {"content": b"text", "size_in_bytes": 1_000_001},
        {"content": b" \n"},
    ],
    ids=["another file", "too large", "empty"],
)
def test_what_cannot_be_taken_is_not_there(
    github: GitHub, address: str, tmp_path: Path, left: dict[str, Any]
) -> None:
    github.leave(**left)
    post(address, tmp_path)
    assert github.written[0][2].endswith("There is no preview: the run says why.")


def test_what_is_no_archive_and_what_is_no_text_is_no_failure(
    github: GitHub, address: str, tmp_path: Path
) -> None:
    github.leave(b"text")
    github.files[1] = b"no archive"
    post(address, tmp_path)
    github.leave(b"a byte: \xff")
    post(address, tmp_path)
    assert [body.rsplit("\n", 1)[1] for _, _, body in github.written] == [
        "There is no preview: the run says why.",
        "a byte: \N{REPLACEMENT CHARACTER}",
    ]


def test_without_an_artifact_the_comment_says_so(
    github: GitHub, address: str, tmp_path: Path
) -> None:
    post(address, tmp_path)
    assert github.written[0][2].endswith("There is no preview: the run says why.")
