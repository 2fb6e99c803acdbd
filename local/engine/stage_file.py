"""Reads Pulumi's project and stage files, and says in which line one of them is wrong."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pulumi
import yaml

# Whose options this program has: its own, its provider's, Pulumi's.
NAMESPACES = ("orderflow", "aws", "pulumi")


class StageFileError(pulumi.RunError):
    """A file cannot be used; the message names it, the line and what is wrong."""


def read_options(path: Path, *, namespaced: bool) -> dict[str, Any]:
    """The entries of a file's `config`.

    Args:
        namespaced: whether their keys are `<namespace>:<key>`, as in a stage's file.

    Raises:
        StageFileError: the file is missing, no YAML, or of another shape; a key is there twice or
            has none of the namespaces that there are.
    """
    try:
        text = path.read_text()
        # The nodes know their lines; what they mean is read as everywhere else.
        root = yaml.compose(text, yaml.CSafeLoader)
        content = yaml.load(text, yaml.CSafeLoader)
    except OSError as error:
        raise StageFileError(f"{path.name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise StageFileError(f"{path.name} is not UTF-8: {error.reason}.") from error
    except yaml.MarkedYAMLError as error:
        raise StageFileError(unreadable(path.name, error)) from error
    except yaml.YAMLError as error:
        raise StageFileError(f"{path.name} is no YAML: {error}") from error
    if not isinstance(content, Mapping) or not isinstance(content.get("config"), Mapping):
        what = "is empty" if content is None else "has no options"
        raise StageFileError(f"{path.name} {what}: it must have a mapping by the name of config.")
    assert isinstance(root, yaml.MappingNode)
    _require_single(path, root)
    options = next(value for key, value in root.value if key.value == "config")
    for key, _ in options.value if namespaced else ():
        namespace, colon, option = str(key.value).partition(":")
        if not colon:
            raise _wrong(path, key, f"has no namespace: write {NAMESPACES[0]}:{key.value}")
        if namespace not in NAMESPACES or not option:
            raise _wrong(path, key, f"has none of the namespaces {', '.join(NAMESPACES)}")
    return dict(cast(Mapping[str, Any], content["config"]))


def unreadable(name: str, error: yaml.MarkedYAMLError) -> str:
    """What PyYAML refused, in one line."""
    mark = error.problem_mark or error.context_mark
    line = f", line {mark.line + 1}" if mark else ""
    words = [word for word in (error.context, error.problem) if word]
    return f"{name}{line}: {', '.join(words)}."


def _require_single(path: Path, node: yaml.Node) -> None:
    """Refuse a key that is in a mapping twice, of which YAML's readers take the last."""
    if isinstance(node, yaml.MappingNode):
        seen = dict[str, int]()
        for key, value in node.value:
            first = seen.setdefault(str(key.value), key.start_mark.line + 1)
            if first != key.start_mark.line + 1:
                raise _wrong(path, key, f"is there already, in line {first}")
            _require_single(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _require_single(path, item)


def _wrong(path: Path, key: yaml.Node, what: str) -> StageFileError:
    return StageFileError(f"{path.name}, line {key.start_mark.line + 1}: {key.value} {what}.")
