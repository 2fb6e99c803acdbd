"""One screen that tells whether customers are well, and the questions to ask the logs next.

Both are data: dashboard.yaml is the body as CloudWatch has it, queries.yaml has a query by its name.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi_aws as aws
import yaml

from infra.substitution import substitute

DASHBOARD = Path(__file__).with_name("dashboard.yaml")
QUERIES = Path(__file__).with_name("queries.yaml")
# What a stage that mails no customer does not have; what is listed of it is left out.
OF_MAIL = {"MailDeadLetters", "UndeliveredMail", "EmailCustomer", "EmailCustomerLogs"}
Places = Mapping[str, pulumi.Input[str]]


def dashboard(name: str, places: Places, opts: pulumi.ResourceOptions) -> None:
    aws.cloudwatch.Dashboard(
        name,
        # Pulumi makes up no name for these.
        dashboard_name=f"{pulumi.get_project()}-{pulumi.get_stack()}",
        dashboard_body=pulumi.Output.all(**places).apply(
            lambda values: json.dumps(_filled(_read(DASHBOARD), values))
        ),
        opts=opts,
    )


def saved_queries(places: Places, opts: pulumi.ResourceOptions) -> None:
    for name, query in _read(QUERIES).items():
        aws.cloudwatch.QueryDefinition(
            name,
            query_string=query["query"],
            log_group_names=pulumi.Output.all(**places).apply(
                lambda values, groups=query["groups"]: _filled(groups, values)
            ),
            opts=opts,
        )


def _read(file: Path) -> Any:
    return yaml.load(file.read_text(), yaml.CSafeLoader)


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    """The same with each `${Place}` filled."""
    if isinstance(value, str):
        return substitute(value, values)
    if isinstance(value, dict):
        return {key: _filled(each, values) for key, each in cast(dict[str, Any], value).items()}
    if isinstance(value, list):
        return list(_those_there(cast(list[Any], value), values))
    return value


def _those_there(items: list[Any], values: Mapping[str, str]) -> Iterator[Any]:
    for item in items:
        try:
            yield _filled(item, values)
        except KeyError as place:
            if place.args[0] not in OF_MAIL:
                raise
