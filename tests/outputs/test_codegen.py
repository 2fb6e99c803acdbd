"""What is made of the schema is made anew, or `make lint` says so; on copies of both."""

import shutil
from pathlib import Path

import pytest

from local.cloud import ensure_node
from outputs.codegen import CodegenError, generate, stale_files
from tests.local.commands import change
from tests.local.processes import ROOT

GENERATED = "storefront/src/api/generated.ts"
PUBLISHED = "graphql/published/orderflow.graphql"
OPERATIONS = "storefront/src/api/operations.graphql"
SCHEMA = "graphql/schema.graphql"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    ensure_node()
    for path in (GENERATED, PUBLISHED, OPERATIONS, SCHEMA, "graphql/appsync.graphql"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, tmp_path / path)
    shutil.copy2(ROOT / "storefront/codegen.ts", tmp_path / "storefront")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path


def test_a_changed_schema_makes_both_stale_until_they_are_made_anew(checkout: Path) -> None:
    as_it_was = (checkout / GENERATED).read_text()
    change(checkout / SCHEMA, "  statusReason: String\n", "  statusReason: String!\n")

    assert stale_files(checkout) == [PUBLISHED, GENERATED]
    # It only looked.
    assert (checkout / GENERATED).read_text() == as_it_was

    generate(checkout)
    assert "readonly statusReason: string," in (checkout / GENERATED).read_text()
    assert "  statusReason: String!\n" in (checkout / PUBLISHED).read_text()


def test_only_what_was_changed_by_hand_is_stale(checkout: Path) -> None:
    change(checkout / GENERATED, "quantity: number", "quantity: string")
    assert stale_files(checkout) == [GENERATED]


def test_a_schema_that_breaks_an_operation_is_told_with_its_place(checkout: Path) -> None:
    change(checkout / SCHEMA, "  retryPayment(id: ID!)", "  payAgain(id: ID!)")
    change(checkout / SCHEMA, "  statusReason: String\n", "")
    lines = (checkout / OPERATIONS).read_text().splitlines()
    reason = lines.index("  statusReason") + 1
    retry = lines.index("  retryPayment(id: $id) {") + 1
    with pytest.raises(CodegenError) as refusal:
        stale_files(checkout)
    assert set(refusal.value.faults) == {
        f'{OPERATIONS}:{reason}:3: Cannot query field "statusReason" on type "Order".',
        f'{OPERATIONS}:{retry}:3: Cannot query field "retryPayment" on type "Mutation".',
    }


@pytest.mark.parametrize("path", [SCHEMA, OPERATIONS])
def test_what_is_no_graphql_is_told_with_its_place(checkout: Path, path: str) -> None:
    (checkout / path).write_text("type {\n")
    with pytest.raises(CodegenError, match="Syntax Error") as refusal:
        stale_files(checkout)
    assert path.rpartition("/")[2] in str(refusal.value)
