"""Batches and transactions of the AMAZON_DYNAMODB data source, which name their tables.

https://docs.aws.amazon.com/appsync/latest/devguide/js-aws-appsync-resolver-reference-dynamodb-batch-get-item.html
https://docs.aws.amazon.com/appsync/latest/devguide/js-aws-appsync-resolver-reference-dynamodb-transact-write-items.html
"""

import json
import re
from typing import Any

from local.appsync.errors import DataSourceError, ResolverError
from local.appsync.resolvers.datasources.attribute_values import plain_item, typed_item
from local.appsync.resolvers.datasources.dynamodb_calls import CallFailed, DynamoDb, Parameters
from local.appsync.resolvers.datasources.request import only, value_of

Item = dict[str, Any]
Tables = dict[str, list[Item]]

_WRITES = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"} | {
    "ConditionCheck": "ConditionCheck"
}


async def batch_get(database: DynamoDb, request: dict[str, Any]) -> Any:
    """`BatchGetItem`: items in the order of their keys, None where there is none."""
    only(request, {"operation", "tables"})
    asked: dict[str, Parameters] = {}
    added: dict[str, set[str]] = {}
    for name, table in value_of(request, "tables").items():
        at = f"$[tables][{name}]"
        only(table, {"keys", "consistentRead", "projection"}, at)
        keys = [typed_item(key, f"{at}[keys]") for key in value_of(table, "keys")]
        asked[name] = Parameters(Keys=keys)
        asked[name].put("ConsistentRead", table.get("consistentRead"))
        asked[name].expression("ProjectionExpression", table.get("projection"), at)
        added[name] = _project_keys(asked[name])
    wanted = {name: parameters["Keys"] for name, parameters in asked.items()}
    answer = await _batch(database, "BatchGetItem", asked, wanted, "unprocessedKeys")
    found: Tables = answer.get("Responses", {})

    def item(name: str, key: Item) -> Item | None:
        for each in found.get(name, []):
            if all(each.get(attribute) == value for attribute, value in key.items()):
                return plain_item({k: v for k, v in each.items() if k not in added[name]})
        return None

    unprocessed = answer.get("UnprocessedKeys", {})
    return {
        "data": {name: [item(name, key) for key in keys] for name, keys in wanted.items()},
        "unprocessedKeys": {
            name: [plain_item(key) for key in unprocessed.get(name, {}).get("Keys", [])]
            for name in wanted
        },
    }


def _project_keys(parameters: Parameters) -> set[str]:
    """Has the items' keys answered, to know which is which; those that nobody asked for."""
    if "ProjectionExpression" not in parameters:
        return set()
    names: dict[str, str] = parameters.get("ExpressionAttributeNames", {})
    paths = re.split(r"\s*,\s*", parameters["ProjectionExpression"])
    projected = {names.get(path, path) for path in paths}
    missing = sorted({name for key in parameters["Keys"] for name in key} - projected)
    for index, name in enumerate(missing):
        parameters["ProjectionExpression"] += f", #batchKey{index}"
        names = names | {f"#batchKey{index}": name}
    parameters.put("ExpressionAttributeNames", names or None)
    return set(missing)


async def batch_put(database: DynamoDb, request: dict[str, Any]) -> Any:
    """`BatchPutItem`: the items that were put, None where one was not."""
    return await _batch_write(database, request, "PutRequest", "Item", "unprocessedItems")


async def batch_delete(database: DynamoDb, request: dict[str, Any]) -> Any:
    """`BatchDeleteItem`: the keys of what was deleted, None where it was not."""
    return await _batch_write(database, request, "DeleteRequest", "Key", "unprocessedKeys")


async def _batch_write(
    database: DynamoDb, request: dict[str, Any], kind: str, member: str, rest: str
) -> Any:
    only(request, {"operation", "tables"})
    wanted: Tables = {
        name: [typed_item(item, f"$[tables][{name}]") for item in items]
        for name, items in value_of(request, "tables").items()
    }
    writes = {name: [{kind: {member: item}} for item in items] for name, items in wanted.items()}
    answer = await _batch(database, "BatchWriteItem", writes, wanted, rest)
    unprocessed: Tables = {
        name: [each[kind][member] for each in answer.get("UnprocessedItems", {}).get(name, [])]
        for name in wanted
    }
    return {
        "data": {
            name: [None if item in unprocessed[name] else plain_item(item) for item in items]
            for name, items in wanted.items()
        },
        rest: {name: [plain_item(item) for item in items] for name, items in unprocessed.items()},
    }


