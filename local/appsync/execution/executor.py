"""Runs an operation as graphql-java does, which AppSync is made of.

graphql-core would stop at the first null of a non-null field, hold the event loop while it
completes a large value, and recurse as deep as the data goes. Here each null is an error of its
own, others have their turn every few hundred values, and the depth does not matter.

https://github.com/graphql-java/graphql-java/blob/v12.0/src/main/java/graphql/execution/ExecutionStrategy.java
"""

import asyncio
import contextlib
import inspect
import logging
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
)
from graphql.execution.execute import get_field_def
from graphql.language import OperationType
from graphql.pyutils import Path, is_iterable

from local.appsync.documents.coercion import CoercionRefused, serialize
from local.appsync.documents.places import locations
from local.appsync.documents.selection import fragments_of, grouped
from local.appsync.documents.values import argument_values
from local.appsync.errors import ResolverError
from local.appsync.execution.api import FieldResolver, member

# Others have their turn after so much work: a value is 1, a field that is asked of a resolver more.
_WORK_IN_A_ROW = 500
_WORK_OF_RESOLVER = 25
# Planning the selections of a longer document would hold the event loop.
_SHORT_DOCUMENT = 5_000
# An answer of more would take memory that this machine may not have: some 500 bytes each.
MOST_VALUES = 250_000
# What an error takes of them.
_VALUES_OF_ERROR = 5

log = logging.getLogger("appsync")


class AnswerTooLarge(Exception):
    """The operation asks for more values than an answer may have."""


@dataclass(frozen=True, slots=True)
class Selected:
    """A field of an object type, as it is selected.

    Attributes:
        parent: the type that has it.
        nodes: all places of the document that select it.
        kind: the definition's type.
        is_member: whether its value is a member of its source.
    """

    parent: GraphQLObjectType
    nodes: list[FieldNode]
    definition: GraphQLField
    kind: Any
    arguments: dict[str, Any]
    is_member: bool

    @property
    def name(self) -> str:
        return self.nodes[0].name.value

    @property
    def nullable(self) -> bool:
        return not isinstance(self.kind, GraphQLNonNull)


class _Slot(NamedTuple):
    """Where a value belongs.

    Attributes:
        container: the object or the list; the path's last key is the place in it.
        parent: the container's own slot; None for the answer's `data`.
    """

    container: Any
    path: Path
    parent: "_Slot | None"
    nullable: bool

    def fill(self, value: Any) -> None:
        self.container[self.path.key] = value


