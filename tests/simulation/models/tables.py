"""DynamoDB: items, and the conditions and updates that the program writes, as the strings they are.

Leaves out: types and sizes of attributes, reserved words, indexes, streams, reads that are not
consistent, and TTL (nothing here lives as long as a year). An expression of another kind than the
program has is an error that names it.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Attribute = dict[str, Any]
Item = Mapping[str, Attribute]

TOKEN = re.compile(r"\s*([#:]?[A-Za-z_]\w*|[=<>]+|[(),+])")


class ConditionalCheckFailed(Exception):
    """The condition did not hold for the item, which may be none."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("The conditional request failed")
        self.item = item


class InvalidExpression(Exception):
    """DynamoDB's ValidationException."""


class Operands:
    """What an expression is about: an item, and what its placeholders stand for."""

    __slots__ = ("item", "names", "values")

    def __init__(
        self, item: Item, names: Mapping[str, str], values: Mapping[str, Attribute]
    ) -> None:
        self.item = item
        self.names = names
        self.values = values


Condition = Callable[[Operands], bool]
Operand = Callable[[Operands], Attribute | None]
Change = Callable[[Operands, dict[str, Attribute]], None]

# An item before and after a write, and who wrote it.
Watcher = Callable[[Item | None, Item | None, str], None]


class Table:
    """Items by their keys; every write is shown to those who watch."""

    def __init__(self, name: str, key: tuple[str, ...]) -> None:
        self.name = name
        self.items: dict[tuple[str, ...], Item] = {}
        self.watchers: list[Watcher] = []
        self._key = key

    def get(self, key: Item) -> Item | None:
        return self.items.get(self._key_of(key))

    def put(
        self,
        item: Item,
        by: str,
        condition: str = "",
        names: Mapping[str, str] | None = None,
        values: Mapping[str, Attribute] | None = None,
    ) -> None:
        """PutItem.

        Raises:
            ConditionalCheckFailed: the condition does not hold for the item there is.
        """
        key = self._key_of(item)
        old = self.items.get(key)
        _require_used((condition,), names or {}, values or {})
        _require(condition, Operands(old or {}, names or {}, values or {}), old)
        self._write(key, old, item, by)

    def update(
        self,
        key: Item,
        by: str,
        update: str,
        condition: str = "",
        names: Mapping[str, str] | None = None,
        values: Mapping[str, Attribute] | None = None,
    ) -> Item:
        """UpdateItem; the whole item as it is then.

        Raises:
            ConditionalCheckFailed: the condition does not hold for the item there is.
        """
        place = self._key_of(key)
        old = self.items.get(place)
        _require_used((condition, update), names or {}, values or {})
        operands = Operands(old or {}, names or {}, values or {})
        _require(condition, operands, old)
        new: dict[str, Attribute] = {**(old or key)}
        for change in _update(update):
            change(operands, new)
        if self._key_of(new) != place:
            raise InvalidExpression(f"a key is changed: {update}")
        self._write(place, old, new, by)
        return new

    def delete(self, key: Item, by: str) -> None:
        """DeleteItem."""
        place = self._key_of(key)
        if old := self.items.pop(place, None):
            self._show(old, None, by)

    def _write(self, key: tuple[str, ...], old: Item | None, new: Item, by: str) -> None:
        self.items[key] = new
        self._show(old, new, by)

    def _show(self, old: Item | None, new: Item | None, by: str) -> None:
        for watcher in self.watchers:
            watcher(old, new, by)

    def _key_of(self, item: Item) -> tuple[str, ...]:
        return tuple(item[name]["S"] for name in self._key)


def _require(condition: str, operands: Operands, item: Item | None) -> None:
    if condition and not _condition(condition)(operands):
        raise ConditionalCheckFailed(item)


def _require_used(
    expressions: tuple[str, ...], names: Mapping[str, str], values: Mapping[str, Attribute]
) -> None:
    """As DynamoDB does: each placeholder is defined, and each one defined is used."""
    used = frozenset[str]().union(*(_placeholders(each) for each in expressions))
    given = frozenset((*names, *values))
    if used != given:
        raise InvalidExpression(f"placeholders {sorted(used ^ given)} of {expressions}")


@cache
def _placeholders(expression: str) -> frozenset[str]:
    return frozenset(each for each in _tokens(expression) if each[0] in "#:")


@cache
def _tokens(expression: str) -> tuple[str, ...]:
    tokens: list[str] = []
    end = len(expression.rstrip())
    position = 0
    while position < end:
        match = TOKEN.match(expression, position)
        if match is None:
            raise NotImplementedError(f"{expression[position:]!r} in {expression!r}")
        tokens.append(match[1])
        position = match.end()
    return tuple(tokens)


