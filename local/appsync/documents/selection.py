"""What the client selected below a field."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLResolveInfo,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
)
from graphql.execution.values import get_directive_values
from graphql.language import FragmentDefinitionNode


def selection_paths(info: GraphQLResolveInfo) -> list[str]:
    """`ctx.info.selectionSetList`: `items`, `items/id` …, by alias where there is one."""
    paths: dict[str, None] = {}

    def add(selections: SelectionSetNode | None, prefix: str) -> None:
        for node in _fields(info, selections):
            path = prefix + (node.alias or node.name).value
            paths[path] = None
            add(node.selection_set, f"{path}/")

    for node in info.field_nodes:
        add(node.selection_set, "")
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
        nodes = [node for selections in sets for node in _fields(info, selections)]
        return {
            node.name.value: keep(
                record[node.name.value],
                [other.selection_set for other in nodes if other.name.value == node.name.value],
            )
            for node in nodes
            if node.name.value in record
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


def fields_of(
    selections: SelectionSetNode | None,
    fragments: Mapping[str, FragmentDefinitionNode],
    included: Callable[[SelectionNode], bool] = lambda _: True,
) -> Iterator[FieldNode]:
    """The fields of a selection set and of its fragments, each fragment's once.

    Nested fragments that repeat each other would otherwise take time without end.
    """
    seen: set[str] = set()

    def of(selections: SelectionSetNode | None) -> Iterator[FieldNode]:
        for node in selections.selections if selections else ():
            if not included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                yield from of(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                yield from of(fragments[node.name.value].selection_set)

    return of(selections)


def _fields(info: GraphQLResolveInfo, selections: SelectionSetNode | None) -> Iterator[FieldNode]:
    return fields_of(selections, info.fragments, lambda node: _included(info, node))


def _included(info: GraphQLResolveInfo, node: SelectionNode) -> bool:
    if not node.directives:
        return True
    skip = get_directive_values(GraphQLSkipDirective, node, info.variable_values)
    include = get_directive_values(GraphQLIncludeDirective, node, info.variable_values)
    return not (skip and skip["if"]) and not (include and not include["if"])
