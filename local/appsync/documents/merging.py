"""Fields of one key must be one field, in graphql-java's words.

graphql-core compares every two of them, and every two fragments: seconds for 50 kB. Here each is
compared with the first of its kind, level by level, in the time that the document is long with its
fragments written out.

https://spec.graphql.org/October2021/#sec-Field-Selection-Merging
https://github.com/graphql-java/graphql-java/blob/v12.0/src/main/java/graphql/validation/rules/OverlappingFieldsCanBeMerged.java
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, cast

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLNonNull,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    get_named_type,
    is_leaf_type,
    is_object_type,
)
from graphql.execution.execute import get_field_def

from local.appsync.documents.complexity import MOST_LEVELS
from local.appsync.documents.literals import Invalid, literal_text

# Objects of many types below interfaces could be compared again in each of them.
_MOST_COMPARED = 100_000


class _Field(NamedTuple):
    """A field that is selected of a type; both types are None where the schema has none such."""

    node: FieldNode
    parent: Any
    kind: Any


class _Conflict(NamedTuple):
    reason: str
    node: FieldNode


class FieldsCanBeMerged(ValidationRule):
    """Checks each operation with all fragments that it uses."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.compared = 0
        self._arguments: dict[int, dict[str, str]] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        root = self.context.schema.get_root_type(node.operation)
        fields = self._collect([(node.selection_set, root)])
        for conflict in self._conflicts(fields, 0, strict=True):
            self.report_error(Invalid("FieldsConflict", conflict.reason, conflict.node))

    def _collect(
        self, sets: Iterable[tuple[SelectionSetNode | None, Any]]
    ) -> dict[str, list[_Field]]:
        """The fields of selection sets, each of a type, by key."""
        fields: dict[str, list[_Field]] = {}
        seen: set[str] = set()

        def collect(selections: SelectionSetNode | None, parent: Any) -> None:
            for node in selections.selections if selections else ():
                if isinstance(node, FieldNode):
                    key = (node.alias or node.name).value
                    fields.setdefault(key, []).append(
                        _Field(node, parent, self._kind(parent, node))
                    )
                elif isinstance(node, InlineFragmentNode):
                    collect(node.selection_set, self._condition(node, parent))
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                    seen.add(node.name.value)
                    if fragment := self.context.get_fragment(node.name.value):
                        collect(fragment.selection_set, self._condition(fragment, parent))

        for selections, parent in sets:
            collect(selections, parent)
        return fields

    def _condition(self, fragment: Any, parent: Any) -> Any:
        condition = fragment.type_condition
        return self.context.schema.type_map.get(condition.name.value) if condition else parent

    def _kind(self, parent: Any, node: FieldNode) -> Any:
        if not hasattr(parent, "fields") and not node.name.value.startswith("__"):
            return None
        definition: Any = get_field_def(self.context.schema, parent, node)
        return definition.type if definition else None

    def _conflicts(
        self, fields: dict[str, list[_Field]], level: int, *, strict: bool
    ) -> list[_Conflict]:
        """What conflicts; where it is not strict, only that answers are of different shapes."""
        conflicts: list[_Conflict] = []
        if level > MOST_LEVELS:
            # A fragment that uses itself, which another rule tells of.
            return conflicts
        for key, alike in fields.items():
            self.compared += len(alike)
            if self.compared > _MOST_COMPARED:
                return [_Conflict(f"{key}: too many fields to compare", alike[0].node)]
            if found := self._difference(key, alike, strict=strict):
                conflicts.append(found)
                continue
            below = self._below(alike, level + 1, strict=strict)
            if len(alike) == 1:
                conflicts.extend(below)
            elif below:
                reasons = ", ".join(each.reason for each in below)
                conflicts.append(_Conflict(f"{key}: ({reasons})", alike[0].node))
        return conflicts

    def _below(self, alike: list[_Field], level: int, *, strict: bool) -> list[_Conflict]:
        groups = _that_meet(alike) if strict else []
        conflicts = [
            conflict
            for group in groups
            for conflict in self._conflicts_in(group, level, strict=True)
        ]
        # Objects of different types never meet, but their answers have the same shape.
        if not conflicts and len(groups) != 1:
            conflicts = self._conflicts_in(alike, level, strict=False)
        return conflicts

    def _conflicts_in(self, alike: list[_Field], level: int, *, strict: bool) -> list[_Conflict]:
        sets = [(each.node.selection_set, cast("Any", get_named_type(each.kind))) for each in alike]
        return self._conflicts(self._collect(sets), level, strict=strict)

    def _difference(self, key: str, alike: list[_Field], *, strict: bool) -> _Conflict | None:
        for other in alike[1:]:
            if reason := _different_shapes(alike[0].kind, other.kind):
                return _Conflict(f"{key}: {reason}", alike[0].node)
        for group in _that_meet(alike) if strict else ():
            for other in group[1:]:
                if reason := self._different_fields(group[0].node, other.node):
                    return _Conflict(f"{key}: {reason}", group[0].node)
        return None

    def _different_fields(self, one: FieldNode, other: FieldNode) -> str | None:
        if one.name.value != other.name.value:
            return f"{one.name.value} and {other.name.value} are different fields"
        if self._arguments_of(one) != self._arguments_of(other):
            return "they have differing arguments"
        return None

    def _arguments_of(self, node: FieldNode) -> dict[str, str]:
        arguments = self._arguments.get(id(node))
        if arguments is None:
            arguments = self._arguments[id(node)] = {
                each.name.value: literal_text(each.value) for each in node.arguments
            }
        return arguments


def _that_meet(fields: list[_Field]) -> list[list[_Field]]:
    """Fields that one object may have, together; those of an interface or union in each group."""
    of_any = [each for each in fields if not is_object_type(each.parent)]
    groups: dict[str, list[_Field]] = {}
    for each in fields:
        if is_object_type(each.parent):
            groups.setdefault(each.parent.name, list(of_any)).append(each)
    return list(groups.values()) or [of_any]


def _different_shapes(one: Any, other: Any) -> str | None:
    """Why values of two types cannot be in one place of an answer."""
    if one is None or other is None or one is other:
        return None
    if isinstance(one, GraphQLNonNull) != isinstance(other, GraphQLNonNull):
        return "fields have different nullability shapes"
    if isinstance(one, GraphQLList) != isinstance(other, GraphQLList):
        return "fields have different list shapes"
    if isinstance(one, GraphQLNonNull | GraphQLList):
        return _different_shapes(one.of_type, other.of_type)
    if is_leaf_type(one) or is_leaf_type(other):
        return f"they return differing types {one.name} and {other.name}"
    return None
