"""Posts the preview that a run of preview.yml has made, as one comment on its pull request.

Runs on main's code and with the right to write; what it posts was made by the pull request's code,
and is text to it. Which pull request that is, GitHub says: the event that this runs on, and the
API. Python alone: nothing has to be installed where there is that right.
"""

import io
import json
import os
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

MARK = "<!-- orderflow: preview -->"
AUTHOR = "github-actions[bot]"
# GitHub takes 65,536 characters; what stands before the preview takes some.
MOST_CHARACTERS = 65_000
MOST_BYTES = 1_000_000


def main() -> int:
    """Say what was posted where, or why nothing was; 0 either way.

    Raises:
        HTTPError: GitHub refuses something.
    """
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text())
    run: dict[str, Any] = event["workflow_run"]
    number = pull_request_of(run)
    if number is None:
        print("Nothing posted: no open pull request has the commit that was previewed any more.")
        return 0
    body = {"body": comment(preview_of(run), run)}
    if posted := comment_on(number):
        call("PATCH", f"issues/comments/{posted}", body)
    else:
        call("POST", f"issues/{number}/comments", body)
    print(f"Posted on pull request {number}.")
    return 0


def pull_request_of(run: dict[str, Any]) -> int | None:
    """The open pull request whose newest commit the run was of; the event names no fork's."""
    if run["head_repository"] is None:
        return None
    head = f"{run['head_repository']['owner']['login']}:{run['head_branch']}"
    for pull in pages("pulls", state="open", head=head):
        if pull["head"]["sha"] == run["head_sha"]:
            return pull["number"]
    return None


def preview_of(run: dict[str, Any]) -> str:
    """What the run left as its preview; empty where it left none, or none that can be read."""
    # Of a run that was repeated the newest is the last.
    artifacts = sorted(
        call("GET", f"actions/runs/{run['id']}/artifacts?name=preview")["artifacts"],
        key=lambda artifact: artifact["id"],
    )
    if not artifacts or artifacts[-1]["size_in_bytes"] > MOST_BYTES:
        return ""
    packed = send("GET", f"actions/artifacts/{artifacts[-1]['id']}/zip")
    try:
        # Unpacked in memory, and no further than it may be long.
        with zipfile.ZipFile(io.BytesIO(packed)) as archive, archive.open("preview.md") as file:
            return file.read(MOST_BYTES).decode(errors="replace")
    except (KeyError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return ""


def comment(preview: str, run: dict[str, Any]) -> str:
    """The preview under a line that says whose word it is."""
    text = preview if preview.strip() else "There is no preview: the run says why."
    return (
        f"{MARK}\n*By this pull request's own code, at {run['head_sha'][:7]}: "
        f"[the run]({run['html_url']}).*\n\n{text[:MOST_CHARACTERS]}"
    )


def comment_on(number: int) -> int | None:
    """Our comment on a pull request, where there is one. The mark alone could be anybody's."""
    for each in pages(f"issues/{number}/comments"):
        if each["user"]["login"] == AUTHOR and each["body"].startswith(MARK):
            return each["id"]
    return None


def pages(path: str, **query: str) -> Iterator[dict[str, Any]]:
    """All that a list has."""
    page = 1
    while found := call("GET", f"{path}?{urlencode({**query, 'per_page': 100, 'page': page})}"):
        yield from found
        page += 1


def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """What the API answers on a path of the repository."""
    return json.loads(send(method, path, body))


def send(method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
    repository = quote(os.environ["GITHUB_REPOSITORY"])
    request = Request(  # noqa: S310 (GitHub's own address)
        f"{os.environ['GITHUB_API_URL']}/repos/{repository}/{path}",
        method=method,
        data=json.dumps(body).encode() if body else None,
        headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
    )
    # Artifacts are elsewhere, by a redirection: the token does not go there.
    request.add_unredirected_header("Authorization", f"Bearer {os.environ['GITHUB_TOKEN']}")
    with urlopen(request, timeout=60) as response:  # noqa: S310
        return response.read()


if __name__ == "__main__":
    sys.exit(main())
