"""The definition's JSONata: the reference implementation and the emulator's give the same values.

The emulator's goes through the workflow with orders, results and errors of all kinds; both evaluate
each expression on each input that it meets there. The reference is of the version that AWS names:
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

import contextlib
import itertools
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from ministack.services import stepfunctions  # pyright: ignore[reportMissingTypeStubs]

from local.cloud import ensure_node
from preview.recording import record_program

REFERENCE = Path(__file__).with_name("jsonata_reference.mjs")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

TEXTS: list[tuple[str, list[str]]] = [
    ("Pizza", []),
    ('The "best" \\ of\nboth\tworlds \x01', ["extra 'cheese'"]),
    ("Crème brûlée 🍮 \u2028 مرحبا", ["a, b", 'c"d', "\\e", "f\ng", "🌶" * 50, "{% $order %}"]),
    ("null", ["true", "1"]),
]
REASONS = [None, "payment method declined", 'no "answer" \\ yet\n🍮']
CAUSES = [
    {},
    {"Cause": ""},
    {"Cause": json.dumps({"errorMessage": 'said "no"\n\\ 🍮', "trace": ["at\tone"]})},
    {"Cause": "🌶 \n" * 1000},
]


@dataclass(frozen=True, kw_only=True)
class Case:
    """An expression, where it stands, and what it can name."""

    place: str
    expression: str
    bindings: Mapping[str, Any]

    @property
    def key(self) -> str:
        return json.dumps([self.place, self.expression, self.bindings], sort_keys=True)


@dataclass(kw_only=True)
class Walk:
    """Every way of one message through the definition, as far as results and errors lead."""

    definition: dict[str, Any]
    message: dict[str, Any]
    # Each case with what the emulator makes of it.
    cases: dict[str, tuple[Case, dict[str, Any]]] = field(
        default_factory=dict[str, tuple[Case, dict[str, Any]]]
    )

    def __post_init__(self) -> None:
        self.context = {
            "Execution": {"Id": "arn:aws:states:execution:1", "Input": self.message},
        }
        begun = (self.definition["StartAt"], dict[str, Any](), self.message)
        due, met = [begun], set[str]()
        while due:
            step = due.pop()
            if (key := json.dumps(step, sort_keys=True)) not in met:
                met.add(key)
                due += self._leave(*step)

    def _leave(
        self, name: str, variables: dict[str, Any], given: Any
    ) -> Iterator[tuple[str, dict[str, Any], Any]]:
        state = self.definition["States"][name]
        states = {"input": given, "context": self.context}

        def evaluate(part: Any, place: str, **more: Any) -> Any:
            return self._fill(part, f"{name}.{place}", variables, {**states, **more})

        def way(part: dict[str, Any], place: str, output: Any, **more: Any) -> Any:
            assigned = evaluate(part.get("Assign", {}), f"{place}Assign", **more)
            return part.get("Next", part.get("Default")), {**variables, **assigned}, output

        evaluate({key: state[key] for key in ("Error", "Cause") if key in state}, "Fail")
        arguments = evaluate(state.get("Arguments", {}), "Arguments")
        if state["Type"] == "Task":
            for result in results(state["Resource"], arguments, variables):
                if "Next" in state:
                    yield way(state, "", result, result=result)
            for index, catcher in enumerate(state.get("Catch", ())):
                for error, cause in itertools.product(catcher["ErrorEquals"], CAUSES):
                    output = {"Error": error, **cause}
                    yield way(catcher, f"Catch[{index}].", output, errorOutput=output)
        for index, rule in enumerate(state.get("Choices", ())):
            if evaluate(rule["Condition"], f"Choices[{index}].Condition"):
                yield way(rule, f"Choices[{index}].", given)
                return
        if "Default" in state:
            yield way(state, "", given)

    def _fill(
        self, part: Any, place: str, variables: dict[str, Any], states: dict[str, Any]
    ) -> Any:
        if isinstance(part, dict):
            return {
                name: self._fill(each, f"{place}.{name}", variables, states)
                for name, each in cast(dict[str, Any], part).items()
            }
        if not (isinstance(part, str) and part.startswith("{%")):
            return part
        expression = part[2:-2].strip()
        # Only what it names, so that it is evaluated once where that is the same.
        named = {name: each for name, each in variables.items() if f"${name}" in expression}
        named["states"] = {
            name: each for name, each in states.items() if f"$states.{name}" in expression
        }
        case = Case(place=place, expression=expression, bindings=named)
        if case.key not in self.cases:
            self.cases[case.key] = case, by_emulator(case)
        return self.cases[case.key][1].get("value")


def by_emulator(case: Case) -> dict[str, Any]:
    variables = dict(case.bindings)
    states = variables.pop("states")
    try:
        value: Any = stepfunctions._evaluate_jsonata(  # pyright: ignore
            case.expression,
            states.get("input"),
            {**states.get("context", {}), "variables": variables},
            states.get("result"),
            states.get("errorOutput"),
        )
    except stepfunctions._ExecutionError as error:  # pyright: ignore
        return {"fault": str(error)}
    return {"value": value}


def results(resource: str, arguments: dict[str, Any], variables: dict[str, Any]) -> Iterator[Any]:
    """What a task's service can answer, as far as the workflow looks at it."""
    match resource.rpartition(":::")[2]:
        case "lambda:invoke":
            for reason in REASONS:
                outcome = "DECLINED" if reason else "ACCEPTED"
                yield {"Payload": {"outcome": outcome, "reason": reason}, "StatusCode": 200}
        case "dynamodb:updateItem":
            order, reason = variables["order"], variables.get("reason")
            yield {"Attributes": item(order, "PAYMENT_FAILED" if reason else "PAID", reason)}
        case "dynamodb:getItem":
            yield {}
            for found in items(variables["order"]):
                yield {"Item": found}
        case _:
            yield {"MessageId": str(arguments.get("TableName", "1"))}


