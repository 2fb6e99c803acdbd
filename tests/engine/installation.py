"""Pulumi's CLI and its language hosts: those on the PATH, or built once from their Go modules."""

import fcntl
import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

MODULES = Path(__file__).with_name("cli")
PULUMI = "github.com/pulumi/pulumi"
# What the tests need. Pulumi's own installation has all of them in one folder.
PROGRAMS = (
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-nodejs",
    "pulumi-language-yaml",
)


class BuildError(Exception):
    """Go could not build it; the message is Go's."""


def version() -> str:
    """The CLI's, as go.mod pins it: `v3.274.1`."""
    found = re.search(rf"{PULUMI}/pkg/v3 (\S+)", (MODULES / "go.mod").read_text())
    assert found is not None
    return found[1]


def cache() -> Path:
    """The folder of what was built from these sources; it need not be there."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256()
    for file in sorted(MODULES.rglob("*")):
        if file.is_file():
            digest.update(file.read_bytes())
    return base / "orderflow" / f"engine-{version()}-{digest.hexdigest()[:12]}"


def search_path() -> str | None:
    """A PATH that leads to every program; None where they are neither there nor built.

    What the PATH has goes before what was built: Pulumi's own language hosts before this one's.
    """
    path = os.environ.get("PATH", "")
    for candidate in (path, f"{path}{os.pathsep}{cache()}"):
        if all(shutil.which(program, path=candidate) for program in PROGRAMS):
            return candidate
    return None


def build(tell: Callable[[str], None]) -> None:
    """Build all of them into the cache. Of two at once the second waits, and finds it done.

    Args:
        tell: is told what goes on, line by line: it takes minutes.

    Raises:
        BuildError: a module is missing, or does not compile.
    """
    finished = cache()
    finished.parent.mkdir(parents=True, exist_ok=True)
    with (finished.parent / "engine.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if finished.is_dir():
            return
        with tempfile.TemporaryDirectory(dir=finished.parent) as folder:
            made = Path(folder, "engine")
            made.mkdir()
            _build(made, tell)
            # Whole, or not at all.
            made.rename(finished)
    tell(f"Built into {finished}.")


def _build(folder: Path, tell: Callable[[str], None]) -> None:
    flags = f"-s -w -X {PULUMI}/sdk/v3/go/common/version.Version={version()}"
    _go_build(MODULES, f"{PULUMI}/pkg/v3/cmd/pulumi", folder / "pulumi", tell, "-ldflags", flags)
    host = folder / "languagehost"
    _go_build(MODULES, "./languagehost", host, tell, "-ldflags", "-s -w")
    for language in ("python", "nodejs"):
        # It speaks for the language by whose host's name it is called.
        (folder / f"pulumi-language-{language}").symlink_to(host.name)
    sdk = _go(MODULES, "list", "-m", "-f", "{{.Dir}}", f"{PULUMI}/sdk/v3").strip()
    starter = folder / "pulumi-language-python-exec"
    shutil.copy(Path(sdk, "python", "cmd", starter.name), starter)
    # The module cache is read-only, and this is to be removed some day.
    starter.chmod(starter.stat().st_mode | stat.S_IWUSR)
    yaml = f"{PULUMI}-yaml/cmd/pulumi-language-yaml"
    _go_build(MODULES / "yaml", yaml, folder / "pulumi-language-yaml", tell, "-ldflags", "-s -w")


def _go_build(
    module: Path, package: str, program: Path, tell: Callable[[str], None], *flags: str
) -> None:
    total = len(_go(module, "list", "-deps", package).splitlines())
    tell(f"Building {program.name}: {total} packages, some minutes.")
    command = ["go", "build", "-v", "-o", str(program), *flags, package]
    with subprocess.Popen(
        command, cwd=module, env=_environment(), stderr=subprocess.PIPE, text=True
    ) as going:
        assert going.stderr is not None
        said = list[str]()
        for line in going.stderr:
            said.append(line)
            if len(said) % 200 == 0:
                tell(f"  {len(said)} packages compiled")
    if going.returncode:
        raise BuildError("".join(said[-20:]))


def _go(module: Path, *arguments: str) -> str:
    ran = subprocess.run(
        ["go", *arguments],
        cwd=module,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise BuildError(ran.stderr)
    return ran.stdout


def _environment() -> dict[str, str]:
    # What is committed is what is built, and what is verified.
    return os.environ | {"GOFLAGS": "-mod=readonly", "GOWORK": "off"}
