"""Fields of one key: what graphql-core refuses is refused, in much less time."""

import random

import pytest
from graphql import DocumentNode, parse, validate
from graphql.language import visit
from graphql.utilities import TypeInfo, TypeInfoVisitor
from graphql.validation import OverlappingFieldsCanBeMergedRule, ValidationContext

from local.appsync.documents.merging import FieldsCanBeMerged
from local.appsync.documents.schema import build_schema

SCHEMA = build_schema("""
type Query { a: A b: B node: Node any: Any }
interface Node { id: ID! name: String }
type A implements Node {
  id: ID! name: String note: String count(of: Int): Int node: Node any: Any a: A
}
type B implements Node {
  id: ID! name: String note: Int other: String count(of: Int): Int node: Node b: B
}
union Any = A | B
""")
FIELDS = {
    "Query": ["a", "b", "node", "any"],
    "Node": ["id", "name"],
    "A": ["id", "name", "note", "count", "node", "any", "a"],
    "B": ["id", "name", "note", "other", "count", "node", "b"],
    "Any": ["__typename"],
}
KINDS = {"a": "A", "b": "B", "node": "Node", "any": "Any"}


class Writer:
    """Writes a random document, whose fields are few so that they meet."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311
        self._fragments: dict[str, str] = {}

    def document(self) -> str:
        query = self._selections("Query", 4)
        return f"{query} {' '.join(self._fragments.values())}"

    def _selections(self, kind: str, depth: int) -> str:
        chosen = [self._selection(kind, depth) for _ in range(self._random.randint(1, 4))]
        return f"{{ {' '.join(chosen)} }}"

    def _selection(self, kind: str, depth: int) -> str:
        if kind != "Query" and depth > 0 and self._random.random() < 0.5:
            on = self._random.choice(["A", "B", "Node"] if kind in ("Node", "Any") else [kind])
            body = self._selections(on, depth - 1)
            if self._random.random() < 0.5:
                return f"... on {on} {body}"
            name = f"F{len(self._fragments)}"
            self._fragments[name] = f"fragment {name} on {on} {body}"
            return f"...{name}"
        leaves = [each for each in FIELDS[kind] if each not in KINDS]
        names = FIELDS[kind] if depth > 0 or not leaves else leaves
        name = self._random.choice(names)
        alias = self._random.choice(["", "", "x: ", "y: "])
        argument = self._random.choice(["", "(of: 1)"]) if name == "count" else ""
        below = self._selections(KINDS[name], max(depth - 1, 0)) if name in KINDS else ""
        return f"{alias}{name}{argument} {below}"


def test_refuses_what_graphql_core_refuses() -> None:
    seen = {True: 0, False: 0}
    for seed in range(1500):
        document = parse(Writer(seed).document(), no_location=True)
        expected = bool(validate(SCHEMA, document, [OverlappingFieldsCanBeMergedRule]))

        assert bool(validate(SCHEMA, document, [FieldsCanBeMerged])) == expected, seed
        seen[expected] += 1
    assert min(seen.values()) > 100


def compared(document: DocumentNode) -> int:
    """How many fields the rule compares."""
    types = TypeInfo(SCHEMA)
    rule = FieldsCanBeMerged(ValidationContext(SCHEMA, document, types, lambda _: None))
    visit(document, TypeInfoVisitor(types, rule))
    return rule.compared


@pytest.mark.parametrize(
    "query",
    [
        f"{{ a {{ {'id ' * 1000} }} }}",
        "{ " + "a { id } " * 1000 + "}",
        f"{{ a {{ {' '.join(f'...F{i}' for i in range(1000))} }} }}"
        + " ".join(f"fragment F{i} on A {{ id }}" for i in range(1000)),
    ],
)
def test_compares_each_field_once_in_each_way(query: str) -> None:
    assert compared(parse(query)) <= 4 * 1000


def test_ends_where_fragments_use_themselves() -> None:
    assert compared(parse("{ a { ...F } } fragment F on A { a { ...F } x: a { ...F } }")) < 200_000
