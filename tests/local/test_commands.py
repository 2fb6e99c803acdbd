"""The commands as a user runs them, on a copy of the program: each in a process of its own."""

import json
import re
import signal
import socket
import ssl
from pathlib import Path
from typing import Any

import jwt
import pytest

from local.cloud import free_port
from local.customers import sign_in
from local.engine.aws import Aws
from tests.local.commands import (
    OUTPUTS,
    Start,
    ask,
    change,
    copy_program,
    graphql,
    runs_of,
)
from tests.local.processes import Run, eventually, gone, run_python

pytestmark = pytest.mark.cloud

ENDED = {"PAID", "PAYMENT_FAILED"}
CUSTOMER = "alice@orderflow.example"
CUSTOMERS: dict[str, list[str]] = {
    CUSTOMER: [],
    "bob@orderflow.example": [],
    "staff@orderflow.example": ["staff"],
}


def emulators(run: Run) -> list[str]:
    return [command for command in run.alive() if "local.cloud.child" in command]


def test_demo_prints_one_json_object(start: Start, program: Path) -> None:
    run = start("demo", "--orders", "3", "--json")

    assert run.exit_code == 0, run.stderr
    report = json.loads(run.stdout)
    assert set(report) == {
        "orders", "paid", "payment_failed", "retried", "emails", "dead_letters", "outputs",
        "seconds", "wrong",
    }  # fmt: skip
    assert len({order["id"] for order in report["orders"]}) == 3
    for order in report["orders"]:
        assert set(order) == {
            "id", "name", "quantity", "restaurant", "retried_after", "status", "reason",
            "milliseconds",
        }  # fmt: skip
        assert order["status"] in ENDED
        assert 0 < order["milliseconds"] < 60_000
    statuses = [order["status"] for order in report["orders"]]
    assert report["paid"] == statuses.count("PAID")
    assert report["payment_failed"] == statuses.count("PAYMENT_FAILED")
    # One to the customer and one to the operator, for each end and each first failure.
    assert {mails["to"]: mails["number"] for mails in report["emails"]} == dict.fromkeys(
        (CUSTOMER, "operator@orderflow.example"), 3 + report["retried"]
    )
    assert report["wrong"] == []
    assert report["dead_letters"] == 0
    assert set(report["outputs"]) == OUTPUTS
    assert list(report["seconds"]) == ["start", "deploy", "orders"]
    assert all(0 < taken < 60 for taken in report["seconds"].values())
    assert run.alive() == []
    assert runs_of(program) == []


def test_demo_after_a_killed_one(start: Start, program: Path) -> None:
    killed = start("demo", "--orders", "500")
    killed.wait_for("signed up and signed in")
    # In the middle of the orders: resolvers and functions have workers of their own by then.
    workers = eventually(killed.alive, lambda alive: len(alive) > 3)
    assert [command for command in workers if "local.cloud.child" in command]
    assert [command for command in workers if command.startswith("node ")]

    killed.signal(signal.SIGKILL)

    assert killed.exit_code == -signal.SIGKILL
    assert gone(killed.alive)
    (left,) = runs_of(program)
    assert left.startswith(f"{killed.process.pid}-")

    run = start("demo", "--orders", "2")
    assert run.exit_code == 0, run.stderr
    assert run.stderr == ""
    for shown in (CUSTOMER, "operator@orderflow.example", "dead-letter queue", *OUTPUTS):
        assert shown in run.stdout
    assert "Dominos" in run.stdout
    assert runs_of(program) == []
    assert run.alive() == []


def printed_password(run: Run, email: str) -> str:
    (line,) = (line for line in run.stdout.splitlines() if email in line)
    return line.split()[1]


