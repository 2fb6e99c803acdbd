"""CloudWatch log groups and alarms."""

from local.engine.aws import ACCOUNT, Aws
from local.engine.providers.provider import (
    Created,
    Inputs,
    Provider,
    pascal,
    physical_name,
    tag_list,
)


def log_group(aws: Aws, name: str, inputs: Inputs) -> Created:
    group = physical_name(name, inputs)
    aws.logs.create_log_group(logGroupName=group, tags=inputs.get("tags", {}))
    if "retentionInDays" in inputs:
        aws.logs.put_retention_policy(logGroupName=group, retentionInDays=inputs["retentionInDays"])
    arn = f"arn:aws:logs:{aws.region}:{ACCOUNT}:log-group:{group}"
    return group, {"name": group, "arn": arn}


def metric_alarm(aws: Aws, name: str, inputs: Inputs) -> Created:
    alarm = physical_name(name, inputs)
    arguments = pascal(
        {key: value for key, value in inputs.items() if key not in {"name", "tags", "okActions"}}
    )
    arguments["OKActions"] = inputs.get("okActions", [])
    arguments["Dimensions"] = [{"Name": k, "Value": v} for k, v in inputs["dimensions"].items()]
    aws.cloudwatch.put_metric_alarm(AlarmName=alarm, Tags=tag_list(inputs), **arguments)
    arn = f"arn:aws:cloudwatch:{aws.region}:{ACCOUNT}:alarm:{alarm}"
    return alarm, {"name": alarm, "arn": arn}


PROVIDERS: dict[str, Provider] = {
    "aws:cloudwatch/logGroup:LogGroup": log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": metric_alarm,
}
