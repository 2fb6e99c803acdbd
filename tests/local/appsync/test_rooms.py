"""Imports between the rooms of local/appsync point one way."""

import ast
from pathlib import Path

import pytest

from local import appsync

ROOT = Path(appsync.__file__).parent
# From the street to the cellar.
ROOMS = ["protocols", "control_plane", "execution", "resolvers", "access", "documents"]
CELLAR = {"errors", "aws", "json_text"}
FILES = sorted(ROOT.rglob("*.py"))


def imported_rooms(file: Path) -> set[str]:
    """The rooms of local/appsync that a file imports from."""
    return {
        module.split(".")[2]
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
        and (module := node.module or "").startswith("local.appsync.")
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_room_imports_only_from_those_below_it(file: Path) -> None:
    if file.parent == ROOT:
        allowed = {"protocols"} if file.name == "__init__.py" else CELLAR
    else:
        room = file.relative_to(ROOT).parts[0]
        allowed = set(ROOMS[ROOMS.index(room) :]) | CELLAR

    assert imported_rooms(file) <= allowed


def test_every_room_is_known_and_holds_at_most_a_dozen_files() -> None:
    rooms = {path.name: len(list(path.glob("*.py"))) for path in ROOT.iterdir() if path.is_dir()}
    rooms.pop("__pycache__", None)

    assert rooms.keys() == set(ROOMS)
    assert max(rooms.values()) <= 12
