"""graphql-codegen, unchanged: from introspection, and from the published schema."""

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local.appsync.documents.scalars import SCALARS
from local.cloud import ensure_node
from tests.local.appsync.deployment import UserPool, deploy, user_pool_settings
from tests.local.processes import ROOT

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

GRAPHQL = ROOT / "graphql"
OPERATIONS = """
mutation PlaceOrder($input: PlaceOrderInput!) { placeOrder(input: $input) { id status placedAt } }
query GetOrder($id: ID!) { getOrder(id: $id) { status statusReason version } }
query ListOrders($status: OrderStatus) { listOrders(status: $status) { items { id } nextToken } }
subscription OnOrderUpdated($of: ID!) { onOrderUpdated(customerId: $of) { status deletedAt } }
"""
# Compiles only where the generated types are those of the schema.
FRONT_END = """
import type { GetOrderQuery, OnOrderUpdatedSubscription, Order, PlaceOrderMutationVariables }
  from './generated';

export const placing: PlaceOrderMutationVariables = {
  input: { name: 'Pizza', quantity: 6, restaurantId: 'Dominos', addOns: ['extra cheese'] },
};
export const version = (query: GetOrderQuery): number | undefined => query.getOrder?.version;
export const placed = (order: Order): Date => new Date(order.placedAt);
export const gone = (event: OnOrderUpdatedSubscription): boolean =>
  typeof event.onOrderUpdated?.deletedAt === 'string';
// @ts-expect-error: the quantity is a number.
export const wrong: PlaceOrderMutationVariables = { input: { ...placing.input, quantity: '6' } };
"""
# Without the types of all that is installed, which would take most of the time.
TYPESCRIPT = {
    "compilerOptions": {"strict": True, "noEmit": True, "types": [], "lib": ["es2020"]},
    "files": ["front_end.ts"],
}


def node(folder: Path, command: str, *arguments: str) -> None:
    ensure_node()
    ran = subprocess.run(  # noqa: S603 (our own tools)
        ["node", ROOT / "node_modules" / command, *arguments],  # noqa: S607
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def generated(folder: Path, schema: Any) -> str:
    """The types that codegen makes of a schema and of operations, and a front end compiles with."""
    # Plugins are looked for where the configuration lies.
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    (folder / "operations.graphql").write_text(OPERATIONS)
    (folder / "front_end.ts").write_text(FRONT_END)
    output = {
        "plugins": ["typescript", "typescript-operations"],
        "config": {"strictScalars": True, "scalars": dict.fromkeys(SCALARS, "string")},
    }
    configuration = {
        "schema": schema,
        "documents": "operations.graphql",
        "generates": {"generated.ts": output},
    }
    (folder / "codegen.json").write_text(json.dumps(configuration))
    node(folder, "@graphql-codegen/cli/cjs/bin.js", "--config", "codegen.json")
    (folder / "tsconfig.json").write_text(json.dumps(TYPESCRIPT))
    node(folder, "typescript/bin/tsc", "--project", ".")
    return (folder / "generated.ts").read_text()


@pytest.mark.cloud
def test_from_introspection(appsync: "AppSyncClient", pool: UserPool, tmp_path: Path) -> None:
    additional = [{"authenticationType": "AWS_IAM"}]
    api = deploy(
        appsync,
        (GRAPHQL / "schema.graphql").read_text(),
        **user_pool_settings(pool),
        additionalAuthenticationProviders=additional,
    )
    token = pool.sign_in("alice")["access"]
    types = generated(tmp_path, {api.url: {"headers": {"Authorization": token}}})
    assert "The caller's order by that id" in types


def test_from_the_published_file(tmp_path: Path) -> None:
    published = str(GRAPHQL / "published" / "orderflow.graphql")
    assert "The caller's order by that id" in generated(tmp_path, published)