async def _batch(
    database: DynamoDb, operation: str, asked: dict[str, Any], wanted: Tables, rest: str
) -> dict[str, Any]:
    """DynamoDB's answer; where it fails, nothing was processed."""
    try:
        return await database.call(operation, {"RequestItems": asked})
    except DataSourceError as error:
        result = {
            "data": {name: [None] * len(items) for name, items in wanted.items()},
            rest: {name: [plain_item(item) for item in items] for name, items in wanted.items()},
        }
        raise DataSourceError(error.message, error.error_type, result) from error


async def transact_get(database: DynamoDb, request: dict[str, Any]) -> Any:
    """`TransactGetItems`: items in the order of the request, None where there is none."""
    items: list[dict[str, Any]] = []
    for at, item in _transact_items(request):
        only(item, {"table", "key", "projection"}, at)
        parameters = _of_item(item, at)
        parameters.expression("ProjectionExpression", item.get("projection"), at)
        items.append({"Get": parameters})
    answer = await _transact(database, "TransactGetItems", items, "items")
    return {
        "items": [plain_item(each.get("Item")) for each in answer.get("Responses", [])],
        "cancellationReasons": None,
    }


async def transact_write(database: DynamoDb, request: dict[str, Any]) -> Any:
    """`TransactWriteItems`: the keys of the items, in the order of the request."""
    items: list[dict[str, Any]] = []
    keys: list[Item | None] = []
    for at, item in _transact_items(request):
        operation = value_of(item, "operation")
        if operation not in _WRITES:
            raise ResolverError(f"Unsupported operation '{operation}'.", "MappingTemplate")
        more = {"PutItem": {"attributeValues"}, "UpdateItem": {"update"}}.get(operation, set())
        only(item, {"table", "operation", "key", "condition"} | more, at)
        parameters = _of_item(item, at)
        keys.append(plain_item(parameters["Key"]))
        if operation == "PutItem":
            values = typed_item(item.get("attributeValues") or {}, f"{at}[attributeValues]")
            parameters["Item"] = values | parameters.pop("Key")
        if operation == "UpdateItem":
            parameters.expression("UpdateExpression", value_of(item, "update"), f"{at}[update]")
        _add_condition(parameters, item.get("condition"), f"{at}[condition]")
        items.append({_WRITES[operation]: parameters})
    await _transact(database, "TransactWriteItems", items, "keys")
    return {"keys": keys, "cancellationReasons": None}


def _transact_items(request: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    only(request, {"operation", "transactItems"})
    return [
        (f"$[transactItems][{index}]", item)
        for index, item in enumerate(value_of(request, "transactItems"))
    ]


def _of_item(item: dict[str, Any], at: str) -> Parameters:
    key = typed_item(value_of(item, "key"), f"{at}[key]")
    return Parameters(TableName=value_of(item, "table"), Key=key)


def _add_condition(parameters: Parameters, condition: Any, at: str) -> None:
    if not condition:
        return
    part: dict[str, Any] = json.loads(condition) if isinstance(condition, str) else condition
    members = {"expression", "expressionNames", "expressionValues"}
    only(part, members | {"returnValuesOnConditionCheckFailure"}, at)
    parameters.expression("ConditionExpression", part, at)
    if part.get("returnValuesOnConditionCheckFailure") is not False:
        parameters["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"


async def _transact(
    database: DynamoDb, operation: str, items: list[dict[str, Any]], member: str
) -> dict[str, Any]:
    """DynamoDB's answer; where it fails, with the reasons."""
    try:
        return await database.call(operation, {"TransactItems": items})
    except DataSourceError as error:
        reasons = error.reasons if isinstance(error, CallFailed) else []
        result = {member: None, "cancellationReasons": [_reason(each) for each in reasons] or None}
        raise DataSourceError(error.message, error.error_type, result) from error


def _reason(reason: dict[str, Any]) -> dict[str, Any]:
    kind = reason.get("Code") or "None"
    item = plain_item(reason.get("Item"))
    return ({"item": item} if item else {}) | {
        "type": kind,
        "message": reason.get("Message") or kind,
    }
