"""The emulator's garbage is collected rarely."""

import pytest

from tests.local.cloud.mends.conftest import Alone

pytestmark = pytest.mark.cloud


def test_what_was_loaded_is_not_looked_at_again_and_the_rest_rarely(alone: Alone) -> None:
    frozen, threshold = alone(
        "import gc, json\nprint(json.dumps([gc.get_freeze_count(), gc.get_threshold()]))"
    )

    assert frozen > 10_000
    assert threshold[0] == 50_000
