"""DynamoDB's typed values, as handlers write and see them, and as DynamoDB takes them.

https://docs.aws.amazon.com/appsync/latest/devguide/js-aws-appsync-resolver-reference-dynamodb-typed-values-request.html
"""

from typing import Any

from local.appsync.errors import ResolverError

_KINDS = {dict: "OBJECT", list: "ARRAY", str: "STRING", bool: "BOOLEAN", type(None): "NULL"}


def to_plain(value: dict[str, Any]) -> Any:
    """A typed value as AppSync hands it to handlers."""
    ((kind, inner),) = value.items()
    match kind:
        case "M":
            return {name: to_plain(item) for name, item in inner.items()}
        case "L":
            return [to_plain(item) for item in inner]
        case "N":
            return _number(inner)
        case "NS":
            return [_number(item) for item in inner]
        case "NULL":
            return None
        case _:
            return inner


def plain_item(item: dict[str, Any] | None) -> dict[str, Any] | None:
    """An item as AppSync hands it to handlers."""
    return {name: to_plain(value) for name, value in item.items()} if item else None


def typed_item(values: Any, at: str) -> dict[str, Any]:
    """Typed values as DynamoDB takes them: AppSync's own helpers leave numbers as they are.

    Args:
        at: where in the request object they are, such as `$[key]`.

    Raises:
        ResolverError: one of them is not typed, in AppSync's words.
    """
    return {name: _typed(value, f"{at}[{name}]") for name, value in values.items()}


def _typed(value: Any, at: str) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) != 1:  # pyright: ignore[reportUnknownArgumentType]
        found = _KINDS.get(type(value), "NUMBER")  # pyright: ignore[reportUnknownArgumentType]
        raise ResolverError(
            f"Expected JSON object for attribute value '{at}' but got '{found}' instead.",
            "MappingTemplate",
        )
    typed: dict[str, Any] = value
    ((kind, inner),) = typed.items()
    match kind:
        case "M":
            return {"M": typed_item(inner, at)}
        case "L":
            return {"L": [_typed(item, f"{at}[{index}]") for index, item in enumerate(inner)]}
        case "N":
            return {"N": str(inner)}
        case "NS":
            return {"NS": [str(item) for item in inner]}
        case "NULL":
            return {"NULL": True}
        case _:
            return {kind: inner}


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
