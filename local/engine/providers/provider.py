"""What a provider is, and how Pulumi names and spells things."""

import json
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from botocore.exceptions import ClientError

from local.engine.archive import is_file, same_files
from local.engine.aws import Aws

# As Pulumi spells them: `{"hashKey": "id"}`.
Inputs = dict[str, Any]
# Of a resource that is there: its inputs, what AWS says of it beyond them, and its `id`.
State = dict[str, Any]

SUFFIX = 7
# Of inputs, the names of those that the program did not give; as Pulumi's provider of AWS notes it.
DEFAULTS = "__defaults"
# What AWS's services call it that something is not there.
_GONE = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist", "Nonexistent")


class Gone(Exception):
    """The resource is not there, though AWS raises no error of its own."""


def _as_it_is(value: Any) -> Any:
    return value


def _unordered(value: Any) -> Any:
    return sorted(value, key=lambda each: json.dumps(each, sort_keys=True)) if value else value


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


@dataclass(frozen=True, kw_only=True)
class Property:
    """An input.

    Args:
        default: what AWS has where it is left out; None: nothing, or what AWS makes up.
        replaces: AWS cannot change it; the provider of AWS says "forces new resource".
        fields: of a structure, or each of a list of them, all that is known; None: what AWS's
            own API knows.
        compared: what of a value is compared.
    """

    default: Any = None
    replaces: bool = False
    fields: frozenset[str] | None = None
    compared: Callable[[Any], Any] = _as_it_is

    def same(self, one: Any, other: Any) -> bool:
        """Whether two values mean the same to AWS."""
        one, other = (self.default if each is None else each for each in (one, other))
        if is_file(one) and is_file(other):
            return same_files(one, other)
        return _plain(self.compared(one)) == _plain(self.compared(other))


def _plain(value: Any) -> Any:
    """Nothing, and no members, are the same to AWS; so are 5 and 5.0."""
    return None if value in ([], {}, "") else whole_numbers(value)


ANY = Property()
FIXED = Property(replaces=True)
DOCUMENT = Property(compared=_parsed)
SET = Property(compared=_unordered)
TAGS = Property(default={})


def structure(*fields: str, default: Any = None, replaces: bool = False) -> Property:
    """A structure, or a list of them, of these fields alone."""
    return Property(default=default, replaces=replaces, fields=frozenset(fields))


