"""Where in a text an error is: graphql-core's own count is one off in a line's first column."""

from typing import Any

from graphql import GraphQLError


def places(error: GraphQLError) -> list[tuple[int, int]]:
    """Line and column of each position, counted from 1."""
    if error.source is None:
        return []
    text = error.source.body
    return [
        (text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position))
        for position in error.positions or ()
    ]


def locations(error: GraphQLError) -> list[dict[str, Any]] | None:
    """Where, in AppSync's shape."""
    return [
        {"line": line, "column": column, "sourceName": None} for line, column in places(error)
    ] or None
