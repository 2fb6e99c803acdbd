"""`python -m local logs` follows the log of the functions, of one order if asked to."""

import json
from pathlib import Path

import pytest

from local.cloud import CloudError
from local.logs import follow
from local.watch import LogFile


def line(message: str, order_id: str) -> str:
    logged = {"level": "INFO", "message": message, "orderId": order_id}
    call = {
        "at": "2026-11-24T12:00:00.000+00:00",
        "function": "orderflow-local-take-payment-1a2b3c4",
        "failed": False,
        "lines": [json.dumps(logged)],
    }
    return json.dumps(call) + "\n"


@pytest.mark.parametrize(
    ("order_id", "shown"), [(None, ["first", "second", "third"]), ("b", ["second"])]
)
def test_it_follows_until_the_cloud_has_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order_id: str | None, shown: list[str]
) -> None:
    monkeypatch.setattr("local.logs.LOOK_SECONDS", 0)
    path = tmp_path / "functions.jsonl"
    path.write_text(line("first", "A") + line("second", "B"))
    looked: list[None] = []

    def look() -> None:
        looked.append(None)
        if len(looked) == 1:
            with path.open("a") as file:
                file.write(line("third", "A"))
        if len(looked) == 3:
            raise CloudError("gone")

    seen: list[str] = []
    follow(LogFile(path), order_id, look, lambda entry: seen.append(entry.message))
    assert seen == shown
    assert len(looked) == 3