@cache
def _condition(expression: str) -> Condition:
    reader = _Reader(expression)
    condition = reader.any_of()
    reader.end()
    return condition


@cache
def _update(expression: str) -> tuple[Change, ...]:
    reader = _Reader(expression)
    changes: list[Change] = []
    while clause := reader.next():
        if clause not in ("SET", "REMOVE"):
            raise NotImplementedError(f"{clause} in {expression!r}")
        while True:
            changes.append(reader.assignment() if clause == "SET" else reader.removal())
            if reader.peek() != ",":
                break
            reader.next()
    return tuple(changes)


class _Reader:
    """Reads an expression by recursive descent."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = list(_tokens(expression))

    def peek(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def next(self) -> str:
        return self._tokens.pop(0) if self._tokens else ""

    def end(self) -> None:
        if self._tokens:
            raise self._unknown(self._tokens[0])

    def any_of(self) -> Condition:
        conditions = [self.all_of()]
        while self.peek() == "OR":
            self.next()
            conditions.append(self.all_of())
        return conditions[0] if len(conditions) == 1 else _any(conditions)

    def all_of(self) -> Condition:
        conditions = [self.condition()]
        while self.peek() == "AND":
            self.next()
            conditions.append(self.condition())
        return conditions[0] if len(conditions) == 1 else _all(conditions)

    def condition(self) -> Condition:
        token = self.peek()
        if token == "(":
            self.next()
            inner = self.any_of()
            self.take(")")
            return inner
        if token == "NOT":
            self.next()
            negated = self.condition()
            return lambda operands: not negated(operands)
        if token in ("attribute_exists", "attribute_not_exists"):
            self.next()
            self.take("(")
            path = self.path()
            self.take(")")
            wanted = token == "attribute_exists"
            return lambda operands: (_name(path, operands) in operands.item) is wanted
        left, operator, right = self.operand(), self.next(), self.operand()
        if operator not in COMPARISONS:
            raise self._unknown(operator)
        compare = COMPARISONS[operator]
        return lambda operands: _compared(compare, left(operands), right(operands))

    def assignment(self) -> Change:
        path = self.path()
        self.take("=")
        value = self.value()

        def assign(operands: Operands, new: dict[str, Attribute]) -> None:
            found = value(operands)
            if found is None:
                raise InvalidExpression(f"an attribute is missing: {self._expression}")
            new[_name(path, operands)] = found

        return assign

    def removal(self) -> Change:
        path = self.path()

        def remove(operands: Operands, new: dict[str, Attribute]) -> None:
            new.pop(_name(path, operands), None)

        return remove

    def value(self) -> Operand:
        left = self.operand()
        if self.peek() != "+":
            return left
        self.next()
        right = self.operand()

        def add(operands: Operands) -> Attribute | None:
            augend, addend = left(operands), right(operands)
            if augend is None or addend is None:
                return None
            return {"N": str(int(augend["N"]) + int(addend["N"]))}

        return add

    def operand(self) -> Operand:
        token = self.peek()
        if token.startswith(":"):
            self.next()
            return lambda operands: operands.values[token]
        if token == "if_not_exists":
            self.next()
            self.take("(")
            path = self.path()
            self.take(",")
            other = self.operand()
            self.take(")")
            return lambda operands: operands.item.get(_name(path, operands)) or other(operands)
        path = self.path()
        return lambda operands: operands.item.get(_name(path, operands))

    def path(self) -> str:
        token = self.next()
        if not re.fullmatch(r"#?[A-Za-z_]\w*", token) or token in KEYWORDS:
            raise self._unknown(token)
        return token

    def take(self, token: str) -> None:
        if (found := self.next()) != token:
            raise self._unknown(found)

    def _unknown(self, token: str) -> NotImplementedError:
        return NotImplementedError(f"{token!r} in {self._expression!r}")


KEYWORDS = {"AND", "OR", "NOT", "IN", "BETWEEN", "SET", "REMOVE", "ADD", "DELETE", "size"}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
}


def _name(path: str, operands: Operands) -> str:
    return operands.names[path] if path[0] == "#" else path


def _any(conditions: list[Condition]) -> Condition:
    return lambda operands: any(condition(operands) for condition in conditions)


def _all(conditions: list[Condition]) -> Condition:
    return lambda operands: all(condition(operands) for condition in conditions)


def _compared(
    compare: Callable[[Any, Any], bool], left: Attribute | None, right: Attribute | None
) -> bool:
    """What is missing, or of another type, is neither equal, nor less, nor more."""
    if left is None or right is None:
        return False
    ((left_type, left_value),) = left.items()
    ((right_type, right_value),) = right.items()
    if left_type != right_type:
        return False
    if left_type == "N":
        return compare(float(left_value), float(right_value))
    return compare(left_value, right_value)
