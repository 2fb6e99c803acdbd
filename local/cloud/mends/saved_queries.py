"""Keeps the queries that are saved for Logs Insights, of which the emulator knows nothing.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-examples.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
"""

import json
import uuid
from typing import Any

from ministack.core.responses import (  # pyright: ignore[reportMissingTypeStubs]
    error_response_json,
    json_response,
)
from ministack.services import cloudwatch_logs  # pyright: ignore[reportMissingTypeStubs]

# Among the queries that run, as these are what the emulator saves with its state.
DEFINITION = "definition/"

_logs: Any = cloudwatch_logs


def save_queries() -> None:
    """Patch the emulator that this process runs."""
    handle = _logs.handle_request
    actions = {
        "PutQueryDefinition": _put,
        "DescribeQueryDefinitions": _describe,
        "DeleteQueryDefinition": _delete,
    }

    async def handle_definitions(
        method: str, path: str, headers: dict[str, str], body: bytes, query: Any
    ) -> Any:
        action = actions.get(headers.get("x-amz-target", "").rpartition(".")[2])
        if action is None:
            return await handle(method, path, headers, body, query)
        return action(json.loads(body or "{}"))

    _logs.handle_request = handle_definitions


def _put(asked: dict[str, Any]) -> Any:
    made = asked.get("queryDefinitionId") or str(uuid.uuid4())
    if "queryDefinitionId" in asked and DEFINITION + made not in _logs._queries:
        return _unknown(made)
    _logs._queries[DEFINITION + made] = {
        "queryDefinitionId": made,
        "name": asked["name"],
        "queryString": asked["queryString"],
        "logGroupNames": asked.get("logGroupNames", []),
    }
    return json_response({"queryDefinitionId": made})


def _describe(asked: dict[str, Any]) -> Any:
    prefix = asked.get("queryDefinitionNamePrefix", "")
    found = [
        definition
        for key, definition in _logs._queries.items()
        if key.startswith(DEFINITION) and definition["name"].startswith(prefix)
    ]
    return json_response({"queryDefinitions": found})


def _delete(asked: dict[str, Any]) -> Any:
    made = asked["queryDefinitionId"]
    if _logs._queries.pop(DEFINITION + made, None) is None:
        return _unknown(made)
    return json_response({"success": True})


def _unknown(made: str) -> Any:
    return error_response_json(
        "ResourceNotFoundException", f"There is no query definition {made}.", 400
    )
