"""`python -m outputs` beside a running `make up`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from local.cloud import free_port
from tests.local.commands import Start, ask
from tests.local.processes import run_python

pytestmark = pytest.mark.cloud

Outputs = Callable[..., tuple[int, str, str]]


@pytest.fixture
def outputs(altered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outputs:
    """Runs the command in the copy; no Pulumi is on the PATH."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")

    def run(*arguments: str) -> tuple[int, str, str]:
        ran = run_python(tmp_path, "-m", "outputs", *arguments, cwd=altered)
        return ran.exit_code, ran.stdout, ran.stderr

    return run


def up(start: Start, program: Path, *arguments: str) -> None:
    ports = ["--port", str(free_port()), "--aws-port", str(free_port())]
    start("up", *ports, *arguments, cwd=program).wait_for("Ctrl-C stops everything.")


def test_they_are_the_running_stages(start: Start, altered: Path, outputs: Outputs) -> None:
    up(start, altered)
    exit_code, stdout, stderr = outputs("--format", "amplify")

    assert (exit_code, stderr) == (0, "")
    amplify = json.loads(stdout)
    deployed = json.loads((altered / ".local/outputs.json").read_text())
    assert amplify["data"]["url"] == deployed["graphqlUrl"]
    assert amplify["auth"]["user_pool_id"] == deployed["userPoolId"]
    # Both places are there.
    local = amplify["custom"]["local"]
    content_type, mails = ask(f"{local['mailboxUrl']}.json", method="GET")
    assert (content_type, json.loads(mails)[0]["to"]) == (
        "application/json",
        "alice@orderflow.example",
    )
    headers = {"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth"}
    wrong = {"AuthFlow": "USER_SRP_AUTH", "ClientId": "none", "AuthParameters": {}}
    with pytest.raises(AssertionError, match="ResourceNotFoundException"):
        ask(local["userPoolEndpoint"], method="POST", body=json.dumps(wrong), headers=headers)


def test_of_an_empty_cloud_pulumi_is_asked(start: Start, altered: Path, outputs: Outputs) -> None:
    up(start, altered, "--empty")
    exit_code, _, stderr = outputs()
    assert exit_code == 2
    assert stderr.startswith("Pulumi's CLI is not on the PATH: install it")


def test_without_a_running_cloud_it_says_what_to_do(outputs: Outputs) -> None:
    told = "No embedded cloud runs: start one with `make up`.\n"
    assert outputs("--stage", "local") == (2, "", told)
