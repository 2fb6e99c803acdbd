"""The published schema, as the code generators of front ends read it, unchanged."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from graphql import (
    Visitor,
    build_schema,
    lexicographic_sort_schema,
    parse,
    print_ast,
    print_schema,
    visit,
)

from tests.local.processes import ROOT
from tests.outputs.front_end import WITHIN_SECONDS, FrontEnd

GRAPHQL = ROOT / "graphql"
PUBLISHED = GRAPHQL / "published" / "orderflow.graphql"
OPERATIONS = """
mutation PlaceOrder($input: PlaceOrderInput!) { placeOrder(input: $input) { id status placedAt } }
query GetOrder($id: ID!) { getOrder(id: $id) { status statusReason version } }
subscription OnOrderUpdated($of: ID!) { onOrderUpdated(customerId: $of) { status deletedAt } }
"""


class WithoutDescriptions(Visitor):
    """Takes them away: they are the same in more than one spelling."""

    def enter(self, node: Any, *_: Any) -> None:
        if getattr(node, "description", None):
            node.description = None


def definitions(sdl: str) -> set[str]:
    return {print_ast(each) for each in visit(parse(sdl), WithoutDescriptions()).definitions}


def test_it_is_the_deployed_schema_with_what_appsync_adds() -> None:
    published = PUBLISHED.read_text()
    deployed = "".join(
        (GRAPHQL / name).read_text() for name in ("appsync.graphql", "schema.graphql")
    )
    # The one with the directives, the other with the descriptions.
    assert definitions(published) == definitions(deployed)
    one, other = (
        print_schema(lexicographic_sort_schema(build_schema(sdl))) for sdl in (published, deployed)
    )
    assert one == other


def test_gql_tada_reads_it(front_end: FrontEnd) -> None:
    plugin = {"name": "gql.tada/ts-plugin", "schema": str(PUBLISHED)}
    front_end.write(
        front_end_ts="""
import { initGraphQLTada, type ResultOf, type VariablesOf } from 'gql.tada';
import type { introspection } from './graphql-env.d.ts';

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { AWSDateTime: string };
}>();
const placeOrder = graphql(`mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) { id status placedAt }
}`);
export const placing: VariablesOf<typeof placeOrder> = {
  input: { name: 'Pizza', quantity: 6, restaurantId: 'Dominos', addOns: ['extra cheese'] },
};
type Placed = ResultOf<typeof placeOrder>['placeOrder'];
export const when = (placed: Placed): Date => new Date(placed.placedAt);
export const paid = (placed: Placed): boolean => placed.status === 'PAID';
// @ts-expect-error: there is no such status.
export const lost = (placed: Placed): boolean => placed.status === 'LOST';
// @ts-expect-error: the quantity is a number.
export const wrong: VariablesOf<typeof placeOrder> = { input: { ...placing.input, quantity: '6' } };
""",
    )
    options = {"plugins": [{**plugin, "tadaOutputLocation": "./graphql-env.d.ts"}]}
    front_end.write(tsconfig_json=json.dumps({"compilerOptions": options}))
    made = front_end.node("gql.tada/bin/cli.js", "generate-output")
    assert made.returncode == 0, made.stdout + made.stderr
    assert front_end.compile("front_end.ts", allowImportingTsExtensions=True) == ""


# Is right only where the generated client is of this schema.
PYTHON = """
import asyncio, httpx, json
from api import Client, OrderStatus, PlaceOrderInput

def answer(request):
    variables = json.loads(request.content)["variables"]
    assert variables == {"input": {"name": "Pizza", "quantity": 6, "restaurantId": "Dominos"}}
    order = {"id": "1", "status": "PENDING", "placedAt": "2026-11-24T12:00:00.000Z"}
    return httpx.Response(200, json={"data": {"placeOrder": order}})

http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
placing = PlaceOrderInput(name="Pizza", quantity=6, restaurant_id="Dominos")
client = Client("http://api.example", http_client=http)
placed = asyncio.run(client.place_order(placing)).place_order
assert placed.status is OrderStatus.PENDING
print(placed.placed_at)
"""
ARIADNE = f"""
[tool.ariadne-codegen]
schema_path = "{PUBLISHED}"
queries_path = "operations.graphql"
target_package_name = "api"

[tool.ariadne-codegen.scalars.AWSDateTime]
type = "str"
"""


def test_ariadne_codegen_reads_it(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(ARIADNE)
    (tmp_path / "operations.graphql").write_text(OPERATIONS)
    for command in (["-m", "ariadne_codegen"], ["-c", PYTHON]):
        ran = subprocess.run(  # noqa: S603 (a tool of the tests, and what it made)
            [sys.executable, *command],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=WITHIN_SECONDS,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout == "2026-11-24T12:00:00.000Z\n"