@dataclass
class Run:
    """One run of an operation.

    Args:
        variable_values: coerced.
        context: what resolvers get as `info.context`.
        most_values: that the answer may have.
        waits: whether others may have their turn.

    Attributes:
        data: the answer's; None where a null reached it.
        errors: the answer's, in AppSync's shape.
        values: how many values the answer has, those that were thrown away included.
        work: how much has been done.
    """

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    variable_values: dict[str, Any]
    context: Any
    root_value: Any = None
    most_values: int = MOST_VALUES
    waits: bool = True
    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    values: int = 0
    work: int = 0

    def __post_init__(self) -> None:
        self._next_turn = _WORK_IN_A_ROW
        self.fragments = fragments_of(self.document)
        # By the type and the (kept, so never reused) list of nodes.
        self._plans: dict[tuple[str, int], dict[str, Selected]] = {}

    async def run(self) -> None:
        """Resolve everything, one mutation after another and all else at once.

        Raises:
            AnswerTooLarge: nothing is answered.
        """
        root = self.schema.get_root_type(self.operation.operation)
        assert root is not None
        selected = await self._planned(root, [self.operation])
        data: dict[str, Any] = dict.fromkeys(selected)
        self.data = data
        fields = [
            (_Slot(data, Path(None, key, root.name), None, each.nullable), each)
            for key, each in selected.items()
        ]
        if self.operation.operation == OperationType.MUTATION:
            for each in fields:
                await self._begin([each])
                if self.is_null:
                    return
        else:
            await self._begin(fields)

    def run_at_once(self) -> None:
        """Do the same where no resolver runs, so that nothing is waited for."""
        self.waits = False
        running = self.run()
        with contextlib.suppress(StopIteration):
            while True:
                running.send(None)

    def root_fields(self, root: GraphQLObjectType) -> dict[str, Selected]:
        """The operation's own fields, by their keys in the answer."""
        return self._plan(root, [self.operation])

    async def selected(self, kind: GraphQLObjectType, above: Selected) -> dict[str, Selected]:
        """What is selected of an object that a field has, by its keys in the answer."""
        key = (kind.name, id(above.nodes))
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = await self._planned(kind, above.nodes)
        return plan

    async def _planned(
        self, kind: GraphQLObjectType, nodes: Iterable[FieldNode | OperationDefinitionNode]
    ) -> dict[str, Selected]:
        length = self.document.loc.end if self.document.loc else 0
        if self.waits and length > _SHORT_DOCUMENT:
            return await asyncio.to_thread(self._plan, kind, nodes)
        return self._plan(kind, nodes)

    def _plan(
        self, kind: GraphQLObjectType, nodes: Iterable[FieldNode | OperationDefinitionNode]
    ) -> dict[str, Selected]:
        sets = [node.selection_set for node in nodes if node.selection_set]
        plan: dict[str, Selected] = {}
        for key, group in grouped(sets, self, kind).items():
            definition: Any = get_field_def(self.schema, kind, group[0])
            resolve = definition.resolve
            plan[key] = Selected(
                parent=kind,
                nodes=group,
                definition=definition,
                kind=definition.type,
                arguments=argument_values(definition, group[0], self.variable_values),
                is_member=isinstance(resolve, FieldResolver) and resolve.is_member(self.context),
            )
        return plan

    @property
    def is_null(self) -> bool:
        """Whether a null has reached the answer's data."""
        return self.data is None

    def info(self, selected: Selected, path: Path) -> GraphQLResolveInfo:
        """What a field's resolver is told."""
        return GraphQLResolveInfo(
            selected.name,
            selected.nodes,
            selected.kind,
            selected.parent,
            path,
            self.schema,
            self.fragments,
            self.root_value,
            self.operation,
            self.variable_values,
            self.context,
            inspect.isawaitable,
        )

    async def _begin(self, fields: list[tuple[_Slot, Selected]]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                await _Branch(self, group).resolve(fields, self.root_value)
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from failures

    def add(self, values: int) -> None:
        """Count values of the answer."""
        self.values += values
        self.work += values

    def fail(self, slot: _Slot, error: dict[str, Any]) -> None:
        """Note what went wrong with a value, and put null in its place."""
        self.errors.append(error)
        self.add(_VALUES_OF_ERROR)
        self.give_up(slot)

    def give_up(self, slot: _Slot) -> None:
        """Put null where it may be: here, or instead of the nearest nullable thing around it."""
        at: _Slot | None = slot
        while at is not None and not at.nullable:
            at = at.parent
        if at is None:
            self.data = None
        else:
            at.fill(None)

    @property
    def is_turn_of_others(self) -> bool:
        """Whether so much has been done that others should have their turn: await `turn`."""
        return self.work >= self._next_turn

    async def turn(self) -> None:
        """Let others have their turn.

        Raises:
            AnswerTooLarge: the answer has more values than it may have.
        """
        if self.values > self.most_values:
            raise AnswerTooLarge
        self._next_turn = self.work + _WORK_IN_A_ROW
        if self.waits:
            await asyncio.sleep(0)


class _Branch:
    """Completes one resolver's value, and all below it that needs no other resolver."""

    def __init__(self, run: Run, group: asyncio.TaskGroup) -> None:
        self._run = run
        self._group = group
        # Values whose place is known, the next one last.
        self._pending: list[tuple[_Slot, Any, Selected, Any]] = []

    async def resolve(self, fields: list[tuple[_Slot, Selected]], source: Any) -> None:
        """Resolve fields of one source, and complete what is there at once."""
        await self._fields(fields, source)
        await self._complete_all()

    async def _later(
        self, slot: _Slot, selected: Selected, value: Coroutine[Any, Any, Any]
    ) -> None:
        """Complete a value that a resolver is still working on, in a branch of its own."""
        try:
            resolved = await value
        except Exception as error:
            self._run.fail(slot, field_error(slot.path, selected.nodes, error))
            return
        branch = _Branch(self._run, self._group)
        await branch.complete(slot, selected, resolved)

    async def complete(self, slot: _Slot, selected: Selected, value: Any) -> None:
        """Complete a field's value."""
        self._pending.append((slot, selected.kind, selected, value))
        await self._complete_all()

    async def _complete_all(self) -> None:
        while self._pending:
            await self._complete(*self._pending.pop())

    async def _fields(self, fields: list[tuple[_Slot, Selected]], source: Any) -> None:
        """Ask for fields that are no members, or of the root, which may be forbidden."""
        run = self._run
        begun: list[tuple[_Slot, Any, Selected, Any]] = []
        for slot, selected in fields:
            run.add(1)
            run.work += _WORK_OF_RESOLVER
            if run.is_turn_of_others:
                await run.turn()
            resolve: Any = selected.definition.resolve
            try:
                value = resolve(source, run.info(selected, slot.path), **selected.arguments)
            except Exception as error:
                run.fail(slot, field_error(slot.path, selected.nodes, error))
                continue
            if inspect.iscoroutine(value):
                task = self._group.create_task(self._later(slot, selected, value))
                # One that is cancelled before it begins would leave its resolver behind.
                task.add_done_callback(lambda _, value=value: value.close())
            else:
                begun.append((slot, selected.kind, selected, value))
        self._pending.extend(reversed(begun))

    async def _complete(self, slot: _Slot, kind: Any, selected: Selected, value: Any) -> None:
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        if value is None:
            if not slot.nullable:
                self._run.fail(slot, _null_error(slot.path, kind, selected))
        elif isinstance(kind, GraphQLList):
            await self._complete_list(slot, cast("Any", kind), selected, value)
        elif is_leaf_type(kind):
            try:
                slot.fill(serialize(cast("Any", kind), value))
            except CoercionRefused as refusal:
                message = f"Can't serialize value ({_text(slot.path)}) : {refusal}"
                self._run.fail(slot, _short_error(slot.path, message))
            except Exception as error:
                self._run.fail(slot, field_error(slot.path, selected.nodes, error))
        else:
            await self._complete_object(slot, kind, selected, value)

    async def _complete_list(self, slot: _Slot, kind: Any, selected: Selected, value: Any) -> None:
        if not is_iterable(value):
            message = (
                f"Can't resolve value ({_text(slot.path)}) : "
                "type mismatch error, expected type LIST"
            )
            self._run.fail(slot, _short_error(slot.path, message))
            return
        values: list[Any] = list(value)
        items: list[Any] = [None] * len(values)
        slot.fill(items)
        nullable = not isinstance(kind.of_type, GraphQLNonNull)
        # The first of them is to be completed next.
        for index in range(len(values) - 1, -1, -1):
            self._run.add(1)
            if self._run.is_turn_of_others:
                await self._run.turn()
            if not _put(items, index, kind.of_type, values[index]):
                inside = _Slot(items, Path(slot.path, index, None), slot, nullable)
                self._pending.append((inside, kind.of_type, selected, values[index]))

    async def _complete_object(
        self, slot: _Slot, kind: Any, selected: Selected, value: Any
    ) -> None:
        concrete = self._concrete(kind, value) if is_abstract_type(kind) else kind
        if concrete is None:
            message = (
                f"Can't resolve '{_text(slot.path)}'. Abstract type '{kind.name}' must resolve to "
                f"an Object type at runtime for field '{selected.parent.name}.{selected.name}'. "
                f"Could not determine the exact type of '{kind.name}'"
            )
            self._run.fail(slot, _short_error(slot.path, message))
            return
        fields = await self._run.selected(concrete, selected)
        record: dict[str, Any] = dict.fromkeys(fields)
        slot.fill(record)
        asked: list[tuple[_Slot, Selected]] = []
        pending: list[tuple[_Slot, Any, Selected, Any]] = []
        for key, each in fields.items():
            if each.is_member:
                self._run.add(1)
                if self._run.is_turn_of_others:
                    await self._run.turn()
                inner = member(value, each.name)
                if _put(record, key, each.kind, inner):
                    continue
                inside = _Slot(record, Path(slot.path, key, concrete.name), slot, each.nullable)
                pending.append((inside, each.kind, each, inner))
            else:
                inside = _Slot(record, Path(slot.path, key, concrete.name), slot, each.nullable)
                asked.append((inside, each))
        await self._fields(asked, value)
        self._pending.extend(reversed(pending))

    def _concrete(self, kind: Any, value: Any) -> GraphQLObjectType | None:
        """The object type that a value of an abstract type says it is of."""
        if not isinstance(value, dict):
            return None
        name = cast("dict[str, Any]", value).get("__typename")
        concrete: Any = self._run.schema.type_map.get(name) if isinstance(name, str) else None
        if is_object_type(concrete) and self._run.schema.is_sub_type(kind, concrete):
            return concrete
        return None


def _put(container: Any, key: str | int, kind: Any, value: Any) -> bool:
    """Complete a value at once, if nothing about it needs its place to be known: most are such."""
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if value is None:
        return inner is kind
    if not is_leaf_type(inner):
        return False
    try:
        container[key] = serialize(cast("Any", inner), value)
    except Exception:
        # It is completed again, where its error is told of.
        return False
    return True


def _text(path: Path) -> str:
    """`/orders/items[0]/id`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f"/{key}" for key in path.as_list())


def _short_error(path: Path, message: str) -> dict[str, Any]:
    """An error of graphql-java's own in a field."""
    return {"path": path.as_list(), "locations": None, "message": message}


def _null_error(path: Path, kind: Any, selected: Selected) -> dict[str, Any]:
    return _short_error(
        path,
        f"Cannot return null for non-nullable type: '{kind}' "
        f"within parent '{selected.parent.name}' ({_text(path)})",
    )


def field_error(path: Path, nodes: list[FieldNode], error: Exception) -> dict[str, Any]:
    """What went wrong in a field's resolver, in AppSync's shape."""
    failure = error
    if not isinstance(failure, ResolverError):
        log.error("Internal failure at %s", _text(path), exc_info=error)
        failure = ResolverError(
            "An internal failure occurred while resolving this field.", "InternalFailure"
        )
    return {
        "path": path.as_list(),
        "data": failure.data,
        "errorType": failure.error_type,
        "errorInfo": failure.info,
        "locations": locations(GraphQLError("", nodes)),
        "message": failure.message,
    }
