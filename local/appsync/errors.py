"""What AppSync answers when something goes wrong, in its own shape."""

from typing import Any


class RequestRefused(Exception):
    """The whole request is refused before any GraphQL runs.

    Args:
        status: the HTTP status.
        error_type: AppSync's `errorType`, also its `x-amzn-ErrorType` header.
    """

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.message = message

    @property
    def body(self) -> dict[str, Any]:
        """`{"errors": [{"errorType": …, "message": …}]}`."""
        return {"errors": [{"errorType": self.error_type, "message": self.message}]}


class ResolverError(Exception):
    """One field failed, by `util.error` or because AppSync refused what its resolver asked for.

    Args:
        error_type: AppSync's `errorType`; None where a resolver named none.
        data: what the resolver handed to `util.error`, already filtered by the selection set.
        info: `errorInfo`.
    """

    def __init__(
        self, message: str, error_type: str | None, data: Any = None, info: Any = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_type = error_type
        self.data = data
        self.info = info


class DataSourceError(Exception):
    """A data source failed: the response handler sees it as `ctx.error`.

    Args:
        error_type: AppSync's, such as `DynamoDB:ConditionalCheckFailedException`.
        result: what the handler sees as `ctx.result`, such as the current item.
    """

    def __init__(self, message: str, error_type: str, result: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.error_type = error_type
        self.result = result


def unauthorized(message: str = "You are not authorized to make this call.") -> RequestRefused:
    """AppSync's 401."""
    return RequestRefused(401, "UnauthorizedException", message)


def malformed(message: str = "Unable to parse GraphQL query.") -> RequestRefused:
    """AppSync's 400: https://github.com/graphql/graphql-over-http/issues/81"""
    return RequestRefused(400, "MalformedHttpRequestException", message)


def not_authorized_to_access(field: str, parent: str) -> ResolverError:
    """AppSync's refusal of one field, by a directive or by `util.unauthorized`."""
    return ResolverError(f"Not Authorized to access {field} on type {parent}", "Unauthorized")
