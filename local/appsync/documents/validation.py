"""Words graphql-core's refusals as AppSync, which is graphql-java, words them."""

import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    is_non_null_type,
    type_from_ast,
)
from graphql.utilities import coerce_input_value

from local.appsync.documents.places import places

_ARGUMENT = "argument '{argument}' with value '{value}' "
# What graphql-core says, and graphql-java's name and words for it.
_WORDS = {
    r"Cannot query field '(.+?)' on type '(.+?)'\.": (
        "FieldUndefined",
        "Field '{0}' in type '{1}' is undefined",
    ),
    r"Unknown argument '(.+?)' on field '.+?'\.": ("UnknownArgument", "Unknown field argument {0}"),
    r"Field '.+?' argument '(.+?)' of type '.+?' is required": (
        "MissingFieldArgument",
        "Missing field argument {0}",
    ),
    r"Field '(.+?)' of type '(.+?)' must have a selection": (
        "SubSelectionRequired",
        "Sub selection required for type {1} of field {0}",
    ),
    r"Field '(.+?)' must not have a selection since type '(.+?)'": (
        "SubSelectionNotAllowed",
        "Sub selection not allowed on leaf type {1} of field {0}",
    ),
    r"Variable '\$(.+?)' is not defined": ("UndefinedVariable", "Undefined variable {0}"),
    r"Variable '\$(.+?)' is never used": ("UnusedVariable", "Unused variable {0}"),
    r"Variable '\$.+?' of type '(.+?)' used in position expecting type '(.+?)'\.": (
        "VariableTypeMismatch",
        "Variable type '{0}' doesn't match expected type '{1}'",
    ),
    r"Unknown type '(.+?)'\.": ("UnknownType", "Unknown type {0}"),
    r"Unknown fragment '(.+?)'\.": ("UndefinedFragment", "Undefined fragment {0}"),
    r"Fragment '(.+?)' is never used\.": ("UnusedFragment", "Unused fragment {0}"),
    r"(Anonymous Subscription|Subscription '.+?') must select only one top level field\.": (
        "SubscriptionMultipleRootFields",
        "{0} must have exactly one root field",
    ),
    r"Unknown directive '@(.+?)'\.": ("UnknownDirective", "Unknown directive {0}"),
    r"Field '(.+?)' is not defined by type '(.+?)'\.": (
        "WrongType",
        _ARGUMENT + "contains a field not in '{1}': '{0}'",
    ),
    r"Field '.+?\.(.+?)' of required type '.+?' was not provided\.": (
        "WrongType",
        _ARGUMENT + "is missing required fields '[{0}]'",
    ),
    r"Expected value of type '(.+?)', found null\.": ("WrongType", _ARGUMENT + "must not be null"),
    r"(?:Expected value of type |Value .+? does not exist in |Enum )'(.+?)'": (
        "WrongType",
        _ARGUMENT + "is not a valid '{0}'",
    ),
    r"(\w+) cannot represent": ("WrongType", _ARGUMENT + "is not a valid '{0}'"),
}
_RULES = [(re.compile(pattern), kind, words) for pattern, (kind, words) in _WORDS.items()]


def validation_error(document: DocumentNode, error: GraphQLError) -> dict[str, Any]:
    """`{"path": null, "locations": […], "message": "Validation error of type …"}`."""
    node = error.nodes[0] if error.nodes else None
    if error.nodes and isinstance(node, VariableDefinitionNode):
        # graphql-java points at where a variable is used, not at its definition.
        node = error.nodes[-1]
    ancestors = list(_ancestors(document, node)) if node else []
    fields = "/".join(each.name.value for each in ancestors if isinstance(each, FieldNode))
    at = f" @ '{fields}'" if fields else ""
    message = f"Validation error: {error.message}{at}"
    for pattern, kind, words in _RULES:
        if match := pattern.match(error.message):
            named = [each for each in ancestors if isinstance(each, ArgumentNode | ObjectFieldNode)]
            # An undefined input field is itself the node; its object is what is wrong.
            if "contains a field" in words:
                named = named[:-1]
            text = words.format(
                *match.groups(),
                argument=".".join(each.name.value for each in named),
                value=_value_text(named[-1].value) if named else "",
            )
            message = f"Validation error of type {kind}: {text}{at}"
            break
    return {"path": None, "locations": locations(GraphQLError("", node)), "message": message}


def locations(error: GraphQLError) -> list[dict[str, Any]] | None:
    """Where, in AppSync's shape."""
    return [
        {"line": line, "column": column, "sourceName": None} for line, column in places(error)
    ] or None