def test_up_serves_all_that_it_prints_until_interrupted(start: Start, program: Path) -> None:
    port, aws_port = free_port(), free_port()
    files = [program / ".local" / name for name in ("outputs.json", "cloud.json", "ca.pem")]
    outputs_file, addresses_file, ca = files
    run = start("up", "--port", str(port), "--aws-port", str(aws_port))
    run.wait_for("Ctrl-C stops everything.")

    for address in (f"http://127.0.0.1:{port}", f"http://127.0.0.1:{aws_port}"):
        assert address in run.stdout
    for page in ("/mailbox", "/flow", "/operations"):
        assert f"http://127.0.0.1:{port}{page}" in run.stdout
    assert str(outputs_file) in run.stdout
    outputs = json.loads(outputs_file.read_text())
    assert set(outputs) == OUTPUTS
    url = outputs["graphqlUrl"]
    assert url.startswith(f"http://127.0.0.1:{port}/")
    assert url in run.stdout
    assert outputs["realtimeUrl"] in run.stdout
    content_type, mails = ask(f"http://127.0.0.1:{port}/mailbox", method="GET")
    assert content_type == "application/json"
    assert [mail["to"] for mail in json.loads(mails)] == list(CUSTOMERS)
    content_type, page = ask(url, method="GET", headers={"Accept": "text/html"})
    assert content_type == "text/html"
    assert b"graphiql" in page.lower()
    addresses = json.loads(addresses_file.read_text())
    assert addresses["awsUrl"] == f"http://127.0.0.1:{aws_port}"
    assert addresses["gatewayUrl"] == f"http://127.0.0.1:{port}"
    # What is printed for the sign-in form signs in.
    tokens: dict[str, str] = {}
    for email, groups in CUSTOMERS.items():
        password = printed_password(run, email)
        aws = Aws(addresses["awsUrl"], addresses["gatewayUrl"], "us-east-1")
        customer = sign_in(aws, outputs, email, password)
        tokens[email] = customer.access_token
        claims = jwt.decode(customer.access_token, options={"verify_signature": False})
        assert claims.get("cognito:groups", []) == groups
        listed = graphql(url, customer.access_token, "{ listOrders { items { id } } }")
        assert listed == {"listOrders": {"items": []}}
    # Staff see what is ordered by the page's tabs.
    _, tabs = ask(f"http://127.0.0.1:{port}/graphiql/page.mjs", method="GET")
    (staff_tab,) = re.findall(r"listRestaurantOrders\(restaurantId: \"(\w+)\"", tabs.decode())
    (placed_at,) = re.findall(r"placeOrder\(.*restaurantId: \"(\w+)\"", tabs.decode())
    assert staff_tab == placed_at
    assert f"(staff of {staff_tab})" in run.stdout
    query = f'{{ listRestaurantOrders(restaurantId: "{staff_tab}") {{ items {{ id }} }} }}'
    listed = graphql(url, tokens["staff@orderflow.example"], query)
    assert listed == {"listRestaurantOrders": {"items": []}}

    (token,) = (line.strip() for line in run.stdout.splitlines() if line.strip().startswith("eyJ"))
    assert graphql(url, token, "{ listOrders { nextToken } }") == {
        "listOrders": {"nextToken": None}
    }
    # The authority that is printed vouches for the same address by TLS.
    assert str(ca) in run.stdout
    context = ssl.create_default_context(cafile=ca)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as connection,
        context.wrap_socket(connection, server_hostname="127.0.0.1") as encrypted,
    ):
        assert encrypted.version()

    run.signal(signal.SIGINT)

    assert run.exit_code == 0, run.stderr
    assert run.stderr == ""
    assert run.stdout.splitlines()[-1] == "Stopped."
    assert not [file for file in files if file.exists()]
    assert run.alive() == []
    assert runs_of(program) == []


def test_up_with_nothing_deployed_until_terminated(start: Start, program: Path) -> None:
    port, aws_port = free_port(), free_port()
    run = start("up", "--empty", "--port", str(port), "--aws-port", str(aws_port))
    run.wait_for("Ctrl-C stops everything.")
    [line] = (line for line in run.stdout.splitlines() if line.startswith("Pulumi "))
    assert re.fullmatch(r"Pulumi +PULUMI_DEBUG_PROVIDERS=aws:\d+ pulumi up --stack local", line)
    assert not (program / ".local" / "outputs.json").exists()

    run.signal(signal.SIGTERM)

    assert run.exit_code == 0, run.stderr
    assert run.stderr == ""
    assert run.alive() == []
    assert runs_of(program) == []


