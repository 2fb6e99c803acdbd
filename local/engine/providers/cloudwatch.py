"""CloudWatch log groups."""

from local.engine.aws import ACCOUNT, Aws
from local.engine.providers.provider import Created, Inputs, Provider, physical_name


def log_group(aws: Aws, name: str, inputs: Inputs) -> Created:
    group = physical_name(name, inputs)
    aws.logs.create_log_group(logGroupName=group, tags=inputs.get("tags", {}))
    if "retentionInDays" in inputs:
        aws.logs.put_retention_policy(logGroupName=group, retentionInDays=inputs["retentionInDays"])
    arn = f"arn:aws:logs:{aws.region}:{ACCOUNT}:log-group:{group}"
    return group, {"name": group, "arn": arn}


PROVIDERS: dict[str, Provider] = {"aws:cloudwatch/logGroup:LogGroup": log_group}
