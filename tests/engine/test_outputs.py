"""What front ends are configured with, as Pulumi's CLI has it."""

import json

import pytest

from outputs.config import storefront_config
from tests.engine.pulumi import Pulumi

pytestmark = pytest.mark.engine

OUTPUTS = ("-m", "outputs", "--stage", "dev")


def test_they_are_what_the_cli_says_or_why_it_has_none(pulumi: Pulumi) -> None:
    absent = pulumi.python(*OUTPUTS)
    assert absent.exit_code == 2
    assert absent.output.startswith(
        "Pulumi has no outputs of stage dev: no stack named 'dev' found: "
    )

    pulumi("stack", "init", "dev").done()
    empty = pulumi.python(*OUTPUTS)
    told = "Stage dev has no outputs yet: deploy it by `pulumi up --stack dev`.\n"
    assert (empty.exit_code, empty.output) == (2, told)

    assert pulumi.up().succeeded
    config = storefront_config(pulumi.outputs(), stage="dev")
    assert json.loads(pulumi.python(*OUTPUTS).done()) == config
    assert pulumi.destroy().succeeded
