"""EventBridge rules and their targets."""

from typing import TYPE_CHECKING, Any, ClassVar

from local.engine.aws import Aws
from local.engine.providers.provider import (
    ANY,
    DOCUMENT,
    FIXED,
    TAGS,
    Gone,
    Inputs,
    Property,
    Provider,
    State,
    retag,
    tag_list,
    tag_map,
)

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import TargetTypeDef


class EventRule(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "namePrefix": FIXED,
        "description": Property(default=""),
        "eventPattern": DOCUMENT,
        "state": Property(default="ENABLED"),
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": ()}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        self._put(aws, inputs, Tags=tag_list(inputs["tags"]))
        return inputs["name"]

    def read(self, aws: Aws, state: State) -> State:
        rule: Any = aws.events.describe_rule(Name=state["id"])
        tags = aws.events.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]
        return {
            "name": rule["Name"],
            "arn": rule["Arn"],
            "description": rule.get("Description", ""),
            "eventPattern": rule["EventPattern"],
            "state": rule["State"],
            "tags": tag_map(tags),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        if changed - {"tags"}:
            self._put(aws, inputs)
        arn = state["arn"]
        retag(
            state,
            inputs,
            lambda tags: aws.events.tag_resource(ResourceARN=arn, Tags=tag_list(tags)),
            lambda keys: aws.events.untag_resource(ResourceARN=arn, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.events.delete_rule(Name=state["id"])

    def _put(self, aws: Aws, inputs: Inputs, **tags: Any) -> None:
        aws.events.put_rule(
            Name=inputs["name"],
            EventPattern=inputs["eventPattern"],
            Description=inputs["description"],
            State=inputs["state"],
            **tags,
        )


class EventTarget(Provider):
    inputs: ClassVar = {"rule": FIXED, "targetId": FIXED, "arn": ANY, "inputPath": ANY}
    name: ClassVar = "targetId"

    def create(self, aws: Aws, inputs: Inputs) -> str:
        self._put(aws, inputs)
        return f"{inputs['rule']}-{inputs['targetId']}"

    def read(self, aws: Aws, state: State) -> State:
        targets = aws.events.list_targets_by_rule(Rule=state["rule"])["Targets"]
        for target in targets:
            if f"{state['rule']}-{target['Id']}" == state["id"]:
                path = {"inputPath": target["InputPath"]} if "InputPath" in target else {}
                return {
                    "rule": state["rule"],
                    "targetId": target["Id"],
                    "arn": target["Arn"],
                    **path,
                }
        raise Gone(state["id"])

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        self._put(aws, inputs)

    def delete(self, aws: Aws, state: State) -> None:
        aws.events.remove_targets(Rule=state["rule"], Ids=[state["targetId"]])

    def _put(self, aws: Aws, inputs: Inputs) -> None:
        target: TargetTypeDef = {"Id": inputs["targetId"], "Arn": inputs["arn"]}
        if inputs["inputPath"]:
            target["InputPath"] = inputs["inputPath"]
        aws.events.put_targets(Rule=inputs["rule"], Targets=[target])


PROVIDERS: dict[str, Provider] = {
    "aws:cloudwatch/eventRule:EventRule": EventRule(),
    "aws:cloudwatch/eventTarget:EventTarget": EventTarget(),
}
