"""One screen that tells whether customers are well, and the questions to ask the logs next.

Both are data: dashboard.yaml is the body as CloudWatch has it, queries.yaml has each query by name.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
        dashboard_body=pulumi.Output.all(**places).apply(_body),
        opts=opts,
    )


def saved_queries(places: Places, opts: pulumi.ResourceOptions) -> None:
    for name, query in _read(QUERIES).items():
        aws.cloudwatch.QueryDefinition(
            name,
            query_string=query["query"],
            log_group_names=pulumi.Output.all(**places).apply(
                lambda values, groups=query["groups"]: _those_there(groups, values)
            ),
            opts=opts,
        )


def _read(file: Path) -> Any:
    return yaml.load(file.read_text(), yaml.CSafeLoader)


def _body(values: Mapping[str, str]) -> str:
    body = _read(DASHBOARD)
    for widget in body["widgets"]:
        if metrics := widget["properties"].get("metrics"):
            widget["properties"]["metrics"] = _those_there(metrics, values)
    return substitute(json.dumps(body), values)


def _those_there(items: list[Any], values: Mapping[str, str]) -> list[Any]:
    """The items with each `${Place}` filled, without those of mail that is not there."""
    absent = [f"${{{place}}}" for place in OF_MAIL - values.keys()]
    texts = [json.dumps(item) for item in items]
    return [
        json.loads(substitute(text, values))
        for text in texts
        if not any(place in text for place in absent)
    ]
