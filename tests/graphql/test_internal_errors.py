"""What a data source says of its own is the log's, and no customer's."""

import pytest

from infra.order_api import GRAPHQL
from tests.graphql.conftest import Evaluate, refused

ASKING = sorted(file.stem for file in GRAPHQL.glob("*/*.js") if "operation: '" in file.read_text())
MESSAGE = (
    "User: arn:aws:sts::123456789012:assumed-role/order-api-orders is not authorized to perform:"
    " dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/orders"
)


def test_every_step_that_asks_the_table_is_here() -> None:
    assert len(ASKING) == 9


@pytest.mark.parametrize("step", ASKING)
@pytest.mark.parametrize("error_type", ["DynamoDB:AmazonDynamoDBException", "MappingTemplate"])
def test_its_error_is_told_without_what_it_says(
    evaluate: Evaluate, step: str, error_type: str
) -> None:
    error = {"message": MESSAGE, "type": error_type}

    assert refused(evaluate(step, "response", result=None, error=error)) == {
        "message": "An internal error occurred; try again.",
        "errorType": "InternalError",
        "data": None,
        "errorInfo": None,
    }
