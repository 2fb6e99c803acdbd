"""A front end that Amplify's JavaScript client makes, configured from the stack's outputs."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Deploy
from tests.e2e.stage import Stage

FRONT_END = Path(__file__).with_name("front_end.mjs")


def run(stage: Stage, **given: Any) -> Any:
    client = subprocess.run(  # noqa: S603
        ["node", FRONT_END, json.dumps({"outputs": stage.outputs} | given)],  # noqa: S607
        env=os.environ | {"NODE_EXTRA_CA_CERTS": str(stage.cloud.folder / "ca.pem")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert client.returncode == 0, client.stderr
    return json.loads(client.stdout)


def test_a_customer_signs_in_places_an_order_and_watches_it(deploy: Deploy) -> None:
    stage = deploy(workflowType="STANDARD", paymentSuccessRate=1)
    alice = stage.customer()

    seen = run(
        stage,
        userPoolEndpoint=f"{stage.cloud.emulator.url}/",
        username=alice.email,
        password=alice.password,
    )

    placed = seen["placed"]
    assert placed["status"] == "PENDING"
    assert seen["updates"] == [placed, {**placed, "status": "PAID"}]
    assert list(stage.orders(alice.sub)) == [placed["id"]]
