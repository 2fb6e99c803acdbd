"""Where in a text an error is: graphql-core's own count is one off in a line's first column."""

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
