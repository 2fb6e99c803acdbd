"""What has changed of a program is deployed, all of it or nothing."""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from local.embedded_cloud import EmbeddedCloud
from local.engine.deployed import Deployed, Key
from local.engine.evaluation import NOT_YET, Evaluation, Registered
from local.engine.providers.provider import State
from local.engine.redeployment import NotDeleted, Refused, WouldLose, redeploy

pytestmark = pytest.mark.cloud

QUEUE = "aws:sqs/queue:Queue"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
MACHINE = "aws:sfn/stateMachine:StateMachine"
ROLE = "aws:iam/role:Role"
RULE = "aws:cloudwatch/eventRule:EventRule"

# A program: resources by type and name, made of what is known of others.
Of = Callable[[str, str], str]
Program = Callable[[Of], dict[Key, dict[str, Any]]]


class Stage:
    """A stage that a test deploys again and again."""

    def __init__(self, cloud: EmbeddedCloud) -> None:
        self.aws = cloud.aws
        self.deployed = Deployed()
        self.evaluations = 0
        self.exports = False
        self.prefix = f"test-{secrets.token_hex(4)}-"

    def deploy(self, program: Program | dict[Key, dict[str, Any]]) -> list[str]:
        """What was done, without what it was done to being named by its type."""

        def evaluate(known: Mapping[Key, State]) -> Evaluation:
            self.evaluations += 1
            arn = "arn:aws:sqs:us-east-1:000000000000:"

            def of(resource_type: str, name: str) -> str:
                return known.get((resource_type, name), {"arn": arn + NOT_YET})["arn"]

            resources = program(of) if callable(program) else program
            outputs = {key[1]: known.get(key, {"id": NOT_YET})["id"] for key in resources}
            return Evaluation(
                resources=tuple(
                    Registered(type=kind, name=name, inputs=inputs)
                    for (kind, name), inputs in resources.items()
                ),
                outputs=outputs if self.exports else {},
            )

        self.evaluations = 0
        return list(map(str, redeploy(self.deployed, evaluate, self.aws, self.prefix)))

    def queues(self) -> dict[str, dict[str, Any]]:
        """The attributes of the stage's queues, by the names in the program."""
        sqs: Any = self.aws.sqs
        urls: list[str] = sqs.list_queues(QueueNamePrefix=self.prefix).get("QueueUrls", [])
        return {
            url.rpartition("/")[2].removeprefix(self.prefix)[:-8]: sqs.get_queue_attributes(
                QueueUrl=url, AttributeNames=["All"]
            )["Attributes"]
            for url in urls
        }


@pytest.fixture
def stage(cloud: EmbeddedCloud) -> Iterator[Stage]:
    stage = Stage(cloud)
    yield stage
    for each in reversed(stage.deployed.resources.values()):
        each.provider.remove(cloud.aws, each.state)


def test_what_is_new_changed_and_gone(stage: Stage) -> None:
    assert stage.deploy({(QUEUE, "a"): {}, (QUEUE, "b"): {}}) == [
        "queue a created",
        "queue b created",
    ]
    assert stage.evaluations == 1
    assert set(stage.queues()) == {"a", "b"}
    program: Any = {(QUEUE, "a"): {"delaySeconds": 9}, (QUEUE, "c"): {}}
    assert stage.deploy(program) == ["queue a updated", "queue c created", "queue b deleted"]
    queues = stage.queues()
    assert set(queues) == {"a", "c"}
    assert queues["a"]["DelaySeconds"] == "9"
    assert stage.deploy(program) == []
    assert stage.evaluations == 1
    assert stage.queues() == queues


def test_outputs_are_those_of_what_has_been_made(stage: Stage) -> None:
    stage.exports = True
    stage.deploy({(QUEUE, "a"): {}})
    stage.deploy({(QUEUE, "a"): {}, (QUEUE, "b"): {}})
    assert stage.deployed.outputs == {
        name: stage.deployed.resources[QUEUE, name].state["id"] for name in ("a", "b")
    }


