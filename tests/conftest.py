"""What holds for all tests."""

import gc

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long: none is left for one process at the end."""
    taking_long = {
        mark: {item.path for item in items if item.get_closest_marker(mark)}
        for mark in ("long", "cloud")
    }
    items.sort(key=lambda item: [item.path not in files for files in taking_long.values()])


def pytest_collection_finish() -> None:
    """Have the collector pass over what is loaded by now: that took a seventh of the unit tests."""
    gc.collect()
    gc.freeze()