class Provider(ABC):
    """One resource type: what can be said of it, and how it is made, read, changed and removed.

    The methods are given every one of `inputs`, absent ones as their default.

    Attributes:
        inputs: every property that a program may give.
        outputs: what AWS adds, each with the inputs that it changes with.
        name: the input that is made up where the program gives none; None: it has no name.
        title: how a person knows it, made of its inputs; empty: by its name in the program.
    """

    inputs: ClassVar[Mapping[str, Property]]
    outputs: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    name: ClassVar[str | None] = "name"
    title: ClassVar[str] = ""

    @abstractmethod
    def create(self, aws: Aws, inputs: Inputs) -> str:
        """Make it, and return its id."""

    def settle(self, aws: Aws, made: str, inputs: Inputs) -> None:
        """What else is to be done once it is made; where that fails it is removed again."""
        del aws, made, inputs

    @abstractmethod
    def read(self, aws: Aws, state: State) -> State:
        """What AWS says of it: outputs, and inputs that AWS tells.

        Args:
            state: its `id`, and what was known.

        Raises:
            Gone, ClientError: it is not there, or AWS does not say.
        """

    @abstractmethod
    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        """Change in place what changed, which is nothing that replaces."""

    @abstractmethod
    def delete(self, aws: Aws, state: State) -> None:
        """Remove it."""

    def holds(self, aws: Aws, state: State) -> str | None:
        """What would be lost with it, such as `items`; None where that is nothing."""
        del aws, state
        return None

    def unknown(self, inputs: Mapping[str, Any]) -> list[str]:
        """The properties that are not known, such as `ttl.enabld`."""
        found = list[str]()
        for key, value in inputs.items():
            known = self.inputs.get(key)
            if known is None:
                found += [] if key == DEFAULTS else [key]
            elif known.fields is not None:
                members = cast(list[Any], value if isinstance(value, list) else [value])
                for member in members:
                    if isinstance(member, dict):
                        given = set(cast(dict[str, Any], member))
                        found += [f"{key}.{each}" for each in sorted(given - known.fields)]
        return found

    def named(self, inputs: Mapping[str, Any], name: str) -> Inputs:
        """The inputs with a name made up, where the program gives none."""
        given = {key: value for key, value in inputs.items() if value is not None}
        if not self.lacks_name(given):
            return given
        return {**given, str(self.name): name, DEFAULTS: [self.name]}

    def lacks_name(self, inputs: Mapping[str, Any]) -> bool:
        """Whether a name is to be made up."""
        return self.name is not None and not {self.name, "namePrefix"} & set(inputs)

    def made_up_name(self, inputs: Mapping[str, Any]) -> str | None:
        """The name that was made up for it; None where the program gave it."""
        return inputs[str(self.name)] if self.name in inputs.get(DEFAULTS, ()) else None

    def changes(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, bool]:
        """Each input that changed, and whether AWS can only replace the resource then."""
        return {
            key: known.replaces
            for key, known in self.inputs.items()
            if not known.same(old.get(key), new.get(key))
        }

    def must_go_first(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        """Whether a new one would have the name that the old one has."""
        given = self.name if self.name and self.made_up_name(new) is None else None
        return given is not None and new.get(given) is not None and old.get(given) == new[given]

    def make(self, aws: Aws, inputs: Mapping[str, Any]) -> State:
        """Create it; what is known of it then."""
        complete = self._complete(inputs)
        if self.name and complete[self.name] is None and complete.get("namePrefix"):
            complete[self.name] = complete["namePrefix"] + secrets.token_hex(4)[:SUFFIX]
        made = {**complete, "id": self.create(aws, complete)}
        try:
            self.settle(aws, made["id"], complete)
        except Exception:
            self.delete(aws, made)
            raise
        return self.look(aws, {**inputs, "id": made["id"]})

    def look(self, aws: Aws, state: State) -> State:
        """The state with what AWS says of it now; what was given stays spelled as it was."""
        found = self.read(aws, state)
        given = {
            key: state[key]
            for key, known in self.inputs.items()
            if key in state and (key not in found or known.same(state[key], found[key]))
        }
        tags = {"tagsAll": found.get("tags", {})} if "tags" in self.inputs else {}
        return {"region": aws.region, **found, **tags, **given, "id": state["id"]}

    def seen(self, inputs: Mapping[str, Any], state: State) -> Inputs:
        """The inputs as AWS has them, by what `look` found; as they were where that is the same."""
        found: Inputs = {}
        for key, known in self.inputs.items():
            made_of_prefix = key == self.name and "namePrefix" in inputs
            if key not in state or made_of_prefix:
                continue
            if known.same(inputs.get(key), state[key]):
                found |= {key: inputs[key]} if key in inputs else {}
            else:
                found[key] = state[key]
        return {**found, DEFAULTS: inputs[DEFAULTS]} if DEFAULTS in inputs else found

    def change(
        self, aws: Aws, state: State, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> State:
        """Update it in place; what is known of it then."""
        changed = set(self.changes(old, new))
        self.update(aws, state, self._complete({**self._kept(state), **new}), changed)
        outputs = {key: value for key, value in state.items() if key not in self.inputs}
        return self.look(aws, {**outputs, **self._kept(state), **new})

    def remove(self, aws: Aws, state: State) -> None:
        """Delete it, where it is there."""
        try:
            self.delete(aws, state)
        except (ClientError, Gone) as error:
            if not is_gone(error):
                raise

    def _kept(self, state: State) -> Inputs:
        """The name that a prefix was made into."""
        return {self.name: state[self.name]} if self.name and self.name in state else {}

    def _complete(self, inputs: Mapping[str, Any]) -> Inputs:
        return {
            key: whole_numbers(known.default if inputs.get(key) is None else inputs[key])
            for key, known in self.inputs.items()
        }


def is_gone(error: Exception) -> bool:
    """Whether a service means by its error that the resource is not there."""
    if not isinstance(error, ClientError):
        return isinstance(error, Gone)
    code = error.response.get("Error", {}).get("Code", "")
    return any(word in code for word in _GONE)


def given(inputs: Inputs, *keys: str) -> dict[str, Any]:
    """Those of the inputs that have a value."""
    return {key: inputs[key] for key in keys if inputs[key] is not None}


def pascal(value: Any) -> Any:
    """The keys of a structure as most AWS APIs spell them: `attributeName` as `AttributeName`."""
    return _spelled(value, str.upper)


def camel(value: Any) -> Any:
    """The keys of a structure as Pulumi spells them: `AttributeName` as `attributeName`."""
    return _spelled(value, str.lower)


def _spelled(value: Any, case: Callable[[str], str]) -> Any:
    if isinstance(value, Mapping):
        mapping: Mapping[str, Any] = value
        return {case(key[0]) + key[1:]: _spelled(item, case) for key, item in mapping.items()}
    if isinstance(value, list):
        items: list[Any] = value
        return [_spelled(item, case) for item in items]
    # WAF's search strings are texts to Pulumi.
    return value.decode() if isinstance(value, bytes) else value


def tag_list(tags: Mapping[str, str]) -> list[Any]:
    """Tags as `[{"Key": …, "Value": …}]`."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_map(tags: Any) -> dict[str, str]:
    """Tags of `[{"Key": …, "Value": …}]`."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def retag(
    state: State,
    inputs: Inputs,
    tag: Callable[[dict[str, str]], Any],
    untag: Callable[[list[str]], Any],
) -> None:
    """Have AWS's tags be those of the inputs."""
    old: dict[str, str] = state.get("tagsAll") or {}
    new: dict[str, str] = inputs["tags"]
    if added := {key: value for key, value in new.items() if old.get(key) != value}:
        tag(added)
    if removed := [key for key in old if key not in new]:
        untag(removed)


def whole_numbers(value: Any) -> Any:
    """The same structure with 5.0 as 5: Pulumi hands every number over as a float."""
    if isinstance(value, dict):
        mapping: dict[str, Any] = value
        return {key: whole_numbers(item) for key, item in mapping.items()}
    if isinstance(value, list):
        items: list[Any] = value
        return [whole_numbers(item) for item in items]
    return int(value) if isinstance(value, float) and value.is_integer() else value
