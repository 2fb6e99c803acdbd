"""What happens to an accepted order."""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pulumi
import pulumi_aws as aws
import yaml

from infra.location import Location
from infra.policy import STEP_FUNCTIONS, service_role
from infra.substitution import substitute

DEFINITION = Path(__file__).with_name("order_workflow.asl.yaml")


class WorkflowType(StrEnum):
    """How Step Functions runs an execution, and what it asks for it."""

    STANDARD = "STANDARD"
    EXPRESS = "EXPRESS"


@dataclass(frozen=True, kw_only=True)
class OrderWorkflowArgs:
    """Where orders are kept, who takes payments and is told, and where rests what cannot go on."""

    table_name: pulumi.Input[str]
    table_arn: pulumi.Input[str]
    take_payment_arn: pulumi.Input[str]
    refund_queue_url: pulumi.Input[str]
    refund_queue_arn: pulumi.Input[str]
    dead_letter_queue_url: pulumi.Input[str]
    dead_letter_queue_arn: pulumi.Input[str]
    notification_topic_arn: pulumi.Input[str]
    workflow_type: WorkflowType
    log_retention_days: pulumi.Input[int]


class OrderWorkflow(pulumi.ComponentResource):
    """A Step Functions state machine that saves an order, takes its payment, marks it and notifies.

    Its definition is in order_workflow.asl.yaml.
    """

    workflow_arn: pulumi.Output[str]
    log_group_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: OrderWorkflowArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:workflow:OrderWorkflow", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        logs = aws.cloudwatch.LogGroup(
            name,
            # Under this prefix AWS needs no growing resource policy for the delivery of logs.
            name_prefix=f"/aws/vendedlogs/states/{pulumi.get_project()}-{pulumi.get_stack()}-",
            retention_in_days=args.log_retention_days,
            opts=child,
        )
        location = Location.of(args.table_arn)
        role = service_role(
            STEP_FUNCTIONS,
            location,
            name,
            [
                {
                    "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                    "Resource": args.table_arn,
                },
                {"Action": ["lambda:InvokeFunction"], "Resource": args.take_payment_arn},
                {
                    "Action": ["sqs:SendMessage"],
                    "Resource": [args.refund_queue_arn, args.dead_letter_queue_arn],
                },
                {"Action": ["sns:Publish"], "Resource": args.notification_topic_arn},
                {
                    "Action": [
                        "logs:CreateLogDelivery",
                        "logs:DeleteLogDelivery",
                        "logs:DescribeLogGroups",
                        "logs:DescribeResourcePolicies",
                        "logs:GetLogDelivery",
                        "logs:ListLogDeliveries",
                        "logs:PutResourcePolicy",
                        "logs:UpdateLogDelivery",
                        "xray:GetSamplingRules",
                        "xray:GetSamplingTargets",
                        "xray:PutTelemetryRecords",
                        "xray:PutTraceSegments",
                    ],
                    # Neither log delivery nor X-Ray has resources that a policy could name.
                    "Resource": "*",
                },
            ],
            child,
        )
        machine = aws.sfn.StateMachine(
            name,
            type=args.workflow_type,
            role_arn=role.arn,
            definition=pulumi.Output.all(
                Partition=location.partition,
                OrderTableName=args.table_name,
                TakePaymentArn=args.take_payment_arn,
                RefundQueueUrl=args.refund_queue_url,
                DeadLetterQueueUrl=args.dead_letter_queue_url,
                NotificationTopicArn=args.notification_topic_arn,
            ).apply(_definition),
            logging_configuration=aws.sfn.StateMachineLoggingConfigurationArgs(
                log_destination=pulumi.Output.concat(logs.arn, ":*"),
                level="ERROR",
                # STANDARD keeps each execution's history itself; EXPRESS has only its log.
                include_execution_data=args.workflow_type == WorkflowType.EXPRESS,
            ),
            tracing_configuration=aws.sfn.StateMachineTracingConfigurationArgs(enabled=True),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role.policy]),
        )
        self.workflow_arn = machine.arn
        self.log_group_name = logs.name
        self.register_outputs({"workflowArn": self.workflow_arn})


def _definition(values: dict[str, str]) -> str:
    try:
        text = substitute(DEFINITION.read_text(), values)
        return json.dumps(yaml.load(text, yaml.CSafeLoader))
    except KeyError as place:
        raise pulumi.RunError(f"{DEFINITION.name}: nothing fills ${{{place.args[0]}}}.") from place
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise pulumi.RunError(
            f"{DEFINITION.name}, line {line}: {error.context}, {error.problem}."
        ) from error
