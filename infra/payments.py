"""Takes payments, and gives back those that paid no order."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.consumed_queue import ConsumedQueue, ConsumedQueueArgs
from infra.guarded_table import Guards, guarded_table
from infra.python_function import FunctionNames, PythonFunction, PythonFunctionArgs

# The workflow waits for a payment two seconds longer than its function may take.
TAKE_SECONDS = 8
# With the visibility timeout of six times that, a refund is tried for a day before it rests.
REFUND_SECONDS = 15
MOST_REFUND_RECEIVES = 960


@dataclass(frozen=True, kw_only=True)
class PaymentsArgs:
    """How payments go, and how well the ledger is guarded against loss."""

    success_rate: float
    guards: Guards
    consumer_batch_size: int
    consumer_max_concurrency: int
    log_retention_days: pulumi.Input[int]


class Payments(pulumi.ComponentResource):
    """The ledger of payments, `take_payment` that the workflow calls, and the refund queue.

    A refund waits on its queue until `refund_payment` has done it, however long the ledger or the
    processor is away; the dead-letter queue then keeps it for 14 days more.
    """

    ledger_name: pulumi.Output[str]
    take_payment_arn: pulumi.Output[str]
    take_payment: pulumi.Output[FunctionNames]
    refund_payment: pulumi.Output[FunctionNames]
    refund_queue_url: pulumi.Output[str]
    refund_queue_arn: pulumi.Output[str]
    refund_dead_letter_queue_name: pulumi.Output[str]
    refund_dead_letter_queue_url: pulumi.Output[str]

    def __init__(
        self, name: str, args: PaymentsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:payments:Payments", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        ledger = guarded_table(
            name,
            aws.dynamodb.TableArgs(
                hash_key="customerId",
                range_key="payment",
                attributes=[
                    aws.dynamodb.TableAttributeArgs(name=attribute, type="S")
                    for attribute in ("customerId", "payment")
                ],
            ),
            args.guards,
            self,
        )

        def function(packages: Sequence[str], seconds: int, action: str) -> PythonFunctionArgs:
            return PythonFunctionArgs(
                packages=packages,
                timeout_seconds=seconds,
                log_retention_days=args.log_retention_days,
                environment={
                    "PAYMENT_SUCCESS_RATE": str(args.success_rate),
                    "PAYMENTS_TABLE": ledger.name,
                },
                statements=[{"Action": [action], "Resource": ledger.arn}],
            )

        take_payment = PythonFunction(
            "take-payment",
            function(["take_payment", "payments"], TAKE_SECONDS, "dynamodb:PutItem"),
            child,
        )
        refunds = ConsumedQueue(
            "refunds",
            ConsumedQueueArgs(
                consumer=function(
                    ["refund_payment", "payments", "telemetry"],
                    REFUND_SECONDS,
                    "dynamodb:UpdateItem",
                ),
                batch_size=args.consumer_batch_size,
                max_concurrency=args.consumer_max_concurrency,
                max_receive_count=MOST_REFUND_RECEIVES,
            ),
            child,
        )
        self.ledger_name = ledger.name
        self.take_payment_arn = take_payment.arn
        self.take_payment = take_payment.names
        self.refund_payment = refunds.consumer
        self.refund_queue_url = refunds.queue_url
        self.refund_queue_arn = refunds.queue_arn
        self.refund_dead_letter_queue_name = refunds.dead_letter_queue_name
        self.refund_dead_letter_queue_url = refunds.dead_letter_queue_url
        self.register_outputs({"ledgerName": self.ledger_name})
