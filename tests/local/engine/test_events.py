"""Rules and targets that a program asks for are what AWS's own calls read back."""

import json
import re
import secrets
from typing import Any

import pytest

from local.embedded_cloud import EmbeddedCloud
from local.engine import deployed
from local.engine.aws import ACCOUNT

pytestmark = pytest.mark.cloud

QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:queue"
PATTERN = json.dumps({"source": ["aws.states"]})


def create(
    cloud: EmbeddedCloud, kind: str, name: str, /, **inputs: Any
) -> tuple[str, dict[str, Any]]:
    resource_type = f"aws:cloudwatch/event{kind}:Event{kind}"
    proposed = f"{name}-{secrets.token_hex(4)[:7]}"
    made = deployed.create(cloud.aws, resource_type, name, inputs, proposed)
    return made.state["id"], made.state


def test_a_rule(cloud: EmbeddedCloud) -> None:
    rule_id, outputs = create(
        cloud,
        "Rule",
        "ended",
        eventPattern=PATTERN,
        description="What ended",
        tags={"project": "orderflow"},
    )

    rule = cloud.aws.events.describe_rule(Name=outputs["name"])
    assert re.fullmatch("ended-[0-9a-f]{7}", outputs["name"])
    assert rule_id == rule["Name"] == outputs["name"]
    assert rule["Arn"] == outputs["arn"]
    assert (rule["EventPattern"], rule["Description"]) == (PATTERN, "What ended")
    assert rule["State"] == "ENABLED"
    tags = cloud.aws.events.list_tags_for_resource(ResourceARN=outputs["arn"])["Tags"]
    assert tags == [{"Key": "project", "Value": "orderflow"}]


def test_a_rules_name(cloud: EmbeddedCloud) -> None:
    _, named = create(cloud, "Rule", "ended", eventPattern=PATTERN, name="mine")
    _, begun = create(cloud, "Rule", "ended", eventPattern=PATTERN, namePrefix="mine-")

    assert named["name"] == "mine"
    assert re.fullmatch("mine-[0-9a-f]{7}", begun["name"])
    assert cloud.aws.events.describe_rule(Name=begun["name"])["Arn"] == begun["arn"]


def test_a_rules_targets(cloud: EmbeddedCloud) -> None:
    rule, _ = create(cloud, "Rule", "ended", eventPattern=PATTERN)
    first_id, first = create(cloud, "Target", "whole", rule=rule, arn=QUEUE)
    second_id, second = create(
        cloud, "Target", "detail", rule=rule, arn=QUEUE, inputPath="$.detail", targetId="queue"
    )

    targets = cloud.aws.events.list_targets_by_rule(Rule=rule)["Targets"]
    assert targets == [
        {"Id": first["targetId"], "Arn": QUEUE},
        {"Id": "queue", "Arn": QUEUE, "InputPath": "$.detail"},
    ]
    assert re.fullmatch("whole-[0-9a-f]{7}", first["targetId"])
    assert second["targetId"] == "queue"
    assert (first_id, second_id) == (f"{rule}-{first['targetId']}", f"{rule}-queue")
