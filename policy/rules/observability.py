"""Logs and traces: there, for a time, and without what customers wrote."""

from policy.resource_types import FUNCTION, GRAPHQL_API, LOG_GROUP, STATE_MACHINE
from policy.rule import Faults, resource_rule
from policy.view import Resource

# Where each type says that it is traced, by what, and how the program sets it.
TRACED = {
    FUNCTION: (("tracingConfig", "mode"), "Active", 'tracing_config with mode="Active"'),
    STATE_MACHINE: (
        ("tracingConfiguration", "enabled"),
        True,
        "tracing_configuration with enabled=True",
    ),
    GRAPHQL_API: (("xrayEnabled",), True, "xray_enabled=True"),
}


@resource_rule(LOG_GROUP)
def logs_expire(group: Resource) -> Faults:
    """Every log group has a retention.

    CloudWatch keeps logs for ever where none is set, and charges for it.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html#SettingLogRetention
    """
    if not group.has("retentionInDays"):
        yield "Set retention_in_days, to the stage's logRetentionDays."


@resource_rule(*TRACED)
def traced(resource: Resource) -> Faults:
    """Functions, workflows and APIs are traced by X-Ray.

    https://docs.aws.amazon.com/xray/latest/devguide/xray-services.html
    """
    path, traced_by, mend = TRACED[resource.type]
    if resource.get(*path) != traced_by:
        yield f"Set {mend}, and let its role write traces."


@resource_rule(GRAPHQL_API)
def api_logs_without_content(api: Resource) -> Faults:
    """The API logs, and leaves out what customers wrote.

    Verbose content is headers, arguments, results and contexts of resolvers.
    https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html
    """
    if not api.has("logConfig"):
        yield "Set log_config, with exclude_verbose_content=True."
    elif not api.get("logConfig", "excludeVerboseContent"):
        yield "Set exclude_verbose_content=True in log_config."


@resource_rule(STATE_MACHINE)
def workflow_logs_without_content(machine: Resource) -> Faults:
    """Workflows log, and leave out what they work on where AWS keeps it anyway.

    A STANDARD execution's history has it for 90 days; of EXPRESS there is the log alone.
    https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
    """
    if machine.get("loggingConfiguration", "level") in {None, "", "OFF"}:
        yield 'Set logging_configuration, with level="ERROR".'
    elif machine.get("type") != "EXPRESS" and machine.get(
        "loggingConfiguration", "includeExecutionData"
    ):
        yield "Set include_execution_data=False in logging_configuration."
