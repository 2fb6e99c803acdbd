"""DynamoDB tables."""

from typing import Any, ClassVar

from local.engine.aws import Aws
from local.engine.providers.provider import (
    ANY,
    FIXED,
    TAGS,
    Inputs,
    Property,
    Provider,
    State,
    camel,
    pascal,
    retag,
    structure,
    tag_list,
    tag_map,
)


def _by_name(values: Any) -> Any:
    return sorted(values or [], key=lambda each: each["name"])


def _enabled(value: Any) -> Any:
    return value if value and value.get("enabled") else None


class Table(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "hashKey": FIXED,
        "rangeKey": FIXED,
        "attributes": Property(fields=frozenset({"name", "type"}), compared=_by_name),
        "billingMode": Property(default="PROVISIONED"),
        "localSecondaryIndexes": Property(
            fields=frozenset({"name", "rangeKey", "projectionType", "nonKeyAttributes"}),
            replaces=True,
            compared=_by_name,
        ),
        "globalSecondaryIndexes": Property(
            fields=frozenset({"name", "keySchemas", "projectionType", "nonKeyAttributes"}),
            compared=_by_name,
        ),
        "streamEnabled": Property(default=False),
        "streamViewType": ANY,
        "ttl": Property(fields=frozenset({"enabled", "attributeName"}), compared=_enabled),
        "pointInTimeRecovery": structure("enabled", default={"enabled": False}),
        "deletionProtectionEnabled": Property(default=False),
        "tags": TAGS,
    }
    outputs: ClassVar = {
        "arn": (),
        "streamArn": ("streamEnabled", "streamViewType"),
        "streamLabel": ("streamEnabled", "streamViewType"),
    }

    def create(self, aws: Aws, inputs: Inputs) -> str:
        name = inputs["name"]
        arguments: dict[str, Any] = {}
        if local := inputs["localSecondaryIndexes"]:
            arguments["LocalSecondaryIndexes"] = [
                _index(each, _key_schema(inputs["hashKey"], each["rangeKey"])) for each in local
            ]
        if everywhere := inputs["globalSecondaryIndexes"]:
            arguments["GlobalSecondaryIndexes"] = [_global_index(each) for each in everywhere]
        if inputs["streamEnabled"]:
            arguments["StreamSpecification"] = _stream(inputs)
        aws.dynamodb.create_table(
            TableName=name,
            BillingMode=inputs["billingMode"],
            AttributeDefinitions=_attributes(inputs),
            KeySchema=_key_schema(inputs["hashKey"], inputs["rangeKey"]),
            DeletionProtectionEnabled=inputs["deletionProtectionEnabled"],
            Tags=tag_list(inputs["tags"]),
            **arguments,
        )
        return name

    def settle(self, aws: Aws, made: str, inputs: Inputs) -> None:
        if inputs["ttl"]:
            _set_ttl(aws, made, inputs["ttl"])
        if inputs["pointInTimeRecovery"]["enabled"]:
            _set_recovery(aws, made, inputs)

    def read(self, aws: Aws, state: State) -> State:
        name = state["id"]
        table: Any = aws.dynamodb.describe_table(TableName=name)["Table"]
        ttl = aws.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        backups: Any = aws.dynamodb.describe_continuous_backups(TableName=name)
        recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        stream: Any = table.get("StreamSpecification") or {}
        enabled = stream.get("StreamEnabled", False)
        keys = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
        found: State = {
            "name": name,
            "arn": table["TableArn"],
            "streamArn": table.get("LatestStreamArn", "") if enabled else "",
            "streamLabel": table.get("LatestStreamLabel", "") if enabled else "",
            "hashKey": keys["HASH"],
            "attributes": [
                {"name": each["AttributeName"], "type": each["AttributeType"]}
                for each in table["AttributeDefinitions"]
            ],
            "billingMode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
            "localSecondaryIndexes": [
                {**_described(index), "rangeKey": index["KeySchema"][1]["AttributeName"]}
                for index in table.get("LocalSecondaryIndexes") or []
            ],
            "globalSecondaryIndexes": [
                _described(index) | {"keySchemas": camel(index["KeySchema"])}
                for index in table.get("GlobalSecondaryIndexes") or []
            ],
            "streamEnabled": enabled,
            "pointInTimeRecovery": {"enabled": recovery["PointInTimeRecoveryStatus"] == "ENABLED"},
            "deletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
            "tags": tag_map(
                aws.dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
            ),
        }
        if "RANGE" in keys:
            found["rangeKey"] = keys["RANGE"]
        if enabled:
            found["streamViewType"] = stream["StreamViewType"]
        # Shortly after a change it is ENABLING or DISABLING.
        if ttl.get("TimeToLiveStatus", "").startswith("ENABL"):
            found["ttl"] = {"enabled": True, "attributeName": ttl.get("AttributeName")}
        return found

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        name = state["id"]
        if "billingMode" in changed:
            aws.dynamodb.update_table(TableName=name, BillingMode=inputs["billingMode"])
        if "deletionProtectionEnabled" in changed:
            protected = inputs["deletionProtectionEnabled"]
            aws.dynamodb.update_table(TableName=name, DeletionProtectionEnabled=protected)
        if changed & {"streamEnabled", "streamViewType"}:
            # A stream's view cannot be changed: another stream takes its place.
            if state.get("streamEnabled"):
                off: Any = {"StreamEnabled": False}
                aws.dynamodb.update_table(TableName=name, StreamSpecification=off)
            if inputs["streamEnabled"]:
                aws.dynamodb.update_table(TableName=name, StreamSpecification=_stream(inputs))
        if "globalSecondaryIndexes" in changed:
            self._change_indexes(aws, name, inputs)
        if "ttl" in changed:
            had = _enabled(state.get("ttl"))
            if had and _enabled(inputs["ttl"]) != had:
                _set_ttl(aws, name, had | {"enabled": False})
            if _enabled(inputs["ttl"]):
                _set_ttl(aws, name, inputs["ttl"])
        if "pointInTimeRecovery" in changed:
            _set_recovery(aws, name, inputs)
        arn = state["arn"]
        retag(
            state,
            inputs,
            lambda tags: aws.dynamodb.tag_resource(ResourceArn=arn, Tags=tag_list(tags)),
            lambda keys: aws.dynamodb.untag_resource(ResourceArn=arn, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.dynamodb.delete_table(TableName=state["id"])

    def holds(self, aws: Aws, state: State) -> str | None:
        found = aws.dynamodb.scan(TableName=state["id"], Limit=1, Select="COUNT")
        return "items" if found["Count"] else None

    def _change_indexes(self, aws: Aws, name: str, inputs: Inputs) -> None:
        """One index in each request, as DynamoDB demands; one that changed is made anew."""
        there = _plain_indexes(self.read(aws, {"id": name})["globalSecondaryIndexes"])
        wanted = _plain_indexes(inputs["globalSecondaryIndexes"] or [])
        for index in (each for each in there if there[each] != wanted.get(each)):
            gone: Any = [{"Delete": {"IndexName": index}}]
            aws.dynamodb.update_table(TableName=name, GlobalSecondaryIndexUpdates=gone)
        for index in (each for each in wanted if wanted[each] != there.get(each)):
            made: Any = [{"Create": _global_index(wanted[index])}]
            aws.dynamodb.update_table(
                TableName=name,
                AttributeDefinitions=_attributes(inputs),
                GlobalSecondaryIndexUpdates=made,
            )


def _plain_indexes(indexes: list[Any]) -> dict[str, Any]:
    return {each["name"]: each for each in indexes}


def _attributes(inputs: Inputs) -> list[Any]:
    return [
        {"AttributeName": each["name"], "AttributeType": each["type"]}
        for each in inputs["attributes"]
    ]


def _index(index: Inputs, key_schema: list[Any]) -> Any:
    projection: dict[str, Any] = {"ProjectionType": index["projectionType"]}
    if index.get("nonKeyAttributes"):
        projection["NonKeyAttributes"] = index["nonKeyAttributes"]
    return {"IndexName": index["name"], "KeySchema": key_schema, "Projection": projection}


def _global_index(index: Inputs) -> Any:
    return _index(index, [pascal(key) for key in index["keySchemas"]])


def _described(index: Any) -> Inputs:
    projection = index["Projection"]
    found = {"name": index["IndexName"], "projectionType": projection["ProjectionType"]}
    if projection.get("NonKeyAttributes"):
        found["nonKeyAttributes"] = projection["NonKeyAttributes"]
    return found


def _key_schema(hash_key: str, range_key: str | None) -> list[Any]:
    schema = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    return [*schema, {"AttributeName": range_key, "KeyType": "RANGE"}] if range_key else schema


def _stream(inputs: Inputs) -> Any:
    return {"StreamEnabled": True, "StreamViewType": inputs["streamViewType"]}


def _set_ttl(aws: Aws, name: str, ttl: Inputs) -> None:
    aws.dynamodb.update_time_to_live(
        TableName=name,
        TimeToLiveSpecification={"Enabled": ttl["enabled"], "AttributeName": ttl["attributeName"]},
    )


def _set_recovery(aws: Aws, name: str, inputs: Inputs) -> None:
    enabled = inputs["pointInTimeRecovery"]["enabled"]
    aws.dynamodb.update_continuous_backups(
        TableName=name,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled},
    )


PROVIDERS: dict[str, Provider] = {"aws:dynamodb/table:Table": Table()}
