"""The GraphQL API: its schema, and what resolves its fields."""

from collections.abc import Iterator
from dataclasses import dataclass

from preview.api.schema import breaking_changes, dangerous_changes, definitions
from preview.evaluation.evaluated import Evaluated, Resource
from preview.recording import outputs
from preview.resources.comparison import Comparison, ResourceChange

API = "aws:appsync/graphQLApi:GraphQLApi"
RESOLVER = "aws:appsync/resolver:Resolver"
FUNCTION = "aws:appsync/function:Function"


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """A field that is resolved otherwise.

    Args:
        field: such as `Mutation.placeOrder`.
        by: what differs: properties of its resolver, or steps of its pipeline.
    """

    field: str
    by: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ApiChange:
    """What differs for clients.

    Args:
        breaking, dangerous: graphql-core's words, such as `FIELD_REMOVED Order.id was removed.`
        added, removed: definitions, such as `Order.version: Int!`.
    """

    breaking: tuple[str, ...] = ()
    dangerous: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    fields: tuple[FieldChange, ...] = ()

    @property
    def is_told(self) -> bool:
        return self != ApiChange()


def api_change(comparison: Comparison) -> ApiChange:
    """What differs; an API that is new, or no more, differs in its resources alone.

    Raises:
        GraphQLError: a schema is none.
    """
    before, after = _schema(comparison.before), _schema(comparison.after)
    fields = tuple(sorted(_fields(comparison), key=lambda each: each.field))
    if before is None or after is None or before == after:
        return ApiChange(fields=fields)
    was, now = definitions(before), definitions(after)
    return ApiChange(
        breaking=tuple(breaking_changes(before, after)),
        dangerous=tuple(dangerous_changes(before, after)),
        added=tuple(sorted(now - was)),
        removed=tuple(sorted(was - now)),
        fields=fields,
    )


def _schema(evaluated: Evaluated) -> str | None:
    for each in evaluated.resources:
        if each.type == API:
            return each.properties.get("schema")
    return None


def _fields(comparison: Comparison) -> Iterator[FieldChange]:
    changed = {each.identity: each for each in comparison.changes if each.operation != "same"}
    steps = {
        _function_id(comparison.after, each): each.properties.get("name", each.name)
        for each in comparison.after.resources
        if each.type == FUNCTION and each.identity in changed
    }
    for each in comparison.after.resources:
        if each.type != RESOLVER:
            continue
        # A resolver that is made anew needs no word of its steps.
        own = changed.get(each.identity)
        by = [*_by(own)] if own else []
        if not own or own.operation != "create":
            pipeline = (each.properties.get("pipelineConfig") or {}).get("functions", ())
            by += dict.fromkeys(f"step {steps[step]}" for step in pipeline if step in steps)
        if by:
            yield FieldChange(field=_field(each), by=tuple(by))
    before = {each.identity: each for each in comparison.before.resources}
    for change in comparison.all("delete"):
        if change.type == RESOLVER:
            yield FieldChange(field=_field(before[change.identity]), by=("removed",))


def _by(change: ResourceChange) -> Iterator[str]:
    if change.operation == "create":
        yield "new"
    yield from dict.fromkeys(each.root for each in change.properties)


def _field(resolver: Resource) -> str:
    return f"{resolver.properties.get('type')}.{resolver.properties.get('field')}"


def _function_id(evaluated: Evaluated, function: Resource) -> str:
    key = evaluated.recording.known_as.get(function.key, function.key)
    return outputs(*key)["functionId"]
