"""DynamoDB tables."""

from typing import Any

from local.engine.aws import Aws
from local.engine.providers.provider import (
    Created,
    Inputs,
    Provider,
    pascal,
    physical_name,
    tag_list,
)


def table(aws: Aws, name: str, inputs: Inputs) -> Created:
    arguments: dict[str, Any] = {
        "TableName": physical_name(name, inputs),
        "BillingMode": inputs["billingMode"],
        "AttributeDefinitions": [
            {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
            for attribute in inputs["attributes"]
        ],
        "KeySchema": _key_schema(inputs["hashKey"], inputs.get("rangeKey")),
        "DeletionProtectionEnabled": inputs.get("deletionProtectionEnabled", False),
        "Tags": tag_list(inputs),
    }
    if local := inputs.get("localSecondaryIndexes"):
        arguments["LocalSecondaryIndexes"] = [
            _index(each, _key_schema(inputs["hashKey"], each["rangeKey"])) for each in local
        ]
    if everywhere := inputs.get("globalSecondaryIndexes"):
        arguments["GlobalSecondaryIndexes"] = [
            _index(each, [pascal(key) for key in each["keySchemas"]]) for each in everywhere
        ]
    if inputs.get("streamEnabled"):
        arguments["StreamSpecification"] = {
            "StreamEnabled": True,
            "StreamViewType": inputs["streamViewType"],
        }
    created = aws.dynamodb.create_table(**arguments)["TableDescription"]
    table_name = arguments["TableName"]
    if ttl := inputs.get("ttl"):
        aws.dynamodb.update_time_to_live(
            TableName=table_name,
            TimeToLiveSpecification={
                "Enabled": ttl["enabled"],
                "AttributeName": ttl["attributeName"],
            },
        )
    if inputs.get("pointInTimeRecovery", {}).get("enabled"):
        aws.dynamodb.update_continuous_backups(
            TableName=table_name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
    return table_name, {
        "name": table_name,
        "arn": created.get("TableArn"),
        "streamArn": created.get("LatestStreamArn", ""),
    }


def _index(index: Inputs, key_schema: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "IndexName": index["name"],
        "KeySchema": key_schema,
        "Projection": {"ProjectionType": index["projectionType"]},
    }


def _key_schema(hash_key: str, range_key: str | None) -> list[dict[str, str]]:
    schema = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    return [*schema, {"AttributeName": range_key, "KeyType": "RANGE"}] if range_key else schema


PROVIDERS: dict[str, Provider] = {"aws:dynamodb/table:Table": table}
