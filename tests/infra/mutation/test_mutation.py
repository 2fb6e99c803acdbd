"""Whatever goes missing or wrong in what is deployed is noticed, and the report says so."""

import json
import subprocess
import sys
from typing import Any

import pytest

from preview.recording import Key, Options, Recording, Registered, outputs
from tests.infra.mutation.mutants import mutants


@pytest.mark.long
def test_no_property_of_any_resource_goes_missing_or_wrong_unseen(
    capfd: pytest.CaptureFixture[str],
) -> None:
    # In a process of its own: pytest does not run twice in one.
    run = subprocess.run(
        [sys.executable, "-m", "tests.infra.mutation"], capture_output=True, text=True, timeout=600
    )
    with capfd.disabled():
        sys.stderr.write(f"\n{run.stdout}{run.stderr}")
    assert run.returncode == 0, run.stdout


def layer(name: str) -> Registered:
    return Registered(
        type="app:Layer", name=name, custom=False, inputs={}, options=Options(parent=None)
    )


def queue(name: str, inputs: dict[str, Any], depends_on: tuple[Key, ...] = ()) -> Registered:
    """A queue in the layer of its name."""
    return Registered(
        type="aws:sqs/queue:Queue",
        name=name,
        custom=True,
        inputs=inputs,
        options=Options(parent=("app:Layer", name), depends_on=depends_on),
    )


def test_what_is_tried() -> None:
    inputs = {
        "seconds": 30,
        "encrypted": True,
        "policy": json.dumps({"Statement": [{"Effect": "Deny"}]}),
    }
    orders = queue("orders", inputs, depends_on=(("iam:Role", "reader"),))
    recording = Recording(resources=[layer("orders"), orders])
    found = [each for each in mutants(recording) if each.resource == orders.key]
    assert [each.what for each in found] == [
        "is left out",
        "seconds is left out",
        "seconds is another",
        "encrypted is left out",
        "encrypted is another",
        "policy is left out",
        "policy.Statement is left out",
        "policy.Statement.0 is left out",
        "policy.Statement.0.Effect is left out",
        "policy.Statement.0.Effect is another",
        "is in no component",
        "does not wait for reader",
        "protect is another",
        "delete_before_replace is another",
        "retain_on_delete is another",
    ]
    wrong = {each.what: each.of(recording) for each in found}
    assert all(each and each != recording for each in wrong.values())
    left_out = wrong["policy.Statement.0.Effect is left out"]
    assert left_out
    assert left_out.resources[-1].inputs == {**inputs, "policy": '{"Statement": [{}]}'}


def test_a_recording_without_the_resource_or_the_input_has_nothing_to_be_wrong() -> None:
    recording = Recording(resources=[layer("orders"), queue("orders", {"seconds": 30})])
    [seconds] = [each for each in mutants(recording) if each.what == "seconds is another"]
    assert seconds.of(recording)
    assert seconds.of(Recording(resources=[queue("orders", {})])) is None
    assert seconds.of(Recording()) is None


def test_what_one_layer_has_of_another_is_anothers_in_the_whole_program_alone() -> None:
    known = outputs("aws:sqs/queue:Queue", "orders")
    resources = [
        layer("orders"),
        queue("orders", {"own": known["arn"]}),
        layer("alarms"),
        queue("alarms", {"watched": known["arn"], "longer": f"{known['arn']}-dead-letters"}),
    ]
    [handed] = [each for each in mutants(Recording(resources=resources)) if each.between_layers]
    assert handed.what == f"watched has another for {known['arn']}"
    assert handed.of(Recording(resources=resources)) is None
    program = handed.of(Recording(resources=resources, outputs={"url": known["url"]}))
    assert program
    assert program.resources[-1].inputs["watched"] == f"{known['arn']}-of-another"
