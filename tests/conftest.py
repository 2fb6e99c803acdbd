"""What holds for all tests."""

import gc


def pytest_collection_finish() -> None:
    """Have the collector pass over what is loaded by now: that took a seventh of the unit tests."""
    gc.collect()
    gc.freeze()
