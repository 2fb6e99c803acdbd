"""What is made of the schema is made anew, or `make lint` says so; on copies of both."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.cloud import ensure_node
from tests.local.commands import change
from tests.local.processes import ROOT
from tests.outputs.front_end import WITHIN_SECONDS

GENERATED = "storefront/src/api/generated.ts"
PUBLISHED = "graphql/published/orderflow.graphql"
OPERATIONS = "storefront/src/api/operations.graphql"
SCHEMA = "graphql/schema.graphql"
REMEDY = "  Keep what the storefront asks for, or change its operations with the schema."


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    ensure_node()
    for path in (GENERATED, PUBLISHED, OPERATIONS, SCHEMA, "graphql/appsync.graphql"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, tmp_path / path)
    shutil.copy2(ROOT / "storefront/codegen.ts", tmp_path / "storefront")
    shutil.copytree(ROOT / "outputs", tmp_path / "outputs")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path


def codegen(checkout: Path, *arguments: str) -> tuple[int, list[str]]:
    ran = subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "-m", "outputs.codegen", *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
        check=False,
    )
    return ran.returncode, ran.stderr.splitlines()


def stale(file: str) -> str:
    return f"{file} is not what the schema and the operations make: run `make codegen`."


def test_a_changed_schema_makes_both_stale_until_they_are_made_anew(checkout: Path) -> None:
    as_it_was = (checkout / GENERATED).read_text()
    change(checkout / SCHEMA, "  statusReason: String\n", "  statusReason: String!\n")

    assert codegen(checkout, "--check") == (1, [stale(PUBLISHED), stale(GENERATED)])
    # It only looked.
    assert (checkout / GENERATED).read_text() == as_it_was

    assert codegen(checkout) == (0, [])
    assert "readonly statusReason: string," in (checkout / GENERATED).read_text()
    assert "  statusReason: String!\n" in (checkout / PUBLISHED).read_text()
    assert codegen(checkout, "--check") == (0, [])


def test_only_what_was_changed_by_hand_is_stale(checkout: Path) -> None:
    change(checkout / GENERATED, "quantity: number", "quantity: string")
    assert codegen(checkout, "--check") == (1, [stale(GENERATED)])


def test_a_schema_that_breaks_an_operation_is_told_with_its_place(checkout: Path) -> None:
    change(checkout / SCHEMA, "  retryPayment(id: ID!)", "  payAgain(id: ID!)")
    change(checkout / SCHEMA, "  statusReason: String\n", "")
    lines = (checkout / OPERATIONS).read_text().splitlines()
    reason = lines.index("  statusReason") + 1
    retry = lines.index("  retryPayment(id: $id) {") + 1

    exit_code, told = codegen(checkout, "--check")

    assert (exit_code, told[-1]) == (1, REMEDY)
    assert set(told[:-1]) == {
        f'{OPERATIONS}:{reason}:3: Cannot query field "statusReason" on type "Order".',
        f'{OPERATIONS}:{retry}:3: Cannot query field "retryPayment" on type "Mutation".',
    }


@pytest.mark.parametrize("path", [SCHEMA, OPERATIONS])
def test_what_is_no_graphql_is_told_with_its_place(checkout: Path, path: str) -> None:
    (checkout / path).write_text("type {\n")
    told = [f'{path}: Syntax Error: Expected Name, found "{{".', REMEDY]
    assert codegen(checkout, "--check") == (1, told)