# A stage whose deployment waits for something that does not come.
NEVER_ENDING = """
import asyncio
pulumi.export("never", asyncio.get_event_loop().create_future())
"""


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("emulator", signal.SIGTERM),
        ("gateway", signal.SIGTERM),
        ("table", signal.SIGINT),
        ("function", signal.SIGTERM),
    ],
)
def test_an_interrupt_on_the_way_leaves_nothing(
    start: Start, altered: Path, moment: str, number: signal.Signals
) -> None:
    with (altered / "__main__.py").open("a") as main:
        main.write(NEVER_ENDING)
    port, aws_port = free_port(), free_port()
    run = start("up", "--port", str(port), "--aws-port", str(aws_port), cwd=altered)
    there = {
        "emulator": lambda: emulators(run),
        "gateway": lambda: answers(port),
        "table": lambda: answers(port) and tables(aws_port),
        "function": lambda: answers(port) and functions(aws_port),
    }
    assert eventually(there[moment], bool)

    run.signal(number)

    assert run.exit_code == 130
    assert run.stderr == ""
    assert "Ctrl-C" not in run.stdout
    assert run.alive() == []
    assert runs_of(altered) == []


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def tables(aws_port: int) -> list[str]:
    aws: Any = Aws(f"http://127.0.0.1:{aws_port}", "", "us-east-1")
    return aws.dynamodb.list_tables()["TableNames"]


def functions(aws_port: int) -> list[Any]:
    aws: Any = Aws(f"http://127.0.0.1:{aws_port}", "", "us-east-1")
    return aws.functions.list_functions()["Functions"]