def test_what_is_made_of_what_is_made_first(stage: Stage) -> None:
    def program(of: Of) -> dict[Key, dict[str, Any]]:
        policy = {"deadLetterTargetArn": of(QUEUE, "dead"), "maxReceiveCount": 5}
        return {(QUEUE, "dead"): {}, (QUEUE, "a"): {"redrivePolicy": json.dumps(policy)}}

    assert stage.deploy(program) == ["queue dead created", "queue a created"]
    assert stage.evaluations == 2
    queues = stage.queues()
    assert (
        json.loads(queues["a"]["RedrivePolicy"])["deadLetterTargetArn"]
        == (queues["dead"]["QueueArn"])
    )
    assert list(stage.deployed.resources) == [(QUEUE, "dead"), (QUEUE, "a")]


def test_what_aws_cannot_change_is_replaced_and_what_needs_it_follows(stage: Stage) -> None:
    def program(name: str) -> Program:
        def registered(of: Of) -> dict[Key, dict[str, Any]]:
            policy = {"deadLetterTargetArn": of(QUEUE, "dead"), "maxReceiveCount": 5}
            return {
                (QUEUE, "dead"): {"name": name},
                (QUEUE, "a"): {"redrivePolicy": json.dumps(policy)},
            }

        return registered

    stage.deploy(program(f"{stage.prefix}one-0000000"))
    assert stage.deploy(program(f"{stage.prefix}two-0000000")) == [
        "queue dead replaced",
        "queue a updated",
    ]
    queues = stage.queues()
    assert set(queues) == {"two", "a"}
    assert (
        json.loads(queues["a"]["RedrivePolicy"])["deadLetterTargetArn"]
        == (queues["two"]["QueueArn"])
    )


def test_what_has_the_same_name_goes_before_it_is_made(stage: Stage) -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "a"}}
    role = {
        "name": f"{stage.prefix}role",
        "assumeRolePolicy": json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    }
    stage.deploy({(ROLE, "role"): role})
    assert stage.deploy({(ROLE, "role"): {**role, "path": "/orders/"}}) == ["role role replaced"]
    assert stage.aws.iam.get_role(RoleName=role["name"])["Role"]["Path"] == "/orders/"
    # And comes back, where the new one is refused.
    with pytest.raises(Refused, match=r"^role role is refused: "):
        stage.deploy({(ROLE, "role"): {**role, "description": "x" * 1001, "path": "/other/"}})
    assert stage.aws.iam.get_role(RoleName=role["name"])["Role"]["Path"] == "/orders/"


@pytest.mark.parametrize("program", [{}, {(QUEUE, "a"): {"name": "another"}}], ids=str)
def test_what_would_lose_data_is_not_done(stage: Stage, program: dict[Key, dict[str, Any]]) -> None:
    stage.deploy({(QUEUE, "a"): {}, (QUEUE, "b"): {}})
    before = stage.queues()
    url = stage.deployed.resources[QUEUE, "a"].state["url"]
    stage.aws.sqs.send_message(QueueUrl=url, MessageBody="an order", DelaySeconds=60)
    with pytest.raises(WouldLose) as raised:
        stage.deploy({(QUEUE, "b"): {"delaySeconds": 9}, **program})
    how = "replaced (its name cannot be changed)" if program else "deleted"
    assert str(raised.value) == f"queue a would be {how}, and its messages lost."
    assert stage.queues()["b"] == before["b"]
    assert set(stage.deployed.resources) == {(QUEUE, "a"), (QUEUE, "b")}


def test_a_change_that_is_refused_in_part_is_undone(stage: Stage) -> None:
    stage.deploy({(QUEUE, "a"): {}, (QUEUE, "b"): {"delaySeconds": 1}, (QUEUE, "old"): {}})
    before, resources = stage.queues(), dict(stage.deployed.resources)
    with pytest.raises(Refused) as raised:
        stage.deploy(
            {
                (QUEUE, "a"): {"delaySeconds": 9},
                (QUEUE, "new"): {},
                (QUEUE, "b"): {"delaySeconds": -1},
            }
        )
    assert str(raised.value).startswith("queue b is refused: ")
    assert raised.value.resource is not None
    assert raised.value.resource.key == (QUEUE, "b")
    assert timeless(stage.queues()) == timeless(before)
    assert {key: each.state for key, each in stage.deployed.resources.items()} == {
        key: each.state for key, each in resources.items()
    }
    assert stage.deploy({(QUEUE, "a"): {}, (QUEUE, "b"): {}, (QUEUE, "old"): {}}) == [
        "queue b updated"
    ]


