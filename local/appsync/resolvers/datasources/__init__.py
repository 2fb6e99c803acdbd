"""What resolvers can ask for data, one module a type."""

from typing import TYPE_CHECKING, Any, Protocol

from local.appsync.aws import AwsCaller
from local.appsync.errors import ResolverError
from local.appsync.resolvers.datasources.awslambda import LambdaDataSource
from local.appsync.resolvers.datasources.dynamodb import DynamoDbDataSource
from local.appsync.resolvers.datasources.http import HttpDataSource
from local.appsync.resolvers.datasources.none import NoneDataSource
from local.appsync.resolvers.datasources.pagination import PaginationTokens

if TYPE_CHECKING:
    from mypy_boto3_appsync.type_defs import DataSourceTypeDef


class DataSource(Protocol):
    async def execute(self, request: dict[str, Any]) -> Any:
        """Do what a request handler asked for; the value is `ctx.result`.

        Raises:
            DataSourceError: it failed; the response handler decides what that means.
            ResolverError: the request object itself is wrong; the field fails.
        """
        ...


class UnsupportedDataSource:
    """A type that is served on AWS only."""

    def __init__(self, name: str, kind: str) -> None:
        self._message = f"The data source {name} has the type {kind}, which is not supported here."

    async def execute(self, request: dict[str, Any]) -> Any:  # noqa: ARG002
        raise ResolverError(self._message, "UnsupportedDataSource")


def open_data_source(
    source: "DataSourceTypeDef", caller: AwsCaller, tokens: PaginationTokens
) -> DataSource:
    """The data source as the control plane describes it."""
    match kind := source.get("type", ""):
        case "NONE":
            return NoneDataSource()
        case "AMAZON_DYNAMODB":
            return DynamoDbDataSource(source, caller, tokens)
        case "HTTP":
            return HttpDataSource(source, caller)
        case "AWS_LAMBDA":
            return LambdaDataSource(source, caller)
        case _:
            return UnsupportedDataSource(source.get("name", ""), kind)


__all__ = ["DataSource", "open_data_source"]
