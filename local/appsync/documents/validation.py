"""Validates documents, and words what is wrong as AppSync, which is graphql-java, words it.

https://github.com/graphql-java/graphql-java/tree/v12.0/src/main/java/graphql/validation/rules
"""

import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    VariableDefinitionNode,
    specified_rules,
    validate,
)
from graphql.validation import (
    ASTValidationRule,
    OverlappingFieldsCanBeMergedRule,
    ValuesOfCorrectTypeRule,
)

from local.appsync.documents.complexity import TooComplex, check_complexity
from local.appsync.documents.literals import Invalid, LiteralsOfCorrectType
from local.appsync.documents.merging import FieldsCanBeMerged
from local.appsync.documents.places import locations

_REPLACED: dict[type[ASTValidationRule], type[ASTValidationRule]] = {
    ValuesOfCorrectTypeRule: LiteralsOfCorrectType,
    OverlappingFieldsCanBeMergedRule: FieldsCanBeMerged,
}
RULES = tuple(_REPLACED.get(rule, rule) for rule in specified_rules)
# graphql-core's last error where there are more than a hundred.
_MANY = "Too many validation errors"
# What graphql-core says, and graphql-java's name and words for it.
_WORDS = {
    r"Cannot query field '(.+?)' on type '(.+?)'\.": (
        "FieldUndefined",
        "Field '{0}' in type '{1}' is undefined",
    ),
    r"Unknown argument '(.+?)' on field '.+?'\.": ("UnknownArgument", "Unknown field argument {0}"),
    r"Unknown argument '(.+?)' on directive '.+?'\.": (
        "UnknownDirective",
        "Unknown directive argument {0}",
    ),
    r"Field '.+?' argument '(.+?)' of type '.+?' is required": (
        "MissingFieldArgument",
        "Missing field argument {0}",
    ),
    r"Directive '.+?' argument '(.+?)' of type '.+?' is required": (
        "MissingDirectiveArgument",
        "Missing directive argument {0}",
    ),
    r"There can be only one argument named '(.+?)'": (
        "DuplicateArgumentNames",
        "There can be only one argument named '{0}'",
    ),
    r"There can be only one input field named '(.+?)'": (
        "UniqueObjectFieldName",
        "There can be only one field named '{0}'",
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
    r"There can be only one variable named '\$(.+?)'": (
        "DuplicateVariableName",
        "There can be only one variable named '{0}'",
    ),
    r"Variable '\$.+?' cannot be non-input type": (
        "NonInputTypeOnVariable",
        "Wrong type for a variable",
    ),
    r"Variable '\$.+?' of type '(.+?)' used in position expecting type '(.+?)'\.": (
        "VariableTypeMismatch",
        "Variable type '{0}' doesn't match expected type '{1}'",
    ),
    r"Unknown type '(.+?)'\.": ("UnknownType", "Unknown type {0}"),
    r"Unknown fragment '(.+?)'\.": ("UndefinedFragment", "Undefined fragment {0}"),
    r"Fragment '(.+?)' is never used\.": ("UnusedFragment", "Unused fragment {0}"),
    r"There can be only one fragment named '(.+?)'": (
        "DuplicateFragmentName",
        "There can be only one fragment named '{0}'",
    ),
    r"Cannot spread fragment '.+?' within itself": ("FragmentCycle", "Fragment cycles not allowed"),
    r"Fragment cannot condition on non composite type": (
        "InlineFragmentTypeConditionInvalid",
        "Inline fragment type condition is invalid, must be on Object/Interface/Union",
    ),
    r"Fragment '.+?' cannot condition on non composite type": (
        "FragmentTypeConditionInvalid",
        "Fragment type condition is invalid, must be on Object/Interface/Union",
    ),
    r"Fragment cannot be spread here as objects of type '(.+?)' can never be of type '(.+?)'": (
        "InvalidFragmentType",
        "Fragment cannot be spread here as objects of type {0} can never be of type {1}",
    ),
    r"Fragment '(.+?)' cannot be spread here as objects of type '(.+?)' can never be of type"
    r" '(.+?)'": (
        "InvalidFragmentType",
        "Fragment {0} cannot be spread here as objects of type {1} can never be of type {2}",
    ),
    r"(Anonymous Subscription|Subscription '.+?') must select only one top level field\.": (
        "SubscriptionMultipleRootFields",
        "{0} must have exactly one root field",
    ),
    r"(Anonymous Subscription|Subscription '.+?') must not select an introspection": (
        "SubscriptionIntrospectionRootField",
        "{0} root field cannot be an introspection field",
    ),
    r"There can be only one operation named '(.+?)'": (
        "DuplicateOperationName",
        "There can be only one operation named '{0}'",
    ),
    r"This anonymous operation must be the only": (
        "LoneAnonymousOperationViolation",
        "Anonymous operation with other operations.",
    ),
    r"The '?(.+?)'? definition is not executable": (
        "NonExecutableDefinition",
        "The {0} definition is not executable.",
    ),
    r"Unknown directive '@(.+?)'\.": ("UnknownDirective", "Unknown directive {0}"),
    r"Directive '@(.+?)' may not be used on": (
        "MisplacedDirective",
        "Directive {0} not allowed here",
    ),
    r"The directive '@(.+?)' can only be used once": (
        "DuplicateDirectiveName",
        "Directives must be uniquely named within a location. The directive '{0}' is not unique.",
    ),
    r"Maximum introspection depth exceeded": (
        "BadFaithIntrospection",
        "This request is not asking for introspection in good faith",
    ),
}
_RULES = [(re.compile(pattern), kind, words) for pattern, (kind, words) in _WORDS.items()]


def validation_errors(schema: GraphQLSchema, document: DocumentNode) -> list[dict[str, Any]]:
    """What is wrong with a document, in AppSync's shape: at most a hundred errors.

    `{"path": null, "locations": […], "message": "Validation error of type …"}`
    """
    try:
        check_complexity(document)
    except TooComplex as refusal:
        return [{"path": None, "locations": None, "message": str(refusal)}]
    return [
        validation_error(document, error)
        for error in validate(schema, document, RULES)
        if not error.message.startswith(_MANY)
    ]


def validation_error(document: DocumentNode, error: GraphQLError) -> dict[str, Any]:
    """An error of a rule, in AppSync's shape and words."""
    node = error.nodes[0] if error.nodes else None
    if error.nodes and isinstance(node, VariableDefinitionNode):
        # graphql-java points at where a variable is used, not at its definition.
        node = error.nodes[-1]
    ancestors = list(_ancestors(document, node)) if node else []
    fields = "/".join(each.name.value for each in ancestors if isinstance(each, FieldNode))
    at = f" @ '{fields}'" if fields else ""
    kind, text = _words(error)
    message = f"Validation error of type {kind}: {text}{at}"
    return {"path": None, "locations": locations(GraphQLError("", node)), "message": message}


def _words(error: GraphQLError) -> tuple[str, str]:
    if isinstance(error, Invalid):
        return error.kind, error.message
    for pattern, kind, words in _RULES:
        if match := pattern.match(error.message):
            return kind, words.format(*match.groups())
    return "InvalidSyntax", "The document is not valid"


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
