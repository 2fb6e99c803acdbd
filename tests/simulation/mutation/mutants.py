"""Copies of the definition and of the handlers, each with one thing wrong."""

import ast
import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import yaml

DEFINITION = "infra/order_workflow.asl.yaml"
# What is mutated, and the tests that may see it where the simulator does not.
HANDLERS = {
    "functions/start_workflow/handler.py": ("test_start_workflow",),
    "functions/start_workflow/order_message.py": ("test_start_workflow", "test_order_message"),
    "functions/take_payment/handler.py": ("test_take_payment",),
    "functions/refund_payment/handler.py": ("test_refund_payment",),
    "functions/payments/event.py": ("test_take_payment", "test_refund_payment"),
    "functions/payments/ledger.py": ("test_ledger",),
    "functions/payments/processor.py": ("test_processor",),
}

ASSIGNMENT = re.compile(r"#?\w+ = (?:\w+ \+ )?:\w+")
PLACEHOLDER = re.compile(r"'(:\w+)': \{")


class Mutant(NamedTuple):
    """One file with one thing wrong, and the tests that are asked after the simulator."""

    name: str
    file: str
    text: str
    tests: tuple[str, ...]


def mutants(root: Path) -> list[Mutant]:
    """All there are."""
    definition = yaml.load((root / DEFINITION).read_text(), yaml.CSafeLoader)
    found = [
        Mutant(f"{DEFINITION}: {name}", DEFINITION, json.dumps(mutated, indent=1), ())
        for name, mutated in _definitions(definition)
        if mutated != definition
    ]
    for file, tests in HANDLERS.items():
        paths = tuple(f"tests/functions/{test}.py" for test in tests)
        source = (root / file).read_text()
        for name, text in _modules(source):
            found.append(Mutant(f"{file}:{name}", file, text, paths))
    return found


# The definition.

Document = dict[str, Any]


def _definitions(definition: Document) -> Iterator[tuple[str, Document]]:
    for name, state in definition["States"].items():
        for what, changed in _states(state):
            yield f"{name}: {what}", _with_state(definition, name, changed)
        yield from _skipped(definition, name)


def _with_state(definition: Document, name: str, state: Document) -> Document:
    return {**definition, "States": {**definition["States"], name: state}}


def _skipped(definition: Document, name: str) -> Iterator[tuple[str, Document]]:
    """A task left out: whoever would have gone to it goes on to what follows."""
    state = definition["States"][name]
    if state["Type"] == "Task" and name != definition["StartAt"]:
        after = state.get("Next", "Ended")
        text = json.dumps(definition).replace(f'"Next": "{name}"', f'"Next": "{after}"')
        text = text.replace(f'"Default": "{name}"', f'"Default": "{after}"')
        yield f"{name} is skipped", json.loads(text)


def _states(state: Document) -> Iterator[tuple[str, Document]]:
    after = state.get("Next", "Ended")
    for field in ("Retry", "TimeoutSeconds"):
        if field in state:
            yield f"no {field}", _without(state, field)
    for index, retrier in enumerate(state.get("Retry", ())):
        yield f"no retrier {index + 1}", _dropped(state, "Retry", index)
        for error in retrier["ErrorEquals"][1:]:
            kept = [each for each in retrier["ErrorEquals"] if each != error]
            changed = _replaced(state, "Retry", index, {**retrier, "ErrorEquals": kept})
            yield f"no retry of {error}", changed
    for index, catcher in enumerate(state.get("Catch", ())):
        errors = ", ".join(catcher["ErrorEquals"])
        yield f"no catch of {errors}", _dropped(state, "Catch", index)
        redirected = {**catcher, "Next": after}
        yield f"{errors} goes on to {after}", _replaced(state, "Catch", index, redirected)
        if "Assign" in catcher:
            forgotten = _without(catcher, "Assign")
            yield f"{errors} assigns nothing", _replaced(state, "Catch", index, forgotten)
    for index, rule in enumerate(state.get("Choices", ())):
        yield f"no rule {index + 1}", _dropped(state, "Choices", index)
        for condition in _less(rule["Condition"][2:-2], " and "):
            changed = {**rule, "Condition": f"{{%{condition}%}}"}
            yield (
                f"rule {index + 1} is {condition.strip()}",
                _replaced(state, "Choices", index, changed),
            )
        if "Assign" in rule:
            yield (
                f"rule {index + 1} assigns nothing",
                _replaced(state, "Choices", index, _without(rule, "Assign")),
            )
    for what, arguments in _arguments(state.get("Arguments", {})):
        yield what, {**state, "Arguments": arguments}


