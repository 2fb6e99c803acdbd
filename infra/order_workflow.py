"""What happens to an accepted order."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pulumi
import pulumi_aws as aws
import yaml

from infra.policy import service_role
from infra.python_function import PythonFunction, PythonFunctionArgs
from infra.substitution import substitute

DEFINITION = Path(__file__).with_name("order_workflow.asl.yaml")


@dataclass(frozen=True, kw_only=True)
class OrderWorkflowArgs:
    """Where orders are kept, who is told, and how payments go."""

    table_name: pulumi.Input[str]
    table_arn: pulumi.Input[str]
    notification_topic_arn: pulumi.Input[str]
    payment_success_rate: float
    workflow_type: Literal["STANDARD", "EXPRESS"]
    log_retention_days: pulumi.Input[int]


class OrderWorkflow(pulumi.ComponentResource):
    """A Step Functions state machine that saves an order, takes its payment, marks it and notifies.

    Its definition is in order_workflow.asl.yaml.
    """

    workflow_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: OrderWorkflowArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:workflow:OrderWorkflow", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        take_payment, refund_payment = (
            PythonFunction(
                function.replace("_", "-"),
                PythonFunctionArgs(
                    packages=[function, "payments"],
                    timeout_seconds=5,
                    log_retention_days=args.log_retention_days,
                    environment={"PAYMENT_SUCCESS_RATE": str(args.payment_success_rate)},
                ),
                child,
            )
            for function in ("take_payment", "refund_payment")
        )
        logs = aws.cloudwatch.LogGroup(
            name,
            # Under this prefix AWS needs no growing resource policy for the delivery of logs.
            name_prefix="/aws/vendedlogs/states/",
            retention_in_days=args.log_retention_days,
            opts=child,
        )
        role = service_role(
            "states.amazonaws.com",
            name,
            [
                {
                    "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                    "Resource": args.table_arn,
                },
                {
                    "Action": ["lambda:InvokeFunction"],
                    "Resource": [take_payment.arn, refund_payment.arn],
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
                OrderTableName=args.table_name,
                TakePaymentArn=take_payment.arn,
                RefundPaymentArn=refund_payment.arn,
                NotificationTopicArn=args.notification_topic_arn,
            ).apply(_definition),
            logging_configuration=aws.sfn.StateMachineLoggingConfigurationArgs(
                log_destination=pulumi.Output.concat(logs.arn, ":*"),
                # STANDARD keeps each execution's history itself; EXPRESS has only its log.
                level="ERROR" if args.workflow_type == "STANDARD" else "ALL",
                include_execution_data=args.workflow_type == "EXPRESS",
            ),
            tracing_configuration=aws.sfn.StateMachineTracingConfigurationArgs(enabled=True),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role.policy]),
        )
        self.workflow_arn = machine.arn
        self.register_outputs({"workflowArn": self.workflow_arn})


def _definition(values: dict[str, str]) -> str:
    text = substitute(DEFINITION.read_text(), values)
    return json.dumps(yaml.load(text, yaml.CSafeLoader))
