"""Calls each test again with recordings in which one thing is wrong, and notes who notices."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from inspect import signature
from typing import Any, cast

import pytest

from preview.recording import Key, Recording, Registered
from tests.infra.mutation.mutants import OPTIONS, Mutant


class Judge:
    """A plugin of pytest: what a test that has passed fails for, once wrong, is seen by it."""

    def __init__(self, mutants: Sequence[Mutant]) -> None:
        self.unseen = list(mutants)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = filter(_reads_a_recording, items)

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        passed = yield
        test = Test(pyfuncitem)
        looked_at = test.looks_at()
        self.unseen = [
            mutant
            for mutant in self.unseen
            if not (looked_at.concerns(mutant) and test.sees(mutant))
        ]
        return passed


class Test:
    """A test, and the recordings among its arguments."""

    def __init__(self, item: pytest.Function) -> None:
        self._call = item.obj
        self._arguments = {name: item.funcargs[name] for name in signature(item.obj).parameters}
        self._recordings = {
            name: value for name, value in self._arguments.items() if isinstance(value, Recording)
        }

    def looks_at(self) -> "LookedAt":
        """Which inputs and options it reads."""
        looked_at = LookedAt()
        watched = {name: looked_at.watch(each) for name, each in self._recordings.items()}
        self._call(**{**self._arguments, **watched})
        return looked_at

    def sees(self, mutant: Mutant) -> bool:
        """Whether it fails where this is wrong in each of its recordings that has the resource."""
        wrong = {
            name: mutated
            for name, recording in self._recordings.items()
            if (mutated := mutant.of(recording))
        }
        if not wrong:
            return False
        try:
            self._call(**{**self._arguments, **wrong})
        except Exception:  # Whatever it fails with.
            return True
        return False


class LookedAt:
    """What a test looks at: nothing else can make it fail, but a resource that is not there."""

    def __init__(self) -> None:
        self._parts: set[tuple[Key, str]] = set()

    def watch(self, recording: Recording) -> Recording:
        """A recording that notes what is looked at."""
        watched: list[Registered] = [_Watched(each, self) for each in recording.resources]
        return Recording(resources=watched, outputs=recording.outputs)

    def note(self, resource: Key, part: str) -> None:
        self._parts.add((resource, part))

    def concerns(self, mutant: Mutant) -> bool:
        return mutant.part is None or (mutant.resource, mutant.part) in self._parts


class _Watched(Registered):
    """A resource that notes when its options are looked at."""

    def __init__(self, each: Registered, looked_at: LookedAt) -> None:
        super().__init__(
            type=each.type,
            name=each.name,
            inputs=cast(dict[str, Any], _WatchedInputs(each, looked_at)),
            custom=each.custom,
            options=each.options,
        )
        object.__setattr__(self, "note_options", lambda: looked_at.note(each.key, OPTIONS))

    def __getattribute__(self, name: str) -> Any:
        if name == "options":
            self.note_options()
        return super().__getattribute__(name)


class _WatchedInputs(Mapping[str, Any]):
    """Inputs that note which of them are looked at: all, where they are compared as a whole."""

    def __init__(self, of: Registered, looked_at: LookedAt) -> None:
        self._of = of
        self._looked_at = looked_at

    def __getitem__(self, name: str) -> Any:
        self._looked_at.note(self._of.key, name)
        return self._of.inputs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of.inputs)

    def __len__(self) -> int:
        return len(self._of.inputs)


def _reads_a_recording(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and any(
        each.annotation is Recording for each in signature(item.obj).parameters.values()
    )
