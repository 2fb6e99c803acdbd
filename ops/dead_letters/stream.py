"""The changes that a dead letter of the broadcast tells of: by their place in the table's stream.

A stream keeps them for 24 hours. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ops.dead_letters.letter import Letter
from ops.orders import OrderKey, key_of, plain
from ops.replay import replay
from ops.stage import Stage

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams.type_defs import RecordTypeDef

GONE = {"TrimmedDataAccessException", "ResourceNotFoundException"}


def with_orders(stage: Stage, letters: list[Letter]) -> list[Letter]:
    """The letters with the orders that they are about; with none where the stream has forgotten."""
    return [
        dataclasses.replace(letter, orders=tuple(_deletions(records(stage, letter))))
        for letter in letters
    ]


def publish_again(stage: Stage, letter: Letter) -> bool:
    """Publish the letter's orders as they are now; whether the stream still knew which.

    Raises:
        OpsError: one could not be published.
    """
    changes = records(stage, letter)
    for key, deletion in _deletions(changes).items():
        replay(stage, key, deletion)
    return bool(changes)


def records(stage: Stage, letter: Letter) -> "list[RecordTypeDef]":
    """The changes themselves; none where they are older than the stream keeps."""
    try:
        place: Any = json.loads(letter.body)["DDBStreamBatchInfo"]
        end = int(place["endSequenceNumber"])
        iterator = stage.streams.get_shard_iterator(
            StreamArn=place["streamArn"],
            ShardId=place["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=place["startSequenceNumber"],
        ).get("ShardIterator")
        found: list[RecordTypeDef] = []
        while iterator:
            page = stage.streams.get_records(ShardIterator=iterator, Limit=place["batchSize"])
            within = [each for each in page["Records"] if _sequence(each) <= end]
            found += within
            iterator = page.get("NextShardIterator")
            if len(within) < len(page["Records"]) or not within or _sequence(within[-1]) == end:
                break
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in GONE:
            raise
        return []
    except (ValueError, KeyError, TypeError):
        # Nothing that Lambda has sent.
        return []
    return found


def _sequence(record: "RecordTypeDef") -> int:
    return int(record["dynamodb"]["SequenceNumber"])  # pyright: ignore[reportTypedDictNotRequiredAccess]


def _deletions(changes: "list[RecordTypeDef]") -> "dict[OrderKey, RecordTypeDef | None]":
    """The orders that the changes are of, and of each the change by which it was deleted."""
    found: dict[OrderKey, RecordTypeDef | None] = {}
    for change in changes:
        data = change.get("dynamodb", {})
        key = key_of(plain(data.get("Keys", {})))
        deletes = "deletedAt" in data.get("NewImage", {}) and "deletedAt" not in data.get(
            "OldImage", {}
        )
        found[key] = change if deletes else found.get(key)
    return found
