"""observed.json is what orders call today."""

from dataclasses import replace
from pathlib import Path

import pytest

from cost.observation import AGAIN, KINDS, Call, Observation, ObservationError
from cost.observer import observe

# Tokens, times and numbers are not of one length each time.
BYTES = 10
SHARE = 0.05
# Whether a write changes them depends on whether a second has begun meanwhile.
CLOCKS = {"expiration"}
# A failed call's traceback has paths of the machine and is of the Python version.
LOG_SHARE = 0.6


@pytest.mark.cloud
@pytest.mark.parametrize("workflow_type", ["STANDARD", "EXPRESS"])
def test_orders_call_what_is_written_down(workflow_type: str) -> None:
    written, now = Observation.read(), observe(workflow_type)
    assert not written.differences(now), f"an order calls something else: run {AGAIN}"
    for kind in KINDS:
        known = {call.kind: call for call in written.kinds[kind]}
        for call in now.kinds[kind]:
            same = known[call.kind]
            what = f"{kind}: {call} has another size: run {AGAIN}"
            assert call.bytes == pytest.approx(same.bytes, rel=SHARE, abs=BYTES), what
            assert call.read == pytest.approx(same.read, rel=SHARE, abs=BYTES), what
            assert call.before == pytest.approx(same.before, rel=SHARE, abs=BYTES), what
            assert call.after == pytest.approx(same.after, rel=SHARE, abs=BYTES), what
            assert {*call.changed} ^ {*same.changed} <= CLOCKS, what
            assert call.log == pytest.approx(same.log, rel=LOG_SHARE), what


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written = Observation.read()
    written.write(tmp_path / "observed.json")
    assert Observation.read(tmp_path / "observed.json") == written


@pytest.mark.parametrize("text", ["", "{}", '{"paid": [{"service": "sqs"}]}'])
def test_what_cannot_be_read_says_what_to_run(tmp_path: Path, text: str) -> None:
    (tmp_path / "observed.json").write_text(text)
    with pytest.raises(ObservationError, match=f"observed.json cannot be read: .*Run {AGAIN}."):
        Observation.read(tmp_path / "observed.json")


def test_a_further_call_and_a_missing_one_are_told() -> None:
    written = Observation.read()
    read = Call(service="dynamodb", action="GetItem", by="take-payment", on="orders")
    more = {**written.kinds, "paid": [*written.kinds["paid"], read]}
    assert written.differences(Observation(kinds=more)) == [
        "paid: 0 x dynamodb GetItem orders by take-payment, and now 1"
    ]
    fewer = {**written.kinds, "deleted": written.kinds["deleted"][1:]}
    assert written.differences(Observation(kinds=fewer)) == [
        "deleted: 1 x appsync mutation by customer, and now 0"
    ]


def test_sizes_and_times_are_no_difference() -> None:
    written = Observation.read()
    slower = {
        kind: [replace(call, ms=call.ms * 9, bytes=call.bytes + 1) for call in calls]
        for kind, calls in written.kinds.items()
    }
    assert not written.differences(Observation(kinds=slower))
