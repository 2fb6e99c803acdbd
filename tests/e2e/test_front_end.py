"""A front end that Amplify's JavaScript client makes, configured from the stack's outputs."""

from pathlib import Path

from tests.e2e.conftest import Deploy
from tests.local.processes import run_node

FRONT_END = Path(__file__).with_name("front_end.mjs")


def test_a_customer_signs_in_places_an_order_and_watches_it(deploy: Deploy) -> None:
    stage = deploy(workflowType="STANDARD", paymentSuccessRate=1)
    alice = stage.customer()

    seen = run_node(
        FRONT_END,
        stage.cloud.folder / "ca.pem",
        {
            "outputs": stage.outputs,
            "userPoolEndpoint": f"{stage.cloud.gateway.url}/graphiql/cognito",
            "username": alice.email,
            "password": alice.password,
        },
    )

    placed = seen["placed"]
    assert placed["status"] == "PENDING"
    assert seen["updates"] == [placed, {**placed, "status": "PAID"}]
    assert list(stage.orders(alice.sub)) == [placed["id"]]