def _arguments(arguments: Document) -> Iterator[tuple[str, Document]]:
    condition = arguments.get("ConditionExpression")
    if condition:
        yield "no condition", _tidied(_without(arguments, "ConditionExpression"))
        for less in _less(condition, " AND "):
            changed = {**arguments, "ConditionExpression": less}
            yield f"the condition is {less}", _tidied(changed)
    update = arguments.get("UpdateExpression", "")
    for assignment in ASSIGNMENT.findall(update):
        it = re.escape(assignment)
        # With the comma before it, which may be in another text, or after it where it is the first.
        less = re.sub(rf",(?:'\s*&\s*'|\s)*{it}|{it},\s*", "", update, count=1)
        yield f"no {assignment}", _tidied({**arguments, "UpdateExpression": less})
    for name in arguments.get("MessageAttributes", {}):
        attributes = _without(arguments["MessageAttributes"], name)
        yield f"no attribute {name}", {**arguments, "MessageAttributes": attributes}


def _less(expression: str, separator: str) -> Iterator[str]:
    """The expression without each of its parts, of two and more."""
    parts = re.split(re.escape(separator).replace("\\ ", r"\s+"), expression.strip())
    if len(parts) > 1:
        for index in range(len(parts)):
            yield separator.join(parts[:index] + parts[index + 1 :])


def _tidied(arguments: Document) -> Document:
    """Without the placeholders that are not used any more, which DynamoDB would refuse."""
    used = f"{arguments.get('ConditionExpression', '')} {arguments.get('UpdateExpression', '')}"
    tidy = copy.copy(arguments)
    for field in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        given: dict[str, Any] | str = tidy.pop(field, {})
        if isinstance(given, str):
            # In JSONata, as `':name': {...}`.
            for name in PLACEHOLDER.findall(given):
                if not _is_used(name, used):
                    given = _without_placeholder(given, name)
            tidy[field] = re.sub(r",(\s*\})", r"\1", given)
        elif kept := {name: value for name, value in given.items() if _is_used(name, used)}:
            tidy[field] = kept
    return tidy


def _without_placeholder(given: str, name: str) -> str:
    """The expression without `':name': {...}`, whatever is inside of that, and its comma."""
    start = given.index(f"'{name}': {{")
    end = given.index("{", start)
    depth = 0
    while True:
        depth += {"{": 1, "}": -1}.get(given[end], 0)
        end += 1
        if depth == 0:
            return given[:start] + given[end:].lstrip().removeprefix(",")


def _is_used(placeholder: str, expressions: str) -> bool:
    return re.search(rf"{placeholder}\b", expressions) is not None


def _without(document: Document, field: str) -> Document:
    return {name: value for name, value in document.items() if name != field}


def _dropped(state: Document, field: str, index: int) -> Document:
    return {**state, field: [*state[field][:index], *state[field][index + 1 :]]}


def _replaced(state: Document, field: str, index: int, value: Document) -> Document:
    return {**state, field: [*state[field][:index], value, *state[field][index + 1 :]]}


# The handlers.


def _modules(source: str) -> Iterator[tuple[str, str]]:
    """The module with each of its mutations, by line and what was done."""
    nodes = list(ast.walk(ast.parse(source)))
    for index in range(len(nodes)):
        # Each mutation on a tree of its own.
        for number in range(_count(source, index)):
            tree = ast.parse(source)
            name = _apply(tree, index, number)
            text = ast.unparse(ast.fix_missing_locations(tree))
            if name and text != ast.unparse(ast.parse(source)):
                yield name, text


def _count(source: str, index: int) -> int:
    tree = ast.parse(source)
    return len(list(_mutations(tree, list(ast.walk(tree))[index])))


