"""What is saved of the program while `up` runs is deployed; what is broken is not, and is told."""

import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.cloud import free_port
from local.engine.aws import Aws
from tests.local.commands import answer, change, copy_program, graphql
from tests.local.processes import Run, eventually, run_python

pytestmark = pytest.mark.cloud

GET = '{ getOrder(id: "01KB3X5YKYMBYYB3G1PS1TQR0W") { id } }'
PLACE = 'mutation { placeOrder(input: {name: "Pizza", quantity: 1, restaurantId: "Kyoto"}) { id } }'
LIST = "{ listOrders(limit: 100) { items { id status } } }"
CLOSED = "util.error('Closed today', 'Closed');"
AS_IT_WAS = "  The stage runs on as it was."


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A program whose `up` runs."""

    program: Path
    run: Run
    outputs: dict[str, Any]
    token: str
    aws: Aws

    def edit(self, file: str, old: str, new: str) -> list[str]:
        """What is said once a file is saved."""
        said = len(self.run.stdout.splitlines())
        change(self.program / file, old, new)
        return self.said_since(said)

    def said_since(self, said: int) -> list[str]:
        """What is said after that many lines, once it is said to its end."""

        def lines() -> list[str]:
            return self.run.stdout.splitlines()[said:]

        return eventually(lines, lambda seen: seen and seen[-1].endswith((" s)", "was.", "again.")))

    def ask(self, query: str) -> Any:
        return graphql(self.outputs["graphqlUrl"], self.token, query)

    def errors(self, query: str) -> list[str]:
        """The types of the errors of an answer."""
        answered = answer(self.outputs["graphqlUrl"], self.token, query)
        return [each["errorType"] for each in answered.get("errors", [])]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    program = copy_program(tmp_path_factory.mktemp("followed") / "program")
    ports = ("--port", str(free_port()), "--aws-port", str(free_port()))
    run = run_python(program.parent, "-m", "local", "up", *ports, cwd=program)
    try:
        run.wait_for("Ctrl-C stops everything.")
        local = program / ".local"
        addresses = json.loads((local / "cloud.json").read_text())
        token = run_python(
            program.parent, "-m", "local", "token", "--customer", "alice", cwd=program
        )
        assert token.exit_code == 0, token.stderr
        yield Followed(
            program=program,
            run=run,
            outputs=json.loads((local / "outputs.json").read_text()),
            token=token.stdout.strip(),
            aws=Aws(addresses["awsUrl"], addresses["gatewayUrl"], "us-east-1"),
        )
        run.signal(signal.SIGINT)
        assert run.exit_code == 0, run.stderr
        assert run.alive() == []
    finally:
        run.end()


def test_a_resolver_is_live_and_a_broken_one_leaves_it_running(followed: Followed) -> None:
    resolver = "graphql/resolvers/getOrder.js"
    assert followed.errors(GET) == []
    begun = "  const id = ctx.args.id;\n"
    [line] = followed.edit(resolver, begun, f"  {CLOSED}\n{begun}")
    assert line.startswith("resolver Query.getOrder updated (")
    assert followed.errors(GET) == ["Closed"]

    refusal, last = followed.edit(resolver, CLOSED, "try {} finally {}")
    assert refusal.startswith(f"{resolver}, line 7: resolver Query.getOrder is refused: ")
    assert "try statements are not supported" in refusal
    assert last == AS_IT_WAS
    assert followed.errors(GET) == ["Closed"]

    [line] = followed.edit(resolver, "  try {} finally {}\n", "")
    assert line.startswith("resolver Query.getOrder updated (")
    assert followed.errors(GET) == []
    [line] = followed.edit("infra/order_api.py", '"""', '"""\n')
    assert line.startswith("infra/order_api.py: nothing to deploy (")


def test_a_schema_and_a_broken_one(followed: Followed) -> None:
    schema, order = "graphql/schema.graphql", "type Order @aws_iam @aws_cognito_user_pools {\n"
    colour = '{ __type(name: "Order") { fields { name } } }'
    [line] = followed.edit(schema, order, f'{order}  "Of the box"\n  colour: String\n')
    assert line.startswith("GraphQL API order-api updated (")
    fields = followed.ask(colour)["__type"]["fields"]
    assert "colour" in {each["name"] for each in fields}

    refusal, last = followed.edit(schema, "  colour: String\n", "  colour: Sting\n")
    lines = (followed.program / schema).read_text().splitlines()
    number = lines.index("  colour: Sting") + 1
    assert refusal.startswith(f"{schema}, line {number}: GraphQL API order-api is refused: ")
    assert "Unknown type 'Sting'" in refusal
    assert last == AS_IT_WAS
    assert followed.ask(colour)["__type"]["fields"] == fields
    [line] = followed.edit(schema, '  "Of the box"\n  colour: Sting\n', "")
    assert line.startswith("GraphQL API order-api updated (")


def test_a_definition_and_a_broken_one(followed: Followed) -> None:
    definition = "infra/order_workflow.asl.yaml"
    begun = "States:\n\n  SaveOrder:\n"
    [line] = followed.edit(definition, begun, f"{begun}    Comment: Saves it\n")
    assert line.startswith("state machine order-workflow updated (")

    def comment() -> str:
        machine = followed.aws.step_functions.describe_state_machine(
            stateMachineArn=followed.outputs["workflowArn"]
        )
        return json.loads(machine["definition"])["States"]["SaveOrder"].get("Comment")

    assert comment() == "Saves it"
    refusal, last = followed.edit(definition, "    Comment: Saves it\n", "    Coment: Saves it\n")
    number = (followed.program / definition).read_text().splitlines().index("  SaveOrder:") + 1
    assert refusal.startswith(f"{definition}, line {number}: state machine order-workflow is ")
    assert "did you mean Comment?" in refusal
    assert last == AS_IT_WAS
    assert comment() == "Saves it"
    [line] = followed.edit(definition, "    Coment: Saves it\n", "")
    assert line.startswith("state machine order-workflow updated (")
    assert comment() is None


def test_what_is_wrong_with_the_program_or_its_options(followed: Followed) -> None:
    before = followed.aws.sqs.list_queues()["QueueUrls"]
    payments = "infra/payments.py"
    said = followed.edit(payments, '"""', 'def (:\n"""')
    assert said == [f"{payments}, line 1: invalid syntax", AS_IT_WAS]
    [line] = followed.edit(payments, 'def (:\n"""', '"""')
    assert line.startswith(f"{payments}: nothing to deploy (")

    options = "Pulumi.local.yaml"
    said = followed.edit(options, "logRetentionDays: 1", "logRetentionDays: 4")
    assert said[0] == "The configuration of this stage is wrong; nothing was changed."
    assert "orderflow:logRetentionDays is '4', but must be one of 1, 3, 5, 7" in said[1]
    said = followed.edit(options, "logRetentionDays: 4", "logRetentionDays: [")
    assert said[0].startswith(f"{options}, line ")
    [line] = followed.edit(options, "logRetentionDays: [", "logRetentionDays: 3")
    assert line.count("log group ") == 7
    assert followed.aws.sqs.list_queues()["QueueUrls"] == before

    main = "__main__.py"
    end = 'pulumi.export("orderQueueUrl"'
    said = followed.edit(main, end, f"store.none\n{end}")
    number = (followed.program / main).read_text().splitlines().index("store.none") + 1
    assert said[0].startswith(f"{main}, line {number}: AttributeError: ")
    assert said[1] == AS_IT_WAS
    [line] = followed.edit(main, f"store.none\n{end}", end)
    assert line.startswith(f"{main}: nothing to deploy (")


def test_a_resource_comes_and_goes(followed: Followed) -> None:
    main, end = "__main__.py", 'pulumi.export("orderQueueUrl"'
    more = 'import pulumi_aws\nextra = pulumi_aws.sqs.Queue("extra")\n'
    output = 'pulumi.export("extraUrl", extra.url)\n'
    [line] = followed.edit(main, end, f"{more}{output}{end}")
    assert line.startswith("queue extra created (")
    outputs = json.loads((followed.program / ".local/outputs.json").read_text())
    assert set(outputs) - set(followed.outputs) == {"extraUrl"}
    assert outputs["extraUrl"] in followed.aws.sqs.list_queues()["QueueUrls"]
    [line] = followed.edit(main, f"{more}{output}{end}", end)
    assert line.startswith("queue extra deleted (")
    assert outputs["extraUrl"] not in followed.aws.sqs.list_queues()["QueueUrls"]
    assert json.loads((followed.program / ".local/outputs.json").read_text()) == followed.outputs


def test_a_function_that_is_no_python_is_not_deployed(followed: Followed) -> None:
    handler = "functions/take_payment/handler.py"

    def code() -> list[str]:
        functions = followed.aws.functions.list_functions()["Functions"]
        return [each.get("CodeSha256", "") for each in functions]

    before = code()
    said = followed.edit(handler, '"""', 'def (:\n"""')
    assert said == [f"{handler}, line 1: invalid syntax", AS_IT_WAS]
    said = followed.edit("graphql/resolvers/getOrder.js", "/** Reads by", "/** Looks by")
    assert said == [f"{handler}, line 1: invalid syntax", AS_IT_WAS]
    assert code() == before
    followed.edit(handler, 'def (:\n"""', '"""')
    followed.edit("graphql/resolvers/getOrder.js", "/** Looks by", "/** Reads by")


def test_orders_in_flight_survive_an_edit_of_their_function(followed: Followed) -> None:
    handler = "functions/take_payment/handler.py"
    begun, slow = "    return take_payment(event, payment_processor())\n", "    sleep(2)\n"
    imported = "from typing import TypedDict\n"
    [line] = followed.edit(handler, imported, f"from time import sleep\n{imported}")
    [line] = followed.edit(handler, begun, slow + begun)
    assert line.startswith("function take-payment updated (")
    placed = {followed.ask(PLACE)["placeOrder"]["id"] for _ in range(4)}

    def statuses() -> dict[str, str]:
        return {each["id"]: each["status"] for each in followed.ask(LIST)["listOrders"]["items"]}

    # Saved: their payments are being taken, or are due.
    eventually(statuses, lambda seen: placed <= set(seen))
    [line] = followed.edit(handler, slow + begun, begun)
    assert line.startswith("function take-payment updated (")
    ended = eventually(statuses, lambda seen: "PENDING" not in seen.values())
    assert {ended[order] for order in placed} <= {"PAID", "PAYMENT_FAILED"}
    assert "ERROR" not in followed.run.stdout
    for queue in ("orderQueueUrl", "deadLetterQueueUrl"):
        attributes = followed.aws.sqs.get_queue_attributes(
            QueueUrl=followed.outputs[queue], AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        assert attributes == {"ApproximateNumberOfMessages": "0"}

    # What would lose them says what to do.
    store = "infra/order_store.py"
    refusal, advice = followed.edit(store, 'range_key="id"', 'range_key="orderId"')
    assert refusal == (
        "table orders would be replaced (its rangeKey cannot be changed), and its items lost."
    )
    assert advice == "  To begin anew without them: stop, and start again."
    assert set(statuses()) >= placed
    [line] = followed.edit(store, 'range_key="orderId"', 'range_key="id"')
    assert line.startswith(f"{store}: nothing to deploy (")
