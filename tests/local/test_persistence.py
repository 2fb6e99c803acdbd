"""`up --persist`: a stopped stage goes on at the next start as if nothing had been."""

import json
import shutil
import signal
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import pytest
from yarl import URL

from local.cloud import ensure_node, free_port
from local.engine.aws import Aws
from tests.local.commands import Start, change, copy_program, graphql
from tests.local.processes import ROOT, Run, eventually, gone, run_python

pytestmark = pytest.mark.cloud

READY = "Ctrl-C stops everything."
PLACE = 'mutation { placeOrder(input: {name: "%s", quantity: 1, restaurantId: "Kyoto"}) { id } }'
LIST = "{ listOrders { items { id name status } } }"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A program with the state of a stopped run, and what a client has of that run.

    Args:
        order_id: of an order that was accepted in the run's last moment.
    """

    program: Path
    outputs: dict[str, Any]
    token: str
    order_id: str


def outputs_of(program: Path) -> dict[str, Any]:
    return json.loads((program / ".local" / "outputs.json").read_text())


def place(stored_outputs: dict[str, Any], token: str, name: str) -> str:
    return graphql(stored_outputs["graphqlUrl"], token, PLACE % name)["placeOrder"]["id"]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    program = copy_program(tmp_path_factory.mktemp("stored") / "program")
    ports = ("--port", str(free_port()), "--aws-port", str(free_port()))
    run = run_python(program.parent, "-m", "local", "up", "--persist", *ports, cwd=program)
    try:
        run.wait_for(READY)
        outputs = outputs_of(program)
        token = run_python(
            program.parent, "-m", "local", "token", "--customer", "alice", cwd=program
        )
        assert token.exit_code == 0, token.stderr
        order_id = place(outputs, token.stdout.strip(), "Early")
        run.signal(signal.SIGINT)
        assert run.exit_code == 0, run.stderr
        assert run.stdout.splitlines()[-1].startswith("Stopped; the state is in ")
    finally:
        run.end()
    return Stored(program=program, outputs=outputs, token=token.stdout.strip(), order_id=order_id)


@pytest.fixture
def stored(stopped: Stored, tmp_path: Path) -> Stored:
    """A copy, so that no test sees another's changes."""
    program = shutil.copytree(stopped.program, tmp_path / "stored")
    return Stored(
        program=program, outputs=stopped.outputs, token=stopped.token, order_id=stopped.order_id
    )


def up(start: Start, stored: Stored) -> Run:
    run = start("up", "--persist", cwd=stored.program)
    run.wait_for(READY)
    return run


def ended(stored: Stored, order_id: str) -> dict[str, str]:
    """The order, once its workflow has ended."""

    def look() -> dict[str, str]:
        items = graphql(stored.outputs["graphqlUrl"], stored.token, LIST)["listOrders"]["items"]
        return next((item for item in items if item["id"] == order_id), {"status": "PENDING"})

    return eventually(look, lambda order: order["status"] != "PENDING")


def test_everything_is_there_after_a_stop(start: Start, stored: Stored) -> None:
    run = up(start, stored)

    assert outputs_of(stored.program) == stored.outputs
    assert "updated (" not in run.stdout
    # The token of the first run opens the API of the second; what was on its way arrives.
    order = ended(stored, stored.order_id)
    assert order["name"] == "Early"
    assert order["status"] in {"PAID", "PAYMENT_FAILED"}
    assert ended(stored, place(stored.outputs, stored.token, "Late"))["name"] == "Late"
    token = start("token", "--customer", "alice", cwd=stored.program)
    assert token.exit_code == 0, token.stderr
    later = graphql(stored.outputs["graphqlUrl"], token.stdout.strip(), LIST)["listOrders"]
    assert {order["name"] for order in later["items"]} == {"Early", "Late"}


FOLLOW = """
import { subscribe } from '%s';
const [url, token, customerId] = process.argv.slice(1);
const query = `subscription ($customerId: ID!) { onOrderUpdated(customerId: $customerId) { id } }`;
subscribe(url, async () => token, { query, variables: { customerId } }, {
  next: ({ data }) => console.log(data.onOrderUpdated.id),
  error: (error) => { console.error(error); process.exit(1); },
});
""" % (ROOT / "local/graphiql/realtime.mjs")