def _apply(tree: ast.Module, index: int, number: int) -> str:
    node = list(ast.walk(tree))[index]
    what, change = list(_mutations(tree, node))[number]
    line = getattr(node, "lineno", 0)
    change()
    return f"{line} {what}"


def _mutations(tree: ast.Module, node: ast.AST) -> Iterator[tuple[str, Any]]:
    """What can be done to a node; each is a name, and what does it."""
    if isinstance(node, ast.If) and not _is_for_typing(node):
        for value in (True, False):
            yield (
                f"if {value}",
                lambda node=node, value=value: setattr(node, "test", ast.Constant(value)),
            )
    elif isinstance(node, ast.Compare):
        for operator, other in OPPOSITES.items():
            if isinstance(node.ops[0], operator):
                yield "the opposite", lambda node=node, other=other: setattr(node, "ops", [other()])
    elif isinstance(node, ast.BoolOp):
        for index in range(len(node.values)):
            yield f"without part {index + 1}", lambda node=node, index=index: node.values.pop(index)
    elif isinstance(node, ast.ExceptHandler):
        yield (
            "another exception",
            lambda node=node: setattr(node, "type", ast.Name("ZeroDivisionError")),
        )
    elif isinstance(node, ast.Raise):
        yield from _statement(tree, node, "no raise", ast.Pass())
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Constant):
        if isinstance(node.value.value, bool):
            yield (
                "the other answer",
                lambda node=node: setattr(
                    node, "value", ast.Constant(not cast(ast.Constant, node.value).value)
                ),
            )
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        if not ast.unparse(node).startswith("logger."):
            yield from _statement(tree, node, "no call", ast.Pass())
    elif isinstance(node, ast.Set):
        for index in range(len(node.elts)):
            yield (
                f"without element {index + 1}",
                lambda node=node, index=index: node.elts.pop(index),
            )
    elif isinstance(node, ast.JoinedStr):
        for index, part in enumerate(node.values):
            if isinstance(part, ast.FormattedValue):
                yield (
                    f"without {ast.unparse(part.value)}",
                    lambda node=node, index=index: node.values.pop(index),
                )
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.Match):
        for index in range(len(node.cases) - 1):
            yield f"without case {index + 1}", lambda node=node, index=index: node.cases.pop(index)


OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}


def _is_for_typing(node: ast.If) -> bool:
    return ast.unparse(node.test) == "TYPE_CHECKING"


def _calls(node: ast.Call) -> Iterator[tuple[str, Any]]:
    """Conditions of writes: left out, and each part of them."""
    by_name = {keyword.arg: keyword for keyword in node.keywords}
    condition = by_name.get("ConditionExpression")
    if condition is None or not isinstance(condition.value, ast.Constant):
        return
    text = str(condition.value.value)

    def put(less: str | None) -> None:
        if less is None:
            node.keywords.remove(condition)
        else:
            condition.value = ast.Constant(less)
        update = by_name.get("UpdateExpression")
        used = f"{less} {ast.unparse(update.value) if update else ''}"
        _tidy(by_name.get("ExpressionAttributeValues"), used)
        _tidy(by_name.get("ExpressionAttributeNames"), used)

    yield "no condition", lambda: put(None)
    for separator in (" AND ", " OR "):
        for less in _less(text, separator):
            yield f"the condition is {less}", lambda less=less: put(less)


def _tidy(keyword: ast.keyword | None, used: str) -> None:
    if keyword is None or not isinstance(keyword.value, ast.Dict):
        return
    given = keyword.value
    kept = [
        (key, value)
        for key, value in zip(given.keys, given.values, strict=True)
        if not isinstance(key, ast.Constant) or _is_used(str(key.value), used)
    ]
    given.keys = [key for key, _ in kept]
    given.values = [value for _, value in kept]


def _statement(
    tree: ast.Module, node: ast.stmt, what: str, other: ast.stmt
) -> Iterator[tuple[str, Any]]:
    """A statement replaced by another."""
    for parent in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(parent, field, None)
            if isinstance(body, list) and node in body:
                statements = cast(list[ast.stmt], body)
                index = statements.index(node)

                def put(statements: list[ast.stmt] = statements, index: int = index) -> None:
                    statements[index] = other

                yield what, put
