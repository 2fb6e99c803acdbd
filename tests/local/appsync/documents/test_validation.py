"""How refused documents are worded; tests/fidelity has more, with their sources."""

# ruff: noqa: E501 (AppSync's messages in one piece)

import pytest
from graphql import parse, specified_rules

from local.appsync.documents.schema import build_schema
from local.appsync.documents.validation import RULES, validation_errors

SCHEMA = build_schema("""
type Query { order(id: ID!, status: Status): Order  find(input: Input!): Order  at(when: AWSDate): Int }
type Subscription { changed: Order }
type Order { id: ID! name: String }
enum Status { PAID PENDING }
input Input { name: String! quantity: Int! tags: [String!] status: Status inner: Inner when: AWSDate }
input Inner { count: Int }
""")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ nope }", "FieldUndefined: Field 'nope' in type 'Query' is undefined @ 'nope'"),
        ('{ order(id: "1") { x } }',
         "FieldUndefined: Field 'x' in type 'Order' is undefined @ 'order/x'"),
        ("{ order { id } }", "MissingFieldArgument: Missing field argument id @ 'order'"),
        ('{ order(id: "1", a: 1) { id } }',
         "UnknownArgument: Unknown field argument a @ 'order'"),
        ('{ order(id: "1") }',
         "SubSelectionRequired: Sub selection required for type Order of field order @ 'order'"),
        ('{ order(id: "1") { id { a } } }',
         "SubSelectionNotAllowed: Sub selection not allowed on leaf type ID! of field id @ 'order/id'"),
        ('{ order(id: "1", status: GONE) { id } }',
         "WrongType: argument 'status' with value 'EnumValue{name='GONE'}' is not a valid 'Status' @ 'order'"),
        ('{ find(input: {name: "a", quantity: "six"}) { id } }',
         "WrongType: argument 'input.quantity' with value 'StringValue{value='six'}' is not a valid 'Int' @ 'find'"),
        ('{ find(input: {name: "a"}) { id } }',
         "WrongType: argument 'input' with value 'ObjectValue{objectFields=[ObjectField{name='name', "
         "value=StringValue{value='a'}}]}' is missing required fields '[quantity]' @ 'find'"),
        ("query ($a: Int) { order(id: $a) { id } }",
         "VariableTypeMismatch: Variable type 'Int' doesn't match expected type 'ID!' @ 'order'"),
        ("{ order(id: $a) { id } }", "UndefinedVariable: Undefined variable a @ 'order'"),
        ("query ($a: Int) { at }", "UnusedVariable: Unused variable a"),
        ("query ($a: Foo) { at(when: $a) }", "UnknownType: Unknown type Foo"),
        ("{ ...a }", "UndefinedFragment: Undefined fragment a"),
        ("{ at @a }", "UnknownDirective: Unknown directive a @ 'at'"),
        ('{ at(when: "today") }',
         "WrongType: argument 'when' with value 'StringValue{value='today'}' is not a valid 'AWSDate' @ 'at'"),
    ],
)  # fmt: skip
def test_words_a_refused_document_as_appsync_does(query: str, message: str) -> None:
    document = parse(query)
    error = validation_errors(SCHEMA, document)[0]
    assert error["message"] == f"Validation error of type {message}"
    assert error["path"] is None
    assert error["locations"][0].keys() == {"line", "column", "sourceName"}


def test_of_many_errors_a_hundred_come_all_in_appsync_s_words() -> None:
    errors = validation_errors(SCHEMA, parse(f"{{ {'nope ' * 1000} }}"))

    assert {error["message"] for error in errors} == {
        "Validation error of type FieldUndefined: Field 'nope' in type 'Query' is undefined @ 'nope'"
    }
    assert len(errors) == 100


def test_every_rule_that_checks_documents_is_applied() -> None:
    names = {rule.__name__ for rule in RULES}

    replaced = {"ValuesOfCorrectTypeRule", "OverlappingFieldsCanBeMergedRule"}
    assert names == {rule.__name__ for rule in specified_rules} - replaced | {
        "LiteralsOfCorrectType",
        "FieldsCanBeMerged",
    }


@pytest.mark.parametrize(
    "query",
    [
        "subscription { __typename }",
        "{ " + "find(input: {name: 1}) { id } " * 800 + "}",
        "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }",
        "fragment a on Order { id } fragment a on Order { id } { order(id: 1) { ...a } }",
        "query ($a: Int, $a: Int) { a: at(when: $a) }",
        "{ order(id: 1, id: 2) { id } }",
        '{ find(input: {name: "a", name: "b", quantity: 1}) { id } }',
        "{ at @skip(if: true) @skip(if: true) }",
    ],
)
def test_no_refusal_has_a_library_s_words(query: str) -> None:
    errors = validation_errors(SCHEMA, parse(query))

    assert errors
    for error in errors:
        assert error["message"].startswith("Validation error of type ")
        assert "InvalidSyntax" not in error["message"]
