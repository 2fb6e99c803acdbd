"""The NONE data source: the request's payload comes back as the result."""

from typing import Any


class NoneDataSource:
    async def execute(self, request: dict[str, Any]) -> Any:
        return request.get("payload")
