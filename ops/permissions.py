"""The IAM policy of an operator of one stage: exactly what the commands call."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from ops.dead_letters.queues import OUTPUTS as DEAD_LETTERS
from ops.reconcile.command import QUEUES
from ops.stage import OpsError, Stage

PERMISSIONS: dict[str, dict[str, list[str]]] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text()
)


def policy(stage: Stage, commands: Collection[str] = ()) -> dict[str, Any]:
    """What these commands need, as a policy document; all of them where none is named.

    Raises:
        OpsError: there is no such command.
    """
    if unknown := set(commands) - PERMISSIONS.keys():
        known = ", ".join(PERMISSIONS)
        raise OpsError(f"There is no command {', '.join(sorted(unknown))}: known are {known}.")
    actions = dict[str, set[str]]()
    for command in commands or PERMISSIONS:
        for resource, needed in PERMISSIONS[command].items():
            actions.setdefault(resource, set()).update(needed)
    arns = _arns(stage)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": sorted(needed), "Resource": arns[resource]}
            for resource, needed in sorted(actions.items())
            # A stage without mail to customers has no table of them.
            if arns[resource]
        ],
    }


def _arns(stage: Stage) -> dict[str, list[str]]:
    """Of the stage's resources, by what the permissions call them."""
    workflow = stage.output("workflowArn")
    _, partition, _, region, account, *_ = workflow.split(":")

    def arn(service: str, resource: str) -> str:
        return f"arn:{partition}:{service}:{region}:{account}:{resource}"

    def table(output: str) -> str:
        return arn("dynamodb", f"table/{stage.output(output)}")

    def queues(outputs: Collection[str]) -> list[str]:
        names = [stage.output(name).rpartition("/")[2] for name in outputs if stage.has(name)]
        return [arn("sqs", name) for name in names]

    orders = table("orderTableName")
    groups = [each["logGroup"] for each in stage.functions.values()]
    # That of an EXPRESS workflow (infra/order_workflow.py); AWS makes up its end.
    groups.append(f"/aws/vendedlogs/states/orderflow-{stage.name}-*")
    return {
        "orders": [orders],
        "orders-indexes": [f"{orders}/index/*"],
        "stream": [f"{orders}/stream/*"],
        "payments": [table("paymentTableName")],
        "staff": [table("restaurantStaffTableName")],
        "mails": [table("mailTableName")] if stage.has("mailTableName") else [],
        "queues": queues(QUEUES),
        "dead-letter-queues": queues([url for url, _ in DEAD_LETTERS.values()]),
        "workflow": [workflow],
        "executions": [f"{workflow.replace(':stateMachine:', ':execution:')}:*"],
        "consumer": [arn("lambda", f"event-source-mapping:{stage.output('orderConsumerId')}")],
        "broadcast-function": [
            arn("lambda", f"function:{stage.functions['broadcast_update']['name']}")
        ],
        # By itself, and with its streams: AWS's pages name it either way.
        "log-groups": [
            arn("logs", f"log-group:{group}{streams}") for group in groups for streams in ("", ":*")
        ],
        "user-pool": [arn("cognito-idp", f"userpool/{stage.output('userPoolId')}")],
    }
