"""What a run that keeps its state writes down of its stage, for the next run to serve it again."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from local.cloud import CloudError
from local.cloud.saved_state import damaged
from local.engine.program import ROOT

SOURCES = ("Pulumi*.yaml", "__main__.py", "infra/**/*", "functions/**/*", "graphql/**/*")


@dataclass(frozen=True, kw_only=True)
class StoredStage:
    """A deployed stage, whose addresses hold the ports that it was deployed at.

    Args:
        outputs: the stack's; empty where the deployment was left to the Pulumi CLI.
        program: `fingerprint` of the program that was deployed.
    """

    emulator_port: int
    gateway_port: int
    outputs: dict[str, Any]
    program: str

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The stage of a state folder; None where none was deployed to its end.

        Raises:
            CloudError: what was written down is damaged.
        """
        file = folder / "stage.json"
        try:
            return cls(**json.loads(file.read_text())) if file.is_file() else None
        except (ValueError, TypeError) as error:
            raise damaged(file, error, folder.parent) from error

    def write(self, folder: Path) -> None:
        (folder / "stage.json").write_text(json.dumps(asdict(self)))

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
    for file in sorted(file for pattern in SOURCES for file in ROOT.glob(pattern)):
        if file.is_file() and "__pycache__" not in file.parts:
            content = file.read_bytes()
            digest.update(f"{file.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()
