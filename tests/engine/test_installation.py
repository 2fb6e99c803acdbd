"""Where Pulumi's CLI comes from; with a stand-in for Go, nothing is compiled here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.installation import PROGRAMS, BuildError, build, cache, search_path, version
from tests.local.processes import ROOT

# Notes each call, and does what is asked of it.
GO = """#!/bin/sh
echo "$@" >> {calls}
case "$*" in
  *-deps*) echo one; echo two ;;
  *"-m -f"*) echo {sdk} ;;
  build*) {build} ;;
esac
"""
BUILD = 'while [ "$1" != -o ]; do shift; done; echo built > "$2"; /bin/chmod +x "$2"'


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Pulumi and without Go; the folder is on its PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def executable(path: Path, text: str = "") -> None:
    path.write_text(text)
    path.chmod(0o755)


def go(folder: Path, build_by: str = BUILD) -> Path:
    """Put a stand-in for Go there; the file of its calls."""
    calls, sdk = folder.parent / "calls", folder.parent / "sdk"
    starter = sdk / "python" / "cmd" / "pulumi-language-python-exec"
    starter.parent.mkdir(parents=True, exist_ok=True)
    starter.touch()
    executable(folder / "go", GO.format(calls=calls, sdk=sdk, build=build_by))
    return calls


def test_what_is_on_the_path_is_used(empty: Path) -> None:
    assert search_path() is None
    for program in PROGRAMS:
        executable(empty / program)
    assert search_path() == str(empty)


def test_what_is_missing_is_built_once(empty: Path) -> None:
    calls, told = go(empty), list[str]()
    build(told.append)
    assert search_path() == f"{empty}{os.pathsep}{cache()}"
    assert "Building pulumi: 2 packages, some minutes." in told
    assert f"version.Version={version()}" in calls.read_text()
    calls.unlink()
    build(told.append)
    assert not calls.exists()


def test_pulumis_own_goes_before_what_was_built(empty: Path) -> None:
    go(empty)
    build(lambda _: None)
    executable(empty / "pulumi-language-python")
    assert (search_path() or "").startswith(f"{empty}{os.pathsep}")


def test_what_does_not_compile_leaves_nothing(empty: Path) -> None:
    go(empty, 'echo "no such module" >&2; exit 1')
    with pytest.raises(BuildError, match="no such module"):
        build(lambda _: None)
    assert search_path() is None
    assert [each.name for each in cache().parent.iterdir()] == ["engine.lock"]


def test_other_sources_are_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache()
    sources = tmp_path / "cli"
    subprocess.run(["/bin/cp", "-r", ROOT / "tests" / "engine" / "cli", sources], check=True)
    monkeypatch.setattr("tests.engine.installation.MODULES", sources)
    assert cache() == before
    (sources / "go.sum").write_text("")
    assert cache() != before


def test_the_tests_are_skipped_without_it_and_say_so(empty: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "engine", "-rs", "tests/engine/test_policy_pack.py"],
        cwd=ROOT,
        env=os.environ | {"PATH": str(empty)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "1 skipped" in ran.stdout
    assert "neither on the PATH nor built: `make engine` builds them where Go is" in ran.stdout
