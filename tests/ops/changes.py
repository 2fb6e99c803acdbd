"""What Lambda writes of changes to the table that it could not have published."""

from typing import Any

from tests.e2e.stage import Stage as Deployed
from tests.ops.conftest import operated


def changes_of(deployed: Deployed, order_id: str) -> dict[str, Any]:
    """The body of a dead letter about all changes of an order."""
    table = deployed.outputs["orderTableName"]
    described = deployed.cloud.aws.dynamodb.describe_table(TableName=table)["Table"]
    arn = described.get("LatestStreamArn", "")
    streams: Any = operated(deployed).streams
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    numbers: list[str] = []
    while not numbers:
        page = streams.get_records(ShardIterator=iterator)
        numbers = [
            record["dynamodb"]["SequenceNumber"]
            for record in page["Records"]
            if record["dynamodb"]["Keys"]["id"]["S"] == order_id
        ]
        iterator = page["NextShardIterator"]
    return {
        "requestContext": {"condition": "RetryAttemptsExhausted"},
        "DDBStreamBatchInfo": {
            "shardId": shard["ShardId"],
            "startSequenceNumber": numbers[0],
            "endSequenceNumber": numbers[-1],
            "batchSize": len(numbers),
            "streamArn": arn,
        },
    }
