"""What a run that keeps its state writes down of its stage, for the next run to serve it again."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from local.cloud import CloudError
from local.cloud.saved_state import damaged
from local.engine.deployed import Deployed
from local.engine.program import ROOT

SOURCES = (
    *("Pulumi*.yaml", "__main__.py", "infra/**/*", "functions/**/*", "graphql/**/*"),
    *("outputs/*", "storefront/headers.json"),
)
# Not what editors put beside them.
SUFFIXES = {".py", ".js", ".json", ".graphql", ".yaml"}


@dataclass(frozen=True, kw_only=True)
class StoredStage:
    """A deployed stage, whose addresses hold the ports that it was deployed at.

    Args:
        deployed: the stage; empty where the deployment was left to the Pulumi CLI.
        program: `fingerprint` of the program that was deployed.
    """

    emulator_port: int
    gateway_port: int
    deployed: Deployed
    program: str

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The stage of a state folder; None where none was deployed to its end.

        Raises:
            CloudError: what was written down is damaged.
        """
        file = folder / "stage.json"
        try:
            if not file.is_file():
                return None
            stored: dict[str, Any] = json.loads(file.read_text())
            return cls(deployed=Deployed.of_json(stored.pop("deployed")), **stored)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise damaged(file, error, folder.parent) from error

    def write(self, folder: Path) -> None:
        stored = {**vars(self), "deployed": self.deployed.as_json()}
        # Whole or not at all: it is written while the stage changes.
        written = folder / "stage.json.new"
        written.write_text(json.dumps(stored))
        written.replace(folder / "stage.json")

    def require_ports(self, emulator_port: int | None, gateway_port: int | None) -> None:
        """Refuse other ports than the stage's; None is any.

        Raises:
            CloudError: the stage's addresses would lead nowhere.
        """
        if emulator_port in (None, self.emulator_port) and gateway_port in (
            None,
            self.gateway_port,
        ):
            return
        raise CloudError(
            f"The stored stage has its addresses at ports {self.emulator_port} (AWS) and "
            f"{self.gateway_port} (AppSync), and cannot move. Choose no other ports."
        )


def fingerprint() -> str:
    """Of the program's files: another one deploys another stage."""
    digest = hashlib.sha256()
    for file in source_files():
        content = file.read_bytes()
        digest.update(f"{file.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def source_files() -> list[Path]:
    """The program's files."""
    found = (file for pattern in SOURCES for file in ROOT.glob(pattern))
    return sorted(f for f in found if f.suffix in SUFFIXES and "__pycache__" not in f.parts)
