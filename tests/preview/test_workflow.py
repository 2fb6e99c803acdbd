"""The way of an execution where all is well."""

from typing import Any

import pytest

from preview.workflow import happy_path


@pytest.mark.parametrize(
    ("states", "path"),
    [
        ({"A": {"Type": "Task", "End": True}}, ("A",)),
        ({"A": {"Next": "B", "Catch": [{"Next": "C"}]}, "B": {"Type": "Succeed"}}, ("A", "B")),
        # It chooses what leads to success, and of two the shorter.
        (
            {
                "A": {"Type": "Choice", "Choices": [{"Next": "F"}], "Default": "B"},
                "B": {"Next": "C"},
                "C": {"End": True},
                "F": {"Type": "Fail"},
            },
            ("A", "B", "C"),
        ),
        ({"A": {"Type": "Choice", "Choices": [{"Next": "A"}]}}, ()),
        ({"A": {"Next": "nowhere"}}, ()),
        ({}, ()),
    ],
)
def test_it_is_the_shortest_to_success(states: dict[str, Any], path: tuple[str, ...]) -> None:
    assert happy_path({"StartAt": "A", "States": states}) == path
