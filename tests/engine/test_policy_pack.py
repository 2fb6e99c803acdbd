"""The policy pack under Pulumi's own engine."""

import pytest

from tests.engine.pulumi import Pulumi
from tests.local.commands import change
from tests.local.processes import ROOT

pytestmark = pytest.mark.engine

PACK = ("preview", "--policy-pack", str(ROOT / "policy"))


def test_every_stage_passes_and_a_broken_rule_is_refused(pulumi: Pulumi) -> None:
    for stage in ("dev", "prod", "local"):
        pulumi("stack", "init", stage).done()
        assert "Policies:" in pulumi(*PACK).done()

    change(
        pulumi.project / "infra" / "consumed_queue.py",
        'function_response_types=["ReportBatchItemFailures"],',
        "",
    )
    refused = pulumi(*PACK)
    assert refused.exit_code != 0
    for expected in ("[mandatory]", "batch-item-failures", "order-queue", "refunds"):
        assert expected in refused.output
