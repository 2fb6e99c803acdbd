"""publishOrderUpdate: answers what it was given, which is what subscribers get."""

from tests.graphql.api import ORDER, Api


def test_it_answers_with_the_order(api: Api) -> None:
    order = {**ORDER, "customerId": "bob", "deletedAt": "2026-03-01T12:00:00Z"}

    assert api("publishOrderUpdate", order=order) == order
    assert (api.table.calls, api.queue.messages) == ([], [])
