"""How refused documents and variables are worded."""

# ruff: noqa: E501 (AppSync's messages in one piece)

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse, validate

from local.appsync.documents.schema import build_schema
from local.appsync.documents.validation import validation_error, variable_errors

SCHEMA = build_schema("""
type Query { order(id: ID!, status: Status): Order  find(input: Input!): Order  at(when: AWSDate): Int }
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
    error = validation_error(document, validate(SCHEMA, document)[0])
    assert error["message"] == f"Validation error of type {message}"
    assert error["path"] is None
    assert error["locations"][0].keys() == {"line", "column", "sourceName"}


def refusals(**variables: Any) -> list[str]:
    document = parse("query ($input: Input!) { find(input: $input) { id } }")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return [error["message"] for error in variable_errors(SCHEMA, operation, variables)]


def test_takes_good_variables() -> None:
    assert refusals(input={"name": "a", "quantity": 1, "inner": {"count": None}}) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"quantity": "six"}, "Variable 'quantity' has an invalid value: Expected type 'Int' but was 'String'."),
        ({"quantity": 1.5}, "Variable 'quantity' has an invalid value: Expected a value that can be converted to type 'Int', not 1.5."),
        ({"quantity": None}, "Variable 'quantity' has coerced Null value for NonNull type 'Int!'"),
        ({"name": 5}, "Variable 'name' has an invalid value: Expected type 'String' but was 'Integer'."),
        ({"tags": ["a", 1]}, "Variable 'tags' has an invalid value: Expected type 'String' but was 'Integer'."),
        ({"status": "GONE"}, "Variable 'status' has an invalid value: Invalid input for Enum 'Status'. No value found for name 'GONE'"),
        ({"inner": 1}, "Variable 'inner' has an invalid value: Expected type 'Map' but was 'Integer'."),
        ({"inner": {"count": True}}, "Variable 'count' has an invalid value: Expected type 'Int' but was 'Boolean'."),
        ({"when": "today"}, "Variable 'when' has an invalid value. Unable to parse `today` as a valid Date Object."),
        ({"foo": 1}, "The variables input contains a field name 'foo' that is not defined for input object type 'Input' "),
    ],
)  # fmt: skip
def test_words_a_refused_variable_as_appsync_does(changed: dict[str, Any], message: str) -> None:
    assert refusals(input={"name": "a", "quantity": 1} | changed) == [message]


def test_a_missing_variable_is_null() -> None:
    assert refusals() == ["Variable 'input' has coerced Null value for NonNull type 'Input!'"]
    assert refusals(input={"name": "a"}) == [
        "Variable 'quantity' has coerced Null value for NonNull type 'Int!'"
    ]