def items(order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """How an order can stand in the table, that a message asks for once more."""
    later = {**order, "attempt": order["attempt"] + 1}
    pending = item(order, "PENDING")
    yield pending
    # Its token is another order's.
    yield {**pending, "name": {"S": "Another"}, "addOns": {"L": []}}
    yield item(order, "PAID")
    yield item(later, "PAID")
    for reason in REASONS[1:]:
        failed = item(order, "PAYMENT_FAILED", reason)
        yield failed
        again = {key: value for key, value in failed.items() if key != "statusReason"}
        yield {**again, "status": {"S": "PENDING"}, "attempt": {"N": str(later["attempt"])}}
    # As the door takes an attempt back.
    yield {**item(order, "PAYMENT_FAILED"), "statusReason": {"NULL": True}}
    tombstone = {key: pending[key] for key in ("id", "customerId")} | {"deletedAt": {"S": "2026"}}
    yield tombstone
    for paid in (order, later):
        yield {**tombstone, "paidAttempt": {"N": str(paid["attempt"])}}


def item(order: dict[str, Any], status: str, reason: str | None = None) -> dict[str, Any]:
    """The order as DynamoDB attributes, ended by its attempt unless it is pending."""
    why = {"statusReason": {"S": reason}} if reason else {}
    as_asked: dict[str, Any] = {
        **{name: {"S": order[name]} for name in ("name", "restaurantId")},
        "quantity": {"N": str(order["quantity"])},
        "addOns": {"L": [{"S": each} for each in order["addOns"]]},
        "status": {"S": status},
        "attempt": {"N": str(order["attempt"])},
        **why,
    }
    return {
        **{name: {"S": order[name]} for name in ("id", "customerId")},
        **as_asked,
        "placedAt": {"S": order["placedAt"]},
        "updatedAt": {"S": order["placedAt"]},
        "version": {"N": "2"},
        **({"ended": {"M": as_asked}} if status != "PENDING" else {}),
    }


def messages() -> Iterator[dict[str, Any]]:
    for (name, add_ons), attempt in zip(TEXTS, itertools.cycle([1, 2, 99])):
        yield {
            "id": "01KB3X5YKYMBYYB3G1PS1TQR0W",
            "customerId": "3344a8d2-0081-70aa-3f35-3b2d0a2f9a11",
            "name": name,
            "quantity": 6,
            "restaurantId": "Burger & Co.'s",
            "addOns": add_ons,
            "placedAt": "2026-11-24T12:00:00.000Z",
            "attempt": attempt,
        }


@pytest.fixture(scope="module")
def definition() -> dict[str, Any]:
    [machine] = record_program("dev").of("aws:sfn/stateMachine:StateMachine")
    return json.loads(machine.inputs["definition"])


@pytest.fixture(scope="module")
def evaluated(definition: dict[str, Any]) -> list[tuple[Case, dict[str, Any], dict[str, Any]]]:
    """Each case with what the emulator makes of it, and the reference implementation."""
    ensure_node()
    begun = datetime.now(UTC)
    walks = [Walk(definition=definition, message=message) for message in messages()]
    cases = list({k: v for walk in walks for k, v in walk.cases.items()}.values())
    given = [{"expression": each.expression, "bindings": each.bindings} for each, _ in cases]
    ran = subprocess.run(  # noqa: S603 (our own script)
        ["node", REFERENCE],  # noqa: S607
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stderr}\nIs it installed? `make setup` does that."
    by_reference = json.loads(ran.stdout)
    ended = datetime.now(UTC)

    def comparable(value: Any) -> Any:
        """With what `$now()` said as the same text everywhere, and JSON in texts as what it means.

        The emulator's `$string` escapes all but ASCII in it, where the reference does not.
        """
        if isinstance(value, dict):
            return {name: comparable(each) for name, each in cast(dict[str, Any], value).items()}
        if isinstance(value, list):
            return [comparable(each) for each in cast(list[Any], value)]
        if isinstance(value, str) and value.startswith("{"):
            with contextlib.suppress(ValueError):
                return "JSON", comparable(json.loads(value))
        if isinstance(value, str) and MOMENT.fullmatch(value):
            earliest = begun - timedelta(seconds=1)
            return "now" if earliest < datetime.fromisoformat(value) < ended else value
        return value

    return [
        (case, comparable(emulated), comparable(referred))
        for (case, emulated), referred in zip(cases, by_reference, strict=True)
    ]


def expressions(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for each in cast(dict[str, Any], part).values():
            yield from expressions(each)
    elif isinstance(part, list):
        for each in cast(list[Any], part):
            yield from expressions(each)
    elif isinstance(part, str) and part.startswith("{%"):
        yield part[2:-2].strip()


def test_every_expression_is_evaluated(
    definition: dict[str, Any], evaluated: list[tuple[Case, dict[str, Any], dict[str, Any]]]
) -> None:
    assert {case.expression for case, _, _ in evaluated} == set(expressions(definition))


def test_none_is_undefined_or_fails(
    evaluated: list[tuple[Case, dict[str, Any], dict[str, Any]]],
) -> None:
    for case, emulated, referred in evaluated:
        for who, outcome in (("the emulator", emulated), ("the reference", referred)):
            assert "fault" not in outcome, (
                f"{case.place}: {who} has no value, where AWS needs one\n{case.expression}\n"
                f"{outcome['fault']}\nof {json.dumps(case.bindings)[:2000]}"
            )


def test_the_emulator_agrees_with_the_reference(
    evaluated: list[tuple[Case, dict[str, Any], dict[str, Any]]],
) -> None:
    for case, emulated, referred in evaluated:
        if "fault" in emulated or "fault" in referred:
            continue
        assert emulated == referred, (
            f"{case.place}: the two differ; write it so that they agree\n{case.expression}\n"
            f"emulator  {json.dumps(emulated)[:1000]}\nreference {json.dumps(referred)[:1000]}\n"
            f"of {json.dumps(case.bindings)[:2000]}"
        )
