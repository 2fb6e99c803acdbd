"""What the client selected below a field."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLIncludeDirective,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)
from graphql.execution.execute import get_field_def
from graphql.execution.values import get_directive_values
from graphql.language import FragmentDefinitionNode


def selection_paths(info: GraphQLResolveInfo) -> list[str]:
    """`ctx.info.selectionSetList`: `items`, `items/id` …, by alias where there is one.

    It has the fields of the current type only: of an interface those that the interface has, of a
    union none but `__typename`.
    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html#aws-appsync-resolver-context-reference-info-js
    """
    paths: dict[str, None] = {}

    def add(kind: Any, nodes: Iterable[FieldNode], prefix: str) -> None:
        current: Any = cast("Any", get_named_type(kind))
        if not is_composite_type(current):
            return
        sets = [node.selection_set for node in nodes if node.selection_set]
        for key, group in grouped(sets, info, current).items():
            paths[f"{prefix}{key}"] = None
            definition: Any = get_field_def(info.schema, current, group[0])
            add(definition.type, group, f"{prefix}{key}/")

    add(info.return_type, info.field_nodes, "")
    return list(paths)


def keep_selected(info: GraphQLResolveInfo, data: Any) -> Any:
    """An error's data, filtered by the query's selection set as AppSync does."""

    def keep(value: Any, sets: list[SelectionSetNode | None]) -> Any:
        if isinstance(value, list):
            items: list[Any] = value
            return [keep(item, sets) for item in items]
        if not isinstance(value, dict) or not any(sets):
            return value
        record: dict[str, Any] = value
        selected: dict[str, list[SelectionSetNode | None]] = {}
        for selections in sets:
            for node in _fields(info, selections):
                selected.setdefault(node.name.value, []).append(node.selection_set)
        return {
            name: keep(record[name], below) for name, below in selected.items() if name in record
        }

    return keep(data, [node.selection_set for node in info.field_nodes])


def by_field_name(info: GraphQLResolveInfo, value: Any) -> Any:
    """A completed field's value, with the names of fields in the place of aliases."""

    def rename(value: Any, sets: list[SelectionSetNode | None]) -> Any:
        if isinstance(value, list):
            items: list[Any] = value
            return [rename(item, sets) for item in items]
        if not isinstance(value, dict) or not any(sets):
            return value
        record: dict[str, Any] = value
        nodes: dict[str, list[FieldNode]] = {}
        for selections in sets:
            for node in _fields(info, selections):
                nodes.setdefault((node.alias or node.name).value, []).append(node)
        return {
            nodes[key][0].name.value: rename(item, [node.selection_set for node in nodes[key]])
            for key, item in record.items()
        }

    return rename(value, [node.selection_set for node in info.field_nodes])


class Request(Protocol):
    """What decides which of a document's selections count; a resolver's `info` has it, too."""

    @property
    def schema(self) -> GraphQLSchema: ...
    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]: ...
    @property
    def variable_values(self) -> dict[str, Any]: ...


def grouped(
    sets: Iterable[SelectionSetNode], request: Request, kind: GraphQLCompositeType
) -> dict[str, list[FieldNode]]:
    """The fields that are selected of a type, by the key that they have in the answer."""
    fields: dict[str, list[FieldNode]] = {}
    seen: set[str] = set()
    for selections in sets:
        for node in fields_of(
            selections,
            request.fragments,
            lambda node: _included(request, node) and _applies(request, node, kind),
            seen,
        ):
            fields.setdefault((node.alias or node.name).value, []).append(node)
    return fields


def _applies(request: Request, node: SelectionNode, kind: GraphQLCompositeType) -> bool:
    """Whether all objects of a type have what a fragment selects."""
    if isinstance(node, FieldNode):
        return True
    fragment: Any = node
    if isinstance(node, FragmentSpreadNode):
        fragment = request.fragments[node.name.value]
    condition = fragment.type_condition
    if condition is None or condition.name.value == kind.name:
        return True
    wider: Any = request.schema.type_map.get(condition.name.value)
    return is_abstract_type(wider) and request.schema.is_sub_type(wider, cast("Any", kind))


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """A document's fragments by their names."""
    return {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }


def fields_of(
    selections: SelectionSetNode | None,
    fragments: Mapping[str, FragmentDefinitionNode],
    included: Callable[[SelectionNode], bool] = lambda _: True,
    seen: set[str] | None = None,
) -> Iterator[FieldNode]:
    """The fields of a selection set and of its fragments, each fragment's once.

    Nested fragments that repeat each other would otherwise take time without end.

    Args:
        seen: names of fragments whose fields are known already; those that are met are added.
    """
    met: set[str] = set() if seen is None else seen

    def of(selections: SelectionSetNode | None) -> Iterator[FieldNode]:
        for node in selections.selections if selections else ():
            if not included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                yield from of(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in met:
                met.add(node.name.value)
                yield from of(fragments[node.name.value].selection_set)

    return of(selections)


def _fields(info: GraphQLResolveInfo, selections: SelectionSetNode | None) -> Iterator[FieldNode]:
    return fields_of(selections, info.fragments, lambda node: _included(info, node))


def _included(request: Request, node: SelectionNode) -> bool:
    if not node.directives:
        return True
    skip = get_directive_values(GraphQLSkipDirective, node, request.variable_values)
    include = get_directive_values(GraphQLIncludeDirective, node, request.variable_values)
    return not (skip and skip["if"]) and not (include and not include["if"])