@contextmanager
def following(stored: Stored) -> Generator[list[str]]:
    """The ids of the customer's orders as the page's client is told of them, across restarts."""
    ensure_node()
    customer_id = jwt.decode(stored.token, options={"verify_signature": False})["sub"]
    command = ["node", "--experimental-websocket", "--no-warnings", "--input-type=module", "-e"]
    process = subprocess.Popen(  # noqa: S603
        [*command, FOLLOW, stored.outputs["graphqlUrl"], stored.token, customer_id],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    output = process.stdout
    seen: list[str] = []

    def read() -> None:
        for line in output:
            seen.append(line.strip())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield seen
    finally:
        process.kill()
        process.wait()
        reader.join()
        output.close()


def test_a_subscription_goes_on_after_a_restart(start: Start, stored: Stored) -> None:
    def place_and_see() -> bool:
        """Whether the client is told of an order that is placed now."""
        order_id = place(stored.outputs, stored.token, "Watched")
        ended(stored, order_id)
        return order_id in seen

    run = up(start, stored)
    with following(stored) as seen:
        # Until it has subscribed, and after the restart subscribed again.
        assert eventually(place_and_see, bool)
        run.signal(signal.SIGINT)
        assert run.exit_code == 0, run.stderr

        up(start, stored)
        assert eventually(place_and_see, bool)


def test_a_workflow_that_was_cut_off_is_taken_up_again(start: Start, stored: Stored) -> None:
    run = up(start, stored)
    # What start_workflow has of the queue as it is cut off comes back after six times its time-out,
    # three minutes, which is late and not lost.
    queue_url = stored.outputs["orderQueueUrl"]
    emulator = str(URL(queue_url).origin())
    Aws(emulator, emulator, "us-east-1").sqs.set_queue_attributes(
        QueueUrl=queue_url, Attributes={"VisibilityTimeout": "5"}
    )
    orders = [place(stored.outputs, stored.token, f"Cut {number}") for number in range(10)]
    # As soon as the first is saved the others are somewhere on their way.
    assert eventually(
        lambda: graphql(stored.outputs["graphqlUrl"], stored.token, LIST)["listOrders"]["items"],
        lambda items: any(item["name"].startswith("Cut") for item in items),
    )

    run.signal(signal.SIGKILL)
    assert gone(run.alive)

    up(start, stored)
    for order_id in orders:
        assert ended(stored, order_id)["status"] in {"PAID", "PAYMENT_FAILED"}


def test_what_has_changed_of_the_program_is_deployed(start: Start, stored: Stored) -> None:
    change(stored.program / "Pulumi.local.yaml", "logRetentionDays: 1", "logRetentionDays: 3")

    run = up(start, stored)

    run.wait_for("log group order-api updated")
    run.wait_for(" s)\n")
    assert outputs_of(stored.program) == stored.outputs
    assert ended(stored, stored.order_id)["name"] == "Early"
    run.signal(signal.SIGINT)
    assert run.exit_code == 0
    # It is so then, and not deployed again.
    run = up(start, stored)
    change(stored.program / "infra" / "tags.py", '"""', '"""\n')
    run.wait_for("infra/tags.py: nothing to deploy (")
    assert "updated (" not in run.stdout


def refusal(start: Start, program: Path, *arguments: str) -> str:
    run = start("up", "--persist", *arguments, cwd=program)
    assert run.exit_code == 1, run.stdout
    (message,) = run.stderr.splitlines()
    assert run.alive() == []
    return message


def test_a_second_run_on_the_state_is_refused(start: Start, stored: Stored) -> None:
    run = up(start, stored)

    ports = ("--port", str(free_port()), "--aws-port", str(free_port()))
    message = refusal(start, stored.program, *ports)
    assert message.startswith("Another `make up` runs at http://127.0.0.1:")
    assert str(stored.program / ".local") in message
    # And the first is none the worse.
    assert outputs_of(stored.program) == stored.outputs
    assert ended(stored, stored.order_id)["name"] == "Early"
    run.signal(signal.SIGINT)
    assert run.exit_code == 0


def test_other_ports_are_refused(start: Start, stored: Stored) -> None:
    port = stored.outputs["graphqlUrl"].split(":")[2].split("/")[0]
    message = refusal(start, stored.program, "--port", str(free_port()))
    assert message.startswith("The stored stage has its addresses at ports ")
    assert port in message


def test_a_damaged_state_says_what_to_do(start: Start, stored: Stored) -> None:
    (stored.program / ".local/state/running/state/dynamodb.json").write_text('{"tables": ')
    message = refusal(start, stored.program)
    assert "is damaged (" in message
    assert message.endswith(f"rm -r {stored.program / '.local' / 'state'}")


@pytest.mark.parametrize("file", ["stage.json", "state/sqs.json", "state/lambda.json"])
@pytest.mark.parametrize("content", ["[", "{}", "null"])
def test_a_damaged_file_is_named(start: Start, stored: Stored, file: str, content: str) -> None:
    state = stored.program / ".local" / "state"
    (state / "running" / file).write_text(content)
    message = refusal(start, stored.program)
    assert message.startswith(f"{state / 'running' / file} is damaged (")
    assert message.endswith(f"To begin anew: rm -r {state}")


def test_a_stage_that_lacks_what_the_program_needs_says_what_to_do(
    start: Start, stored: Stored
) -> None:
    file = stored.program / ".local/state/running/stage.json"
    stage = json.loads(file.read_text())
    del stage["deployed"]["outputs"]["restaurantStaffTableName"]
    file.write_text(json.dumps(stage))
    message = refusal(start, stored.program)
    assert "or older than the program" in message
    assert message.endswith(f"rm -r {stored.program / '.local' / 'state'}")


def test_a_deployment_that_was_cut_off_begins_anew(start: Start, altered: Path) -> None:
    ports = ("--port", str(free_port()), "--aws-port", str(free_port()))
    schema = altered / "graphql" / "schema.graphql"
    change(schema, "getOrder(id: ID!): Order", "getOrder(id: ID!): Ordre")
    assert start("up", "--persist", *ports, cwd=altered).exit_code == 1
    change(schema, "getOrder(id: ID!): Ordre", "getOrder(id: ID!): Order")

    run = start("up", "--persist", *ports, cwd=altered)

    run.wait_for(READY)
    assert "updated (" not in run.stdout