def test_a_resource_that_is_refused_half_way_is_as_it_was(stage: Stage) -> None:
    api = {"authenticationType": "AWS_IAM", "schema": "type Query { a: Int }"}
    kind = "aws:appsync/graphQLApi:GraphQLApi"
    stage.deploy({(kind, "api"): api})
    refused = {**api, "schema": "type Query { b: Int }", "queryDepthLimit": -1}
    with pytest.raises(Refused, match="GraphQL API api is refused: "):
        stage.deploy({(kind, "api"): refused})
    api_id = stage.deployed.resources[kind, "api"].state["id"]
    schema = stage.aws.appsync.get_introspection_schema(apiId=api_id, format="SDL")["schema"]
    assert schema.read().decode() == api["schema"]


def timeless(queues: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """All but when they were changed."""
    return {
        name: {key: value for key, value in each.items() if key != "LastModifiedTimestamp"}
        for name, each in queues.items()
    }


def test_what_was_replaced_stays_where_another_is_refused(stage: Stage) -> None:
    rule = {"name": f"{stage.prefix}rule", "eventPattern": '{"source": ["a"]}'}
    group = {"name": f"{stage.prefix}group", "retentionInDays": 3}
    stage.deploy({(RULE, "rule"): rule, (LOGS, "group"): group})
    machine = {"definition": "{", "roleArn": "arn:aws:iam::000000000000:role/none"}
    with pytest.raises(Refused, match="state machine new is refused: InvalidDefinition"):
        stage.deploy(
            {
                (RULE, "rule"): rule,
                (LOGS, "group"): {"namePrefix": f"{stage.prefix}other-"},
                (MACHINE, "new"): machine,
            }
        )
    groups = stage.aws.logs.describe_log_groups(logGroupNamePrefix=stage.prefix)["logGroups"]
    assert [(each.get("logGroupName"), each.get("retentionInDays")) for each in groups] == [
        (group["name"], 3)
    ]


def test_what_cannot_be_deleted_is_told_and_stays_known(stage: Stage) -> None:
    table = {
        "attributes": [{"name": "id", "type": "S"}],
        "hashKey": "id",
        "billingMode": "PAY_PER_REQUEST",
    }
    kind = "aws:dynamodb/table:Table"
    stage.deploy({(kind, "t"): {**table, "deletionProtectionEnabled": True}, (QUEUE, "a"): {}})
    with pytest.raises(NotDeleted, match=r"table t cannot be deleted: .* protected"):
        stage.deploy({(QUEUE, "b"): {}})
    # All else is done.
    assert set(stage.queues()) == {"b"}
    assert set(stage.deployed.resources) == {(QUEUE, "b"), (kind, "t")}
    assert stage.deploy({(QUEUE, "b"): {}, (kind, "t"): table}) == ["table t updated"]


def test_what_is_not_known_here_is_refused(stage: Stage) -> None:
    with pytest.raises(Refused, match="queue a is refused: its provider does not know foo"):
        stage.deploy({(QUEUE, "a"): {"foo": 1}})
    stage.deploy({(QUEUE, "a"): {}})
    # Where nothing else has changed, too.
    with pytest.raises(Refused, match="its provider does not know foo"):
        stage.deploy({(QUEUE, "a"): {"foo": 1}})


def test_resources_that_need_each_other(stage: Stage) -> None:
    def program(of: Of) -> dict[Key, dict[str, Any]]:
        return {
            (QUEUE, "a"): {"redrivePolicy": of(QUEUE, "b")},
            (QUEUE, "b"): {"redrivePolicy": of(QUEUE, "a")},
        }

    with pytest.raises(Refused, match="wait for each other"):
        stage.deploy(program)
    assert stage.queues() == {}


def test_a_stage_is_stored_whole(stage: Stage) -> None:
    stage.deploy({(QUEUE, "a"): {"delaySeconds": 1}, (QUEUE, "b"): {}})
    stored = json.loads(json.dumps(stage.deployed.as_json()))
    assert Deployed.of_json(stored) == stage.deployed
