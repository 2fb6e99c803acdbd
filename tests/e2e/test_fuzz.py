"""Thousands of generated operations, valid and broken: each is answered, and shows only one's own.

Hypothesis draws them the same way in every run. A quarter are made from the schema alone, a quarter
are those with a piece torn out or put in, a quarter are the real operations with values that may be
anything, and a quarter are bodies that may be anything.
"""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from graphql import print_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes

from infra.order_api import GRAPHQL
from local.appsync.documents.schema import build_schema
from local.customers import Customer
from tests.e2e.conftest import Deploy
from tests.e2e.stage import DELETE, GET, LIST, LIST_RESTAURANT, PLACE, RETRY, UPDATE, Stage

OPERATIONS = 5_200
OF_EACH_KIND = OPERATIONS // 4
SECRET = "a name that only Alice knows"
# What a caller is told when it asks for something that cannot be; anything else is a fault.
EXPECTED = {
    None,
    "ValidationError",
    "OrderNotFound",
    "OrderConflict",
    "Unauthorized",
    "QueryDepthLimitReached",
    "BadRequestException",
    "MalformedHttpRequestException",
    "RequestEntityTooLargeException",
}
PUBLISH = """
  mutation ($order: OrderUpdateInput!) { publishOrderUpdate(order: $order) { id name } }
"""
FUZZ = settings(
    max_examples=OF_EACH_KIND,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Fuzzed:
    """Bob, who sends all this, and the orders of Alice, which he must never see."""

    def __init__(self, stage: Stage) -> None:
        alice, self.bob = stage.customer(), stage.customer()
        self.alice: Customer = alice
        self.foreign_ids = [stage.store(alice.sub, name=SECRET) for _ in range(3)]
        self.own_ids = [stage.store(self.bob.sub, status=status) for status in ("PAID", "PENDING")]
        page = stage.graphql(alice.access_token, LIST, limit=1)["listOrders"]
        self.foreign_token: str = page["nextToken"]
        self._address = urlsplit(str(stage.outputs["graphqlUrl"]))
        self._connection = HTTPConnection(self._address.netloc, timeout=35)

    def send(self, body: bytes) -> None:
        """Send a body and check what every answer must be."""
        headers = {
            "authorization": self.bob.access_token,
            "content-type": "application/json",
        }
        self._connection.request("POST", self._address.path, body, headers)
        response = self._connection.getresponse()
        text = response.read().decode()
        assert response.status in {200, 400}, text
        answer = json.loads(text)
        for error in answer.get("errors", []):
            assert error.get("errorType") in EXPECTED, text
            assert error["message"], text
        assert SECRET not in text
        # An id that Bob named comes back in an error's words; Alice herself never does.
        assert self.alice.sub not in text or self.alice.sub.encode() in body

    def close(self) -> None:
        self._connection.close()

    def query(self, query: str, variables: Any = None) -> None:
        self.send(json.dumps({"query": query, "variables": variables}).encode())


@pytest.fixture(scope="module")
def stage(deploy: Deploy) -> Stage:
    return deploy(workflowType="STANDARD")


@pytest.fixture(scope="module")
def fuzzed(stage: Stage) -> Iterator[Fuzzed]:
    fuzzed = Fuzzed(stage)
    yield fuzzed
    fuzzed.close()


SCHEMA = build_schema((GRAPHQL / "schema.graphql").read_text())
DATE_TIMES = st.sampled_from(["2026-01-01T12:00:00.000Z", "never", ""])
DOCUMENTS = from_schema(
    print_schema(SCHEMA),
    custom_scalars={
        name: DATE_TIMES.map(nodes.String) for name in SCHEMA.type_map if name.startswith("AWS")
    },
)


PIECES = st.sampled_from([*'{}()[]:!$@"#\\,|&= ', "...", "on", "null", "-1", "1e999", "fragment a"])


@FUZZ
@given(query=DOCUMENTS, piece=PIECES, data=st.data())
def test_what_the_schema_allows_whole_and_with_a_piece_missing_or_too_many(
    fuzzed: Fuzzed, query: str, piece: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(query)))
    end = data.draw(st.integers(start, min(start + 20, len(query))))
    fuzzed.query(query)
    fuzzed.query(query[:start] + piece + query[end:])


# Half a character, which JSON can spell, is among the texts.
TEXTS = st.text(max_size=120) | st.just("a\ud83c")
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=12)
        | st.dictionaries(st.sampled_from(["id", "name", "quantity", "__proto__", "x"]), inner)
    ),
    max_leaves=12,
)


@FUZZ
@given(data=st.data())
def test_the_real_operations_with_any_values(fuzzed: Fuzzed, data: st.DataObject) -> None:
    ids = st.sampled_from([*fuzzed.foreign_ids, *fuzzed.own_ids]) | st.uuids().map(str) | ANYTHING
    tokens = st.sampled_from([None, fuzzed.foreign_token, fuzzed.foreign_token[:-2]]) | ANYTHING
    customers = st.sampled_from([fuzzed.alice.sub, fuzzed.bob.sub]) | ANYTHING
    versions = st.integers(0, 3) | ANYTHING
    names = st.text(max_size=120) | ANYTHING
    quantities = st.integers(-1, 102) | ANYTHING
    restaurants = st.sampled_from(["Dominos", "Burger & Co.", "", "'"]) | ANYTHING
    add_ons = st.lists(st.text(max_size=52), max_size=12) | ANYTHING
    limits = st.integers(-1, 102) | ANYTHING
    statuses = st.sampled_from([None, "PAID", "PENDING", "PAYMENT_FAILED"]) | ANYTHING
    order = {"name": names, "quantity": quantities, "restaurantId": restaurants}
    listing = {"status": statuses, "limit": limits, "nextToken": tokens}

    def of(required: dict[str, Any], optional: dict[str, Any] | None = None) -> st.SearchStrategy:
        return st.fixed_dictionaries(required, optional=optional or {}) | ANYTHING

    query, variables = data.draw(
        st.one_of(
            *(
                st.tuples(st.just(query), values)
                for query, values in (
                    (GET, of({"id": ids})),
                    (LIST, of({}, listing)),
                    (LIST_RESTAURANT, of({"restaurantId": restaurants}, listing)),
                    (
                        PLACE,
                        of({"input": of(order, {"addOns": add_ons, "clientRequestToken": ids})}),
                    ),
                    (
                        UPDATE,
                        of(
                            {
                                "input": of(
                                    {"id": ids, "version": versions},
                                    {"name": names, "quantity": quantities, "addOns": add_ons},
                                )
                            }
                        ),
                    ),
                    (RETRY, of({"id": ids})),
                    (DELETE, of({"id": ids})),
                    (PUBLISH, of({"order": of({**order, "id": ids, "customerId": customers})})),
                )
            )
        )
    )
    fuzzed.query(query, variables)


@FUZZ
@given(
    body=st.binary(max_size=200)
    | ANYTHING.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries(
        {}, optional={"query": ANYTHING, "operationName": ANYTHING, "variables": ANYTHING}
    ).map(lambda request: json.dumps(request).encode())
)
def test_any_body(fuzzed: Fuzzed, body: bytes) -> None:
    fuzzed.send(body)


def test_all_of_it_has_changed_nothing_of_others(stage: Stage, fuzzed: Fuzzed) -> None:
    assert set(stage.orders(fuzzed.alice.sub)) == set(fuzzed.foreign_ids)
    assert {item["version"]["N"] for item in stage.orders(fuzzed.alice.sub).values()} == {"1"}