def test_an_interrupt_before_anything_has_begun_says_nothing(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    # In the place of the first module that is imported once it can be interrupted.
    (tmp_path / "argparse.py").write_text(
        f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\ntime.sleep(600)\n"
    )
    program = copy_program(tmp_path / "program")
    run = run_python(tmp_path, "-c", AS_MODULE, str(tmp_path), cwd=program)
    try:
        assert eventually(begun.exists, bool)
        run.signal(signal.SIGINT)
        assert run.exit_code == -signal.SIGINT
        assert (run.stdout, run.stderr) == ("", "")
    finally:
        run.end()


# `python -m local` with a folder before all others on the path.
AS_MODULE = """
import runpy, sys
sys.modules.pop("argparse", None)
sys.path[:0] = [sys.argv.pop(), "."]
runpy.run_module("local", run_name="__main__")
"""


def test_a_broken_function_is_told_by_name_whatever_the_environment_says_of_aws(
    start: Start, altered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_DYNAMODB"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    (altered / "aws").write_text("[broken")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(altered / "aws"))
    handler = altered / "functions" / "take_payment" / "handler.py"
    handler.write_text(f"import nowhere\n{handler.read_text()}")

    run = start("demo", "--orders", "1", cwd=altered)

    run.wait_for("Nothing has happened")
    assert run.exit_code == 1
    told = "take_payment: Runtime.ImportModuleError: Unable to import module"
    assert f"ERROR in {told} 'functions.take_payment.handler': No module named 'nowhere'" in (
        run.stdout
    )
    assert "1 in the dead-letter queue orderflow-local-order-queue-dead-letters-" in run.stdout
    assert "1 of 1 orders did not come to their end." in run.stdout
    assert run.stderr == ""
    assert run.alive() == []


@pytest.mark.parametrize("orders", ["0", "x"])
def test_a_wrong_number_of_orders_is_a_usage_error(start: Start, orders: str) -> None:
    run = start("demo", "--orders", orders)

    assert run.exit_code == 2
    assert "usage: python -m local demo" in run.stderr
    assert "argument --orders: must be" in run.stderr
    assert "from 1 to" in run.stderr
    assert run.stdout == ""


@pytest.mark.parametrize("option", ["--port", "--aws-port", "--storefront-port"])
def test_a_taken_port_is_one_clear_message(start: Start, program: Path, option: str) -> None:
    ports = {name: free_port() for name in ("--port", "--aws-port", "--storefront-port")}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports[option] = taken.getsockname()[1]
        run = start("up", *(str(part) for pair in ports.items() for part in pair))
        assert run.exit_code == 1
    variable = option.removeprefix("--").replace("-", "_").upper()
    assert run.stderr.startswith(f"Port {ports[option]} of 127.0.0.1 is taken")
    assert run.stderr.endswith(f"or choose another (make up {variable}=…).\n")
    assert len(run.stderr.splitlines()) == 1
    assert run.alive() == []
    assert runs_of(program) == []


def test_a_port_that_there_cannot_be_is_a_usage_error(start: Start) -> None:
    run = start("up", "--port", "70000", "--aws-port", str(free_port()))
    assert run.exit_code == 2
    assert "argument --port: must be" in run.stderr
    assert "65535" in run.stderr


def refused(start: Start, program: Path) -> str:
    """What a deployment that must fail says: on stderr alone, with nothing left behind."""
    run = start("demo", "--orders", "1", cwd=program)
    assert run.exit_code == 1
    assert "Traceback" not in run.stderr
    assert run.alive() == []
    assert runs_of(program) == []
    return run.stderr


def test_a_broken_schema_names_the_resource_and_the_line(start: Start, altered: Path) -> None:
    schema = altered / "graphql" / "schema.graphql"
    change(schema, "getOrder(id: ID!): Order", "getOrder(id: ID!): Ordre")
    line = next(
        number for number, text in enumerate(schema.read_text().splitlines(), 1) if "Ordre" in text
    )
    message = refused(start, altered)
    assert message.startswith("'order-api' (aws:appsync/graphQLApi:GraphQLApi)")
    assert "Unknown type 'Ordre'" in message
    assert f"line {line}," in message
    assert len(message.splitlines()) == 1


def test_a_resolver_that_appsync_refuses_names_the_construct(start: Start, altered: Path) -> None:
    resolver = altered / "graphql" / "resolvers" / "placeOrder.js"
    change(
        resolver, "export function request(ctx) {", "export function request(ctx) { try {} catch {}"
    )
    message = refused(start, altered)
    assert message.startswith("'order-api-placeOrder' (aws:appsync/resolver:Resolver)")
    assert "try statements are not supported (line " in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "infra/order_workflow.asl.yaml",
            "StartAt: SaveOrder",
            "StartAt: [SaveOrder",
            "order_workflow.asl.yaml, line 17: while parsing a flow sequence, did not find",
        ),
        (
            "infra/order_workflow.asl.yaml",
            "${OrderTableName}",
            "${OrderTabelName}",
            "order_workflow.asl.yaml: nothing fills ${OrderTabelName}.",
        ),
        (
            "infra/order_workflow.asl.yaml",
            "    Type: Task",
            "    Type: Taks",
            "'order-workflow' (aws:sfn/stateMachine:StateMachine) could not be created: "
            "InvalidDefinition: Invalid State Machine Definition: "
            "'SCHEMA_VALIDATION_FAILED: 'Taks' is not a type of state, did you mean Task?",
        ),
    ],
)
def test_a_broken_definition_is_refused(
    start: Start, altered: Path, file: str, old: str, new: str, message: str
) -> None:
    change(altered / file, old, new)
    refusal = refused(start, altered)
    assert refusal.startswith(message)
    assert len(refusal.splitlines()) == 1


def test_a_wrong_option_names_key_value_and_what_is_allowed(start: Start, altered: Path) -> None:
    with (altered / "Pulumi.local.yaml").open("a") as stage:
        stage.write('  orderflow:paymentSuccessRate: "2"\n')
    message = refused(start, altered)
    assert "orderflow:paymentSuccessRate is '2', but must be a number from 0 to 1" in message
