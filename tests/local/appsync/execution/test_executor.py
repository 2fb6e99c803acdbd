"""How operations run: others have their turn, and what is begun is ended."""

import asyncio
import inspect
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import GraphQLResolveInfo, OperationDefinitionNode, build_schema, parse

from local.appsync.execution import executor
from local.appsync.execution.executor import AnswerTooLarge, Run


def resolve_member(source: Any, info: GraphQLResolveInfo, **_: Any) -> Any:
    return source.get(info.field_name)


def make_run(query: str, root: dict[str, Any], **more: Any) -> Run:
    schema = build_schema("""
        type Query { numbers: [Int] things: [Thing] waits: Int late: Int }
        type Mutation { first: Int! second: Int }
        type Thing { a: Int strict: Int! waits: Int thing: Thing }
    """)
    for kind in ("Query", "Mutation", "Thing"):
        for field in schema.type_map[kind].fields.values():  # pyright: ignore
            field.resolve = resolve_member
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return Run(schema, document, operation, {}, SimpleNamespace(), root_value=root, **more)


async def turns_during(work: Coroutine[Any, Any, None]) -> int:
    """How often another task has had its turn when the work is done."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    task = asyncio.create_task(other())
    await work
    task.cancel()
    return turns


def test_others_have_their_turn_while_a_large_list_is_completed() -> None:
    run = make_run("{ numbers }", {"numbers": list(range(20_000))})

    assert asyncio.run(turns_during(run.run())) >= 20_000 // 600
    assert run.data == {"numbers": list(range(20_000))}


def test_others_have_their_turn_while_many_fields_of_an_object_are_asked_for() -> None:
    aliases = " ".join(f"a{each}: numbers" for each in range(2_000))
    run = make_run(f"{{ {aliases} }}", {"numbers": []})

    assert asyncio.run(turns_during(run.run())) >= 2_000 // 25


def test_others_have_their_turn_while_errors_are_collected() -> None:
    run = make_run("{ things { strict } }", {"things": [{}] * 3_000})

    assert asyncio.run(turns_during(run.run())) >= 3_000 // 120
    assert len(run.errors) == 3_000


TOO_LARGE: list[tuple[str, dict[str, Any]]] = [
    ("{ numbers }", {"numbers": [1] * 101}),
    ("{ things { a b: a } }", {"things": [{"a": 1}] * 40}),
    # An error takes more than a value.
    ("{ things { strict } }", {"things": [{}] * 20}),
]


@pytest.mark.parametrize(("query", "root"), TOO_LARGE)
def test_an_answer_may_not_have_more_values_than_it_may_have(
    query: str, root: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "_WORK_IN_A_ROW", 10)
    with pytest.raises(AnswerTooLarge):
        asyncio.run(make_run(query, root, most_values=100).run())


def test_objects_of_any_depth_are_completed() -> None:
    thing: dict[str, Any] = {"a": 1}
    for _ in range(90):
        thing = {"thing": thing}
    run = make_run(f"{{ things {{ {'thing { ' * 90} a {'} ' * 90} }} }}", {"things": [thing]})

    asyncio.run(run.run())

    assert run.errors == []
    found: Any = run.data
    assert found
    found = found["things"][0]
    for _ in range(90):
        found = found["thing"]
    assert found == {"a": 1}


def test_fields_are_resolved_at_once_and_a_mutation_after_another() -> None:
    begun: list[str] = []

    async def value(name: str) -> int:
        begun.append(name)
        await asyncio.sleep(0)
        begun.append(f"{name} done")
        return 1

    query = make_run("{ waits late }", {"waits": value("a"), "late": value("b")})
    asyncio.run(query.run())
    assert begun == ["a", "b", "a done", "b done"]

    begun.clear()
    mutation = make_run("mutation { first second }", {"first": value("a"), "second": value("b")})
    asyncio.run(mutation.run())
    assert begun == ["a", "a done", "b", "b done"]


async def never() -> None:
    await asyncio.Event().wait()


def test_a_run_that_is_cancelled_leaves_no_resolver_behind() -> None:
    things = [{"waits": never()} for _ in range(10)]
    run = make_run("{ things { waits } }", {"things": things})

    async def cancelled() -> None:
        task = asyncio.create_task(run.run())
        for _ in range(3):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(cancelled())
    assert {inspect.getcoroutinestate(thing["waits"]) for thing in things} == {inspect.CORO_CLOSED}


def test_a_resolver_that_never_began_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "_WORK_IN_A_ROW", 10)
    waits = never()
    run = make_run("{ waits numbers }", {"waits": waits, "numbers": [1] * 10}, most_values=1)

    with pytest.raises(AnswerTooLarge):
        asyncio.run(run.run())

    assert inspect.getcoroutinestate(waits) == inspect.CORO_CLOSED
