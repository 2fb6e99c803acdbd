"""Pausing, staff, replayed updates, a load; and what permissions each command needs."""

import asyncio
import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.embedded_cloud import REGION
from local.live import order_updates
from ops.__main__ import parser, run
from ops.permissions import PERMISSIONS, policy
from ops.stage import OpsError, Stage
from ops.terminal import Terminal
from tests.e2e.identities import another_role, role_session
from tests.e2e.stage import RESTAURANT, eventually, message
from tests.e2e.stage import Stage as Deployed
from tests.ops.changes import changes_of
from tests.ops.conftest import Ask, Deploy, operated

pytestmark = pytest.mark.cloud


def test_orders_wait_while_the_consumer_is_paused(standard: Deployed, ask: Ask) -> None:
    customer, order_id = standard.customer(), standard.order_id("ACCEPTED")
    code, paused = ask(standard, "pause")
    assert (code, paused["consumer"]) == (0, "Disabled")
    # Twice is once.
    assert ask(standard, "pause")[1]["consumer"] == "Disabled"
    standard.place(customer, clientRequestToken=order_id)
    assert eventually(lambda: standard.depth("orderQueueUrl"), bool) == 1
    assert ask(standard, "resume")[1]["consumer"] == "Enabled"
    assert standard.ended(customer, order_id)["status"] == "PAID"


def test_a_customer_becomes_staff_and_is_no_longer(standard: Deployed, ask: Ask) -> None:
    chef = standard.customer()
    query = f'query {{ listRestaurantOrders(restaurantId: "{RESTAURANT}") {{ nextToken }} }}'
    ask(standard, "staff", "add", RESTAURANT, chef.email)
    ask(standard, "staff", "add", "Kyoto", chef.email)
    chef = standard.sign_in(chef)
    assert standard.error_type(chef.access_token, query) is None
    _, listed = ask(standard, "staff", "list", RESTAURANT)
    row = {"restaurantId": RESTAURANT, "userId": chef.sub, "address": chef.email}
    assert row in listed["staff"]

    ask(standard, "staff", "remove", RESTAURANT, chef.email)
    assert standard.error_type(chef.access_token, query) == "Unauthorized"
    groups = standard.cloud.aws.cognito.admin_list_groups_for_user
    pool: dict[str, Any] = {"UserPoolId": standard.outputs["userPoolId"], "Username": chef.sub}
    assert len(groups(**pool)["Groups"]) == 1
    # The last restaurant takes the group along.
    ask(standard, "staff", "remove", "Kyoto", chef.email)
    assert groups(**pool)["Groups"] == []
    with pytest.raises(OpsError, match="is not staff of Kyoto"):
        ask(standard, "staff", "remove", "Kyoto", chef.email)


def test_nobody_unknown_becomes_staff(standard: Deployed, ask: Ask) -> None:
    with pytest.raises(OpsError, match=r"has no customer ghost@orderflow\.example"):
        ask(standard, "staff", "add", RESTAURANT, "ghost@orderflow.example")
    with pytest.raises(OpsError, match="no restaurant"):
        ask(standard, "staff", "add", "Domino/s", "ghost@orderflow.example")


def test_an_order_is_told_to_its_subscribers_again(standard: Deployed, ask: Ask) -> None:
    customer = standard.customer()
    order_id = standard.store(customer.sub, version=7)
    eventually(lambda: standard.log_lines("broadcast-update", order_id), bool)
    before = standard.orders(customer.sub)

    async def told() -> dict[str, Any]:
        async with order_updates(standard.outputs["graphqlUrl"], customer, order_id) as updates:
            await asyncio.to_thread(ask, standard, "replay-updates", order_id.upper())
            return await asyncio.wait_for(updates.get(), 60)

    update = asyncio.run(told())
    assert (update["id"], update["version"], update["deletedAt"]) == (order_id, 7, None)
    assert standard.orders(customer.sub) == before
    _, replayed = ask(standard, "replay-updates", customer.email)
    assert replayed["replayed"] == [{"id": order_id, "version": 7}]


def test_what_is_not_published_is_said(standard: Deployed, ask: Ask) -> None:
    # What no update can be made of.
    order_id = standard.store("frank", quantity=0, status="LOST")
    with pytest.raises(OpsError, match="did not publish"):
        ask(standard, "replay-updates", order_id)


def test_a_load_leaves_nothing_behind(standard: Deployed, ask: Ask) -> None:
    pool = standard.outputs["userPoolId"]
    users = standard.cloud.aws.cognito.list_users
    before = len(users(UserPoolId=pool)["Users"])
    code, result = ask(standard, "load", "--rate", "5", "--minutes", "0.05")
    assert (code, result["good"], result["placed"]) == (0, True, {"accepted": 15})
    assert result["deleted"] == {"accepted": 15}
    assert set(result["milliseconds"]) == {"placed", "ended", "deleted"}
    assert len(users(UserPoolId=pool)["Users"]) == before


def test_a_load_tells_what_was_refused(standard: Deployed, ask: Ask) -> None:
    outputs = {**standard.outputs, "graphqlUrl": f"{standard.cloud.gateway.url}/nowhere"}
    broken = Deployed(cloud=standard.cloud, outputs=outputs, success_rate=1)
    code, result = ask(broken, "load", "--rate", "5", "--minutes", "0.01")
    assert (code, result["good"]) == (1, False)
    assert "accepted" not in result["placed"]


