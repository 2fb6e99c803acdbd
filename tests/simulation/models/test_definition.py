"""How executions go through states: as Amazon States Language has it."""

from typing import Any

import pytest

from tests.simulation.models.definition import Attempt, End, Progress, read_definition

TASK = {"Type": "Task", "Resource": "do", "End": True}


def progress(states: dict[str, Any], share: float = 1.0) -> Progress:
    """At the first of the states."""
    document = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    return Progress(read_definition(document), {}, lambda: "now", lambda _state, _number: share)


def delays(going: Progress, *errors: str) -> list[float]:
    """How long each error is waited for; -1 where it is the end."""
    going.begin({})
    steps = [going.failed(error, "") for error in errors]
    return [step.after if isinstance(step, Attempt) else -1 for step in steps]


@pytest.mark.parametrize(
    ("retrier", "waited"),
    [
        ({}, [1, 2, 4, -1]),
        ({"MaxAttempts": 0}, [-1]),
        ({"IntervalSeconds": 3, "BackoffRate": 1, "MaxAttempts": 2}, [3, 3, -1]),
        ({"IntervalSeconds": 4, "MaxDelaySeconds": 10, "MaxAttempts": 4}, [4, 8, 10, 10, -1]),
        ({"JitterStrategy": "FULL"}, [0.5, 1, 2, -1]),
    ],
)
def test_a_retrier_waits_longer_each_time_until_it_gives_up(
    retrier: dict[str, Any], waited: list[float]
) -> None:
    task = {**TASK, "Retry": [{"ErrorEquals": ["E"], **retrier}]}

    assert delays(progress({"T": task}, share=0.5), *["E"] * len(waited)) == waited


def test_the_first_retrier_that_knows_the_error_decides_and_each_counts_for_itself() -> None:
    task = {
        **TASK,
        "Retry": [
            {"ErrorEquals": ["A", "B"], "IntervalSeconds": 5, "MaxAttempts": 1},
            {"ErrorEquals": ["States.ALL"], "MaxAttempts": 2},
        ],
    }

    assert delays(progress({"T": task}), "C", "A", "C", "B") == [1, 5, 2, -1]


@pytest.mark.parametrize(
    ("names", "error", "caught"),
    [
        (["E"], "E", True),
        (["E"], "F", False),
        (["States.ALL"], "States.Timeout", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.TaskFailed"], "F", True),
        (["States.TaskFailed"], "States.Timeout", False),
    ],
)
def test_errors_are_caught_by_their_names(names: list[str], error: str, caught: bool) -> None:
    catcher = {
        "ErrorEquals": names,
        "Next": "After",
        "Assign": {"what": "{% $states.errorOutput.Error %}"},
    }
    going = progress(
        {
            "T": {**TASK, "Catch": [catcher]},
            "After": {**TASK, "Arguments": {"caught": "{% $what %}"}},
        }
    )
    going.begin({})

    step = going.failed(error, "why")

    if caught:
        assert isinstance(step, Attempt)
        assert (step.state, step.arguments) == ("After", {"caught": error})
    else:
        assert step == End("FAILED", error, "why")


def test_choices_are_tried_in_order_and_assign_what_their_own_says() -> None:
    choice = {
        "Type": "Choice",
        "Choices": [
            {"Condition": "{% $states.input.n > 5 %}", "Next": "T", "Assign": {"size": "big"}},
            {"Condition": "{% $states.input.n > 1 %}", "Next": "T", "Assign": {"size": "mid"}},
        ],
        "Default": "T",
        "Assign": {"size": "small"},
    }
    states = {"C": choice, "T": {**TASK, "Arguments": "{% $size %}"}}

    sizes: list[Any] = []
    for number in (9, 3, 0):
        step = progress(states).begin({"n": number})
        assert isinstance(step, Attempt)
        sizes.append(step.arguments)

    assert sizes == ["big", "mid", "small"]


def test_an_expression_without_a_value_is_retried_and_caught_like_any_error() -> None:
    task = {
        **TASK,
        "Arguments": "{% $nothing %}",
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "S"}],
    }
    going = progress({"T": task, "S": {"Type": "Succeed"}})

    assert going.begin({}) == End("SUCCEEDED")
    assert going.tries == {"T": 2}
    assert going.path == ["T", "S"]


@pytest.mark.parametrize(
    ("state", "unknown"),
    [
        ({"Type": "Wait", "Seconds": 1}, "T of type Wait"),
        ({**TASK, "HeartbeatSeconds": 1}, "HeartbeatSeconds of T"),
        ({**TASK, "Retry": [{"ErrorEquals": ["E"], "Often": 1}]}, "Often of Retry of T"),
        ({**TASK, "Catch": [{"ErrorEquals": ["E"], "ResultPath": "$"}]}, "ResultPath of Catch"),
        ({"Type": "Choice", "Choices": [{"Variable": "$.x"}]}, "Variable of Choices of T"),
    ],
)
def test_what_it_does_not_know_is_an_error_that_names_it(
    state: dict[str, Any], unknown: str
) -> None:
    with pytest.raises(NotImplementedError, match=unknown):
        progress({"T": state})
