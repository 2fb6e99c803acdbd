"""A front end that Amplify's JavaScript library makes, configured by the amplify_outputs.json."""

import json
import subprocess
import sys
import uuid
from pathlib import Path

from tests.e2e.conftest import Deploy
from tests.local.processes import ROOT, run_node

FRONT_END = Path(__file__).with_name("front_end.mjs")


def test_a_customer_signs_up_places_an_order_and_watches_it(deploy: Deploy, tmp_path: Path) -> None:
    stage = deploy(workflowType="STANDARD", paymentSuccessRate=1)
    file, outputs = tmp_path / "amplify_outputs.json", tmp_path / "outputs.json"
    outputs.write_text(json.dumps(stage.outputs))
    command = ["-m", "outputs", "--file", str(outputs), "--format", "amplify", "--out", str(file)]
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True, timeout=120)  # noqa: S603

    seen = run_node(
        FRONT_END,
        stage.cloud.folder / "ca.pem",
        {
            "file": str(file),
            "username": f"{uuid.uuid4()}@customers.example",
            "password": "Long-enough-1234",
        },
    )

    placed = seen["placed"]
    assert placed["status"] == "PENDING"
    assert seen["updates"] == [placed, {**placed, "status": "PAID"}]
    assert seen["read"] == {**placed, "status": "PAID"}
    assert list(stage.orders(seen["customerId"])) == [placed["id"]]