def test_a_load_on_prod_is_said_twice(standard: Deployed, ask: Ask) -> None:
    prod = operated(standard, "prod")
    with pytest.raises(OpsError, match="say it twice, by load --on prod"):
        ask(prod, "load")
    assert ask(prod, "load", "--on", "prod", "--rate", "5", "--minutes", "0.01")[0] == 0


# Each command, as it comes by everything that it may do.
COMMANDS: dict[str, list[str]] = {
    "find": ["find {order}", "find {address}"],
    "dead-letters list": ["dead-letters list --order {order}"],
    "dead-letters show": ["dead-letters show --order {order}"],
    "dead-letters export": ["dead-letters export --order {order} --to {file}"],
    "dead-letters redrive": ["dead-letters redrive --order {order}", "dead-letters redrive"],
    "dead-letters discard": ["dead-letters discard --order {order} --to {file}"],
    "reconcile": ["reconcile"],
    "reconcile --mend": ["reconcile --mend"],
    "retry-stuck": ["retry-stuck", "retry-stuck {order}"],
    "pause": ["pause"],
    "resume": ["resume"],
    "staff add": ["staff add Beirut {address}"],
    "staff remove": ["staff remove Dominos {address}"],
    "staff list": ["staff list"],
    "replay-updates": ["replay-updates {order}", "replay-updates {address}"],
    "load": ["load --rate 5 --minutes 0.01"],
}
# What the embedded cloud has no occasion for.
UNASKED = {
    ("dead-letters redrive", "sqs:StartMessageMoveTask"),
    # Lambda takes its time with it.
    ("pause", "lambda:GetEventSourceMapping"),
    ("resume", "lambda:GetEventSourceMapping"),
    # Of an order that was never saved, which another test has.
    ("reconcile --mend", "states:DescribeExecution"),
}
# Calls that AWS asks another permission for than their own name.
ASKS = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "lambda:Invoke": "lambda:InvokeFunction",
    # A customer's, which take no permission.
    "cognito-idp:InitiateAuth": "",
    "cognito-idp:RespondToAuthChallenge": "",
}


def test_every_command_has_its_permissions() -> None:
    assert set(COMMANDS) == set(PERMISSIONS)


def test_an_unknown_command_has_none(standard: Deployed) -> None:
    with pytest.raises(OpsError, match="no command reconsile: known are find, "):
        policy(operated(standard), ["reconsile"])


@pytest.fixture(scope="module")
def alike(deploy: Deploy) -> Deployed:
    return deploy(workflowType="STANDARD", consumerBatchSize=7)


@pytest.mark.parametrize("command", list(COMMANDS))
def test_a_command_may_do_what_it_calls_and_no_more(
    alike: Deployed, command: str, tmp_path: Path
) -> None:
    customer = alike.customer()
    alike.employ(customer, RESTAURANT)
    ended = {"attempt": 1, "status": "PAYMENT_FAILED"}
    ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    order_id = alike.store(customer.sub, status="PENDING", updatedAt=ago, ended=ended)
    letters = {
        "deadLetterQueueUrl": message(customer.sub, id=str(uuid.uuid4())),
        "broadcastDeadLetterQueueUrl": json.dumps(changes_of(alike, order_id)),
    }
    for queue, body in letters.items():
        alike.cloud.aws.sqs.send_message(QueueUrl=alike.outputs[queue], MessageBody=body)
    given = policy(operated(alike), [command])
    operator, calls = called(alike, given)
    words = {"order": order_id, "address": customer.email, "file": str(tmp_path / "letters")}
    for line in COMMANDS[command]:
        arguments = [word.format(**words) for word in line.split()]
        run(operator, Terminal(json=True, yes=True), parser().parse_args(arguments))
    allowed = {action for statement in given["Statement"] for action in statement["Action"]}
    asked = {ASKS.get(call, call) for call in calls} - {""}
    assert asked == allowed - {action for name, action in UNASKED if name == command}


def called(deployed: Deployed, given: dict[str, Any]) -> tuple[Stage, set[str]]:
    """The stage as an operator has it who may do this alone; and what is called of it."""
    name = f"operator-{uuid.uuid4().hex[:8]}"
    role = another_role(deployed, name, Action="none:None", Resource="*")
    own_names = {"Effect": "Allow", "Action": EMULATORS, "Resource": "*"}
    document = json.dumps({**given, "Statement": [*given["Statement"], own_names]})
    deployed.cloud.aws.iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=document)
    keys = role_session(deployed, role)
    session = boto3.Session(keys.access_key, keys.secret_key, keys.token, REGION)
    calls = set[str]()

    def note(model: Any, **_: Any) -> None:
        prefix = PREFIXES.get(model.service_model.service_name, model.service_model.service_name)
        calls.add(f"{prefix}:{model.name}")

    session.events.register("before-call", note)
    return Stage("local", deployed.outputs, session, deployed.cloud.emulator.url), calls


# The emulator asks for these by their own names, which AWS does not know, or of no resource.
EMULATORS = [
    *(call for call in ASKS if call.startswith("sqs:")),
    *("sqs:ListMessageMoveTasks", "dynamodb:GetShardIterator", "dynamodb:GetRecords"),
]
# Of permissions, where they are not called as boto3 calls the service.
PREFIXES = {"stepfunctions": "states", "dynamodbstreams": "dynamodb"}
