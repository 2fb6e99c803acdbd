"""The ledger of payments: what was taken for each attempt, and what was given back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from functions.payments.processor import Outcome, Payment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


class Ledger:
    """One row of a DynamoDB table for each payment; the fake processor's memory.

    A row has `customerId` and `payment` (`<order id>#<attempt>`) as its key, `outcome`, `takenAt`
    where it was accepted, and `refundedAt` once it was given back, or voided. Both writes are
    conditional: whoever comes second, at once or after a lost answer, finds what the first did.
    """

    def __init__(
        self,
        table: str,
        dynamodb: "DynamoDBClient",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._table = table
        self._dynamodb = dynamodb
        self._now = now

    def record(self, payment: Payment, outcome: Outcome) -> Outcome:
        """Keep the payment's first outcome, and answer with it."""
        item: dict[str, AttributeValueTypeDef] = {**_key(payment), "outcome": {"S": outcome}}
        if outcome is Outcome.ACCEPTED:
            item["takenAt"] = {"S": self._now().isoformat()}
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(payment)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as failure:
            first = failure.response["Item"]["outcome"]["S"]  # pyright: ignore
            return Outcome(first)
        return outcome

    def give_back(self, payment: Payment) -> bool:
        """Give back what was taken; what was not can be taken no more.

        A call to take it may be on its way still, longer than the workflow has waited.

        Returns:
            Whether this call is the one that gave it back.
        """
        try:
            row = self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(payment),
                UpdateExpression=(
                    "SET refundedAt = :now, outcome = if_not_exists(outcome, :voided)"
                ),
                ConditionExpression=(
                    "attribute_not_exists(payment)"
                    " OR (outcome = :accepted AND attribute_not_exists(refundedAt))"
                ),
                ExpressionAttributeValues={
                    ":now": {"S": self._now().isoformat()},
                    ":accepted": {"S": Outcome.ACCEPTED},
                    ":voided": {"S": Outcome.VOIDED},
                },
                ReturnValues="ALL_NEW",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return row["Attributes"]["outcome"] == {"S": Outcome.ACCEPTED}


def _key(payment: Payment) -> "dict[str, AttributeValueTypeDef]":
    return {
        "customerId": {"S": payment.customer_id},
        "payment": {"S": f"{payment.order_id}#{payment.attempt}"},
    }
