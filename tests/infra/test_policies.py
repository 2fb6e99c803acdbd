"""Every stage keeps to every policy."""

import pytest

from policy import violations
from preview.recording import STAGES


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_breaks_no_policy(name: str, request: pytest.FixtureRequest) -> None:
    assert violations(request.getfixturevalue(name), name) == []
