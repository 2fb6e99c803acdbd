"""The marker of what takes too long for `make unit`."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: many simulated runs (deselected by `make unit`)")