def _ancestors(root: Node, target: Node) -> Iterator[Node]:
    """The nodes that enclose a node, outermost first, and the node itself."""
    assert target.loc is not None
    yield root
    for key in root.keys:
        value = getattr(root, key, None)
        for child in value if isinstance(value, tuple) else (value,):
            if (
                isinstance(child, Node)
                and child.loc
                and child.loc.start <= target.loc.start
                and target.loc.end <= child.loc.end
            ):
                yield from _ancestors(child, target)
                return


def _value_text(node: ValueNode) -> str:
    """A literal as graphql-java prints its syntax tree."""
    match node:
        case StringValueNode() | EnumValueNode():
            name = "name" if isinstance(node, EnumValueNode) else "value"
            return f"{_kind(node)}{{{name}='{node.value}'}}"
        case IntValueNode() | FloatValueNode():
            return f"{_kind(node)}{{value={node.value}}}"
        case BooleanValueNode():
            return f"{_kind(node)}{{value={str(node.value).lower()}}}"
        case NullValueNode():
            return "NullValue{}"
        case VariableNode():
            return f"VariableReference{{name='{node.name.value}'}}"
        case ListValueNode():
            return f"ArrayValue{{values=[{', '.join(map(_value_text, node.values))}]}}"
        case ObjectValueNode():
            fields = ", ".join(
                f"ObjectField{{name='{each.name.value}', value={_value_text(each.value)}}}"
                for each in node.fields
            )
            return f"ObjectValue{{objectFields=[{fields}]}}"
        case _:
            return _kind(node)


def _kind(node: Node) -> str:
    return type(node).__name__.removesuffix("Node")


def variable_errors(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: dict[str, Any]
) -> list[dict[str, Any]]:
    """What is wrong with a request's variables, in AppSync's shape; empty where nothing is."""
    errors: list[dict[str, Any]] = []
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        expected: Any = type_from_ast(schema, definition.type)
        where = GraphQLError("", definition)

        def refuse(message: str, where: GraphQLError = where) -> None:
            errors.append({"path": None, "locations": locations(where), "message": message})

        if variables.get(name) is None:
            missing = name in variables or definition.default_value is None
            if is_non_null_type(expected) and missing:
                refuse(f"Variable '{name}' has coerced Null value for NonNull type '{expected}'")
            continue

        def on_error(
            path: list[str | int],
            value: Any,
            error: GraphQLError,
            name: str = name,
            refuse: Any = refuse,
        ) -> None:
            refuse(_variable_words(name, path, value, error))

        coerce_input_value(variables[name], expected, on_error)
    return errors


def _variable_words(name: str, path: list[str | int], value: Any, error: GraphQLError) -> str:
    leaf = next((str(step) for step in reversed(path) if isinstance(step, str)), name)
    if match := re.match(r"Field '(.+?)' of required type '(.+?)' was not provided", error.message):
        return f"Variable '{match[1]}' has coerced Null value for NonNull type '{match[2]}'"
    if match := re.match(r"Expected non-nullable type '(.+?)' not to be None", error.message):
        return f"Variable '{leaf}' has coerced Null value for NonNull type '{match[1]}'"
    if match := re.match(r"Field '(.+?)' is not defined by type '(.+?)'", error.message):
        return (
            f"The variables input contains a field name '{match[1]}' that is not defined for "
            f"input object type '{match[2]}' "
        )
    problem = f"Variable '{leaf}' has an invalid value:"
    if match := re.match(r"(Int|Float|String|Boolean|ID) cannot represent", error.message):
        if match[1] == "Int" and isinstance(value, int | float) and not isinstance(value, bool):
            return f"{problem} Expected a value that can be converted to type 'Int', not {value}."
        return f"{problem} Expected type '{match[1]}' but was '{_java_type(value)}'."
    if match := re.search(r"(?:does not exist in|Enum) '(.+?)'", error.message):
        return f"{problem} Invalid input for Enum '{match[1]}'. No value found for name '{value}'"
    if match := re.match(r"Expected type '(.+?)' to be a mapping", error.message):
        return f"{problem} Expected type 'Map' but was '{_java_type(value)}'."
    # A scalar of AppSync's own says after the semicolon what it wants.
    return f"Variable '{leaf}' has an invalid value. {error.message.rpartition('; ')[2]}"


def _java_type(value: Any) -> str:
    match value:
        case bool():
            return "Boolean"
        case int():
            return "Integer"
        case float():
            return "Double"
        case str():
            return "String"
        case list():
            return "ArrayList"
        case _:
            return "LinkedHashMap"
