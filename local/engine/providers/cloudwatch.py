"""CloudWatch log groups and alarms."""

from typing import Any, ClassVar

from local.engine.aws import ACCOUNT, Aws
from local.engine.providers.provider import (
    ANY,
    FIXED,
    SET,
    TAGS,
    Gone,
    Inputs,
    Property,
    Provider,
    State,
    camel,
    given,
    pascal,
    retag,
    tag_list,
    tag_map,
)


class LogGroup(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "namePrefix": FIXED,
        "retentionInDays": Property(default=0),
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": ()}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        aws.logs.create_log_group(logGroupName=inputs["name"], tags=inputs["tags"])
        return inputs["name"]

    def settle(self, aws: Aws, made: str, inputs: Inputs) -> None:
        self._retain(aws, inputs)

    def read(self, aws: Aws, state: State) -> State:
        name = state["id"]
        groups = aws.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        found = [group for group in groups if group.get("logGroupName") == name]
        if not found:
            raise Gone(name)
        return {
            "name": name,
            "arn": f"arn:aws:logs:{aws.region}:{ACCOUNT}:log-group:{name}",
            "retentionInDays": found[0].get("retentionInDays", 0),
            "tags": aws.logs.list_tags_log_group(logGroupName=name).get("tags", {}),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        if "retentionInDays" in changed:
            self._retain(aws, inputs)
        name = state["id"]
        retag(
            state,
            inputs,
            lambda tags: aws.logs.tag_log_group(logGroupName=name, tags=tags),
            lambda keys: aws.logs.untag_log_group(logGroupName=name, tags=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.logs.delete_log_group(logGroupName=state["id"])

    def _retain(self, aws: Aws, inputs: Inputs) -> None:
        name, days = inputs["name"], inputs["retentionInDays"]
        if days:
            aws.logs.put_retention_policy(logGroupName=name, retentionInDays=days)
        else:
            aws.logs.delete_retention_policy(logGroupName=name)


class MetricAlarm(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "alarmDescription": ANY,
        "comparisonOperator": ANY,
        "dimensions": ANY,
        "evaluationPeriods": ANY,
        "metricName": ANY,
        "namespace": ANY,
        "period": ANY,
        "statistic": ANY,
        "threshold": ANY,
        "treatMissingData": Property(default="missing"),
        "alarmActions": SET,
        "okActions": SET,
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": ()}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        self._put(aws, inputs, Tags=tag_list(inputs["tags"]))
        return inputs["name"]

    def read(self, aws: Aws, state: State) -> State:
        name = state["id"]
        alarms: Any = aws.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        if not alarms:
            raise Gone(name)
        [alarm] = alarms
        found = camel(alarm)
        tags = aws.cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
        return {
            **{key: found[key] for key in self.inputs if key in found},
            "name": name,
            "arn": alarm["AlarmArn"],
            "dimensions": {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])},
            "okActions": alarm.get("OKActions", []),
            "tags": tag_map(tags),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        if changed - {"tags"}:
            self._put(aws, inputs)
        arn = state["arn"]
        retag(
            state,
            inputs,
            lambda tags: aws.cloudwatch.tag_resource(ResourceARN=arn, Tags=tag_list(tags)),
            lambda keys: aws.cloudwatch.untag_resource(ResourceARN=arn, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.cloudwatch.delete_alarms(AlarmNames=[state["id"]])

    def _put(self, aws: Aws, inputs: Inputs, **tags: Any) -> None:
        apart = {"name", "tags", "okActions", "dimensions"}
        dimensions: dict[str, str] = inputs["dimensions"] or {}
        arguments = pascal(given(inputs, *(key for key in self.inputs if key not in apart)))
        aws.cloudwatch.put_metric_alarm(
            AlarmName=inputs["name"],
            OKActions=inputs["okActions"] or [],
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            **arguments,
            **tags,
        )


PROVIDERS: dict[str, Provider] = {
    "aws:cloudwatch/logGroup:LogGroup": LogGroup(),
    "aws:cloudwatch/metricAlarm:MetricAlarm": MetricAlarm(),
}
