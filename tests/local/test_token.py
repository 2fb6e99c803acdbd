"""`python -m local token` beside a running `make up`."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from local.cloud import free_port
from local.customers import sign_up
from local.engine.aws import Aws
from local.mailbox import Mailbox
from tests.local.commands import Start, answer, copy_program, graphql
from tests.local.processes import run_python

pytestmark = pytest.mark.cloud

LIST_RESTAURANT = '{ listRestaurantOrders(restaurantId: "%s") { items { id } } }'
NOT_RUNNING = "No embedded cloud runs: start one with `make up`.\n"


def free_ports() -> list[str]:
    return ["--port", str(free_port()), "--aws-port", str(free_port())]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A program whose `up` is running."""
    program = copy_program(tmp_path_factory.mktemp("served"))
    run = run_python(program, "-m", "local", "up", *free_ports(), cwd=program)
    try:
        run.wait_for("Ctrl-C stops everything.")
        yield program
    finally:
        run.end()


def local(program: Path, name: str) -> dict[str, Any]:
    return json.loads((program / ".local" / f"{name}.json").read_text())


def claims(stdout: str) -> dict[str, Any]:
    """Of the token, which is all that was printed."""
    token = stdout.removesuffix("\n")
    assert stdout == f"{token}\n"
    return jwt.decode(token, options={"verify_signature": False})


def test_a_token_of_a_new_customer_opens_the_api(start: Start, served: Path) -> None:
    run = start("token", "--customer", "carol", cwd=served)

    assert run.exit_code == 0, run.stderr
    assert run.stderr == ""
    token = claims(run.stdout)
    outputs = local(served, "outputs")
    assert token["token_use"] == "access"
    assert token["client_id"] == outputs["userPoolClientId"]
    assert "cognito:groups" not in token
    listed = graphql(outputs["graphqlUrl"], run.stdout.strip(), "{ listOrders { items { id } } }")
    assert listed == {"listOrders": {"items": []}}


def test_a_customer_signs_up_once_and_signs_in_afterwards(start: Start, served: Path) -> None:
    # At the same time: whoever comes second waits.
    runs = [start("token", "--customer", "dave", cwd=served) for _ in range(2)]
    assert [run.exit_code for run in runs] == [0, 0], [run.stderr for run in runs]
    by_address = start("token", "--customer", "dave@orderflow.example", cwd=served)
    assert by_address.exit_code == 0
    assert len({claims(run.stdout)["sub"] for run in (*runs, by_address)}) == 1


def test_staff_lists_the_orders_of_its_restaurants(start: Start, served: Path) -> None:
    url = local(served, "outputs")["graphqlUrl"]
    erin = ("token", "--customer", "erin@restaurant.example")
    for restaurant in ("Burger & Co.", "Kyoto"):
        run = start(*erin, "--staff", restaurant, cwd=served)
        assert run.exit_code == 0, run.stderr
        assert claims(run.stdout)["cognito:groups"] == ["staff"]
    # Staff stays staff, of all of them.
    run = start(*erin, cwd=served)
    assert run.exit_code == 0, run.stderr
    token = run.stdout.strip()

    for restaurant in ("Burger & Co.", "Kyoto"):
        listed = graphql(url, token, LIST_RESTAURANT % restaurant)
        assert listed == {"listRestaurantOrders": {"items": []}}
    (error,) = answer(url, token, LIST_RESTAURANT % "Dominos")["errors"]
    assert error["errorType"] == "Unauthorized"


def test_the_passwords_are_readable_by_their_user_only(served: Path) -> None:
    passwords = Path(local(served, "cloud")["folder"]) / "customers.json"
    assert "alice@orderflow.example" in json.loads(passwords.read_text())
    assert passwords.stat().st_mode & 0o777 == 0o600


def test_a_customer_of_another_origin_keeps_its_password(start: Start, served: Path) -> None:
    addresses = local(served, "cloud")
    aws = Aws(addresses["awsUrl"], addresses["gatewayUrl"], "us-east-1")
    sign_up(aws, Mailbox(aws.url), local(served, "outputs"), "frank@orderflow.example")

    run = start("token", "--customer", "frank", cwd=served)

    assert run.exit_code == 1
    assert run.stdout == ""
    assert run.stderr.startswith("frank@orderflow.example could not sign in: ")
    assert "UsernameExistsException" in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_without_a_running_cloud_it_says_what_to_do(start: Start, altered: Path) -> None:
    run = start("token", "--customer", "alice", cwd=altered)
    assert run.exit_code == 1
    assert (run.stdout, run.stderr) == ("", NOT_RUNNING)


def test_in_a_locale_without_utf_8(
    start: Start, altered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}.items():
        monkeypatch.setenv(name, value)
    # What is not ASCII is escaped, where the terminal has nothing else.
    with (altered / "Pulumi.local.yaml").open("a") as stage:
        stage.write('  orderflow:paymentSuccessRate: "½"\n')
    run = start("demo", cwd=altered)
    assert run.exit_code == 1
    assert "orderflow:paymentSuccessRate is '\\xbd', but must be a number" in run.stderr
    assert "Traceback" not in run.stderr


def test_after_a_killed_cloud_and_beside_an_empty_one(start: Start, altered: Path) -> None:
    up = start("up", "--empty", *free_ports(), cwd=altered)
    up.wait_for("Ctrl-C stops everything.")
    empty = start("token", "--customer", "alice", cwd=altered)
    assert empty.exit_code == 1
    assert empty.stdout == ""
    assert empty.stderr.startswith("Nothing is deployed by `make up`")

    up.signal(signal.SIGKILL)
    assert up.exit_code == -signal.SIGKILL

    run = start("token", "--customer", "alice", cwd=altered)
    assert run.exit_code == 1
    assert (run.stdout, run.stderr) == ("", NOT_RUNNING)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--customer"],
        ["--customer", "alice", "--admin"],
        ["--customer", "alice", "--staff"],
        ["alice"],
    ],
)
def test_unknown_and_missing_arguments_are_usage_errors(start: Start, arguments: list[str]) -> None:
    run = start("token", *arguments)
    assert run.exit_code == 2
    assert run.stdout == ""
    assert "usage: python -m local" in run.stderr
