"""What an evaluation of the program came to, as data that can be compared."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pulumi
from pulumi.runtime import rpc
from pulumi.runtime.settings import get_root_resource
from pulumi.runtime.stack import Stack

from local.engine.program import evaluate, run_main, stage_config
from preview.recording import Key, Options, Recording, with_a_build


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource as it was registered.

    Args:
        properties: its inputs: JSON's kinds alone. Of a file there is a digest, of an archive the
            digests of its files by their names, and a secret is not told.
        custom: AWS has it too; else it is a component.
    """

    type: str
    name: str
    properties: Mapping[str, Any]
    options: Options
    custom: bool

    @property
    def key(self) -> Key:
        return self.type, self.name

    @property
    def identity(self) -> str:
        return self.options.identity


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """One stage of the program.

    Args:
        recording: what the program registered, and how.
        config: each option as text, by `namespace:key`.
    """

    recording: Recording = field(default_factory=Recording)
    resources: tuple[Resource, ...] = ()
    config: Mapping[str, str] = field(default_factory=dict[str, str])
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])


def evaluated(root: Path, stage: str, known_as: Mapping[Key, Key], salt: str) -> Evaluated:
    """Evaluate a stage of the program that is in `root`.

    Args:
        known_as: as for a `Recording`.
        salt: two evaluations that are to be compared have the same.

    Raises:
        Exception: whatever the program raised.
    """
    config = stage_config(stage, root=root)
    recording = Recording(known_as=known_as)

    def program() -> None:
        recording.note_options()
        with with_a_build():
            run_main(root)
        _tell_secrets()

    exported = evaluate(program, stage, config, recording)
    recording.outputs = {name: value for name, (value, _) in exported.items()}
    read = _Reader(salt)
    return Evaluated(
        recording=recording,
        resources=tuple(
            Resource(
                type=each.type,
                name=each.name,
                properties=read.data(each.inputs),
                options=each.options,
                custom=each.custom,
            )
            for each in recording.resources
        ),
        config=config,
        outputs={
            name: read.secret(value) if is_secret else read.data(value)
            for name, (value, is_secret) in exported.items()
        },
    )


def _tell_secrets() -> None:
    """Have each output of the stack say whether it is a secret, beside its value."""
    stack = get_root_resource()
    assert isinstance(stack, Stack)
    for name, value in stack.outputs.items():
        output = pulumi.Output.from_input(value)
        stack.outputs[name] = pulumi.Output.all(output, output.is_secret())


@dataclass(frozen=True)
class _Reader:
    salt: str

    def data(self, value: Any) -> Any:
        if rpc.is_rpc_secret(value):
            return self.secret(value)
        if isinstance(value, Mapping):
            items = cast(Mapping[str, Any], value).items()
            return {name: self.data(each) for name, each in items}
        if isinstance(value, list | tuple):
            return [self.data(each) for each in cast(list[Any], value)]
        if isinstance(value, pulumi.AssetArchive):
            return {name: self.data(each) for name, each in value.assets.items()}
        if isinstance(value, pulumi.FileAsset | pulumi.FileArchive):
            return self._files(Path(value.path))
        if isinstance(value, pulumi.StringAsset):
            return value.text
        # Numbers travel as floating ones.
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def secret(self, value: Any) -> str:
        """What tells a secret apart from another, and no more."""
        return f"[secret {self._digest(repr(value).encode())}]"

    def _files(self, path: Path) -> Any:
        if path.is_dir():
            return {name: self._digest(file.read_bytes()) for name, file in _inside(path)}
        return self._digest(path.read_bytes())

    def _digest(self, content: bytes) -> str:
        return hashlib.sha256(self.salt.encode() + content).hexdigest()[:12]


def _inside(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield file.relative_to(folder).as_posix(), file
