"""Whatever goes missing or wrong in what is deployed is noticed, and the report says so."""

import json
import subprocess
import sys

import pytest

from tests.infra.mutation.mutants import mutants
from tests.infra.recording import Options, Recording, Registered


def test_no_property_of_any_resource_goes_missing_or_wrong_unseen(
    capfd: pytest.CaptureFixture[str],
) -> None:
    # In a process of its own: pytest does not run twice in one.
    run = subprocess.run(
        [sys.executable, "-m", "tests.infra.mutation"], capture_output=True, text=True, timeout=300
    )
    with capfd.disabled():
        sys.stderr.write(f"\n{run.stdout}{run.stderr}")
    assert run.returncode == 0, run.stdout


def test_what_is_tried() -> None:
    queue = Registered(
        type="sqs:Queue",
        name="orders",
        custom=True,
        inputs={
            "seconds": 30,
            "encrypted": True,
            "policy": json.dumps({"Statement": [{"Effect": "Deny"}]}),
        },
        options=Options(parent=("Layer", "queue"), depends_on=(("iam:Role", "reader"),)),
    )
    recording = Recording(resources=[queue])
    found = mutants(recording)
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
    [changed] = left_out.resources
    assert changed.inputs == {**queue.inputs, "policy": '{"Statement": [{}]}'}


def test_a_recording_without_the_resource_or_the_input_has_nothing_to_be_wrong() -> None:
    queue = Registered(
        type="sqs:Queue",
        name="orders",
        custom=True,
        inputs={"seconds": 30},
        options=Options(parent=None),
    )
    [seconds] = [
        each for each in mutants(Recording(resources=[queue])) if each.what == "seconds is another"
    ]
    elsewhere = Registered(
        type="sqs:Queue", name="orders", custom=True, inputs={}, options=Options(parent=None)
    )
    assert seconds.of(Recording(resources=[elsewhere])) is None
    assert seconds.of(Recording()) is None
