"""EventBridge rules and their targets."""

from typing import TYPE_CHECKING

from local.engine.aws import Aws
from local.engine.providers.provider import Created, Inputs, Provider, physical_name, tag_list

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import TargetTypeDef


def event_rule(aws: Aws, name: str, inputs: Inputs) -> Created:
    rule = physical_name(name, inputs)
    arn = aws.events.put_rule(
        Name=rule,
        EventPattern=inputs["eventPattern"],
        Description=inputs.get("description", ""),
        Tags=tag_list(inputs),
    )["RuleArn"]
    return rule, {"name": rule, "arn": arn}


def event_target(aws: Aws, name: str, inputs: Inputs) -> Created:
    rule, target_id = inputs["rule"], inputs.get("targetId") or physical_name(name, {})
    target: TargetTypeDef = {"Id": target_id, "Arn": inputs["arn"]}
    if "inputPath" in inputs:
        target["InputPath"] = inputs["inputPath"]
    aws.events.put_targets(Rule=rule, Targets=[target])
    return f"{rule}-{target_id}", {"targetId": target_id}


PROVIDERS: dict[str, Provider] = {
    "aws:cloudwatch/eventRule:EventRule": event_rule,
    "aws:cloudwatch/eventTarget:EventTarget": event_target,
}
