"""Reads the request object that a request handler returned."""

from typing import Any

from local.appsync.errors import ResolverError

_VERSIONS = ("2017-02-28", "2018-05-29")


def without_version(request: dict[str, Any]) -> dict[str, Any]:
    """The request object without the `version` that it may have as a mapping template has it.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-changelog.html

    Raises:
        ResolverError: there is no such version.
    """
    version = request.get("version", _VERSIONS[-1])
    if version not in _VERSIONS:
        raise ResolverError(f"Unsupported version '{version}'.", "MappingTemplate")
    return {name: value for name, value in request.items() if name != "version"}


def value_of(request: dict[str, Any], field: str) -> Any:
    """A field that the request object must have.

    Raises:
        ResolverError: it is not there, in AppSync's words.
    """
    value = request.get(field)
    if value is None:
        raise ResolverError(f"Value for field '$[{field}]' not found.", "MappingTemplate")
    return value


def only(request: dict[str, Any], allowed: set[str], at: str = "$") -> None:
    """Refuse fields that the operation does not have, as AppSync does."""
    for field in request:
        if field not in allowed:
            raise ResolverError(f"Unsupported element '{at}[{field}]'.", "MappingTemplate")


def text_map(values: dict[str, Any] | None) -> dict[str, str]:
    """Headers or names, with every value as text."""
    return {name: str(value) for name, value in (values or {}).items() if value is not None}
