"""Archives of files, as Pulumi's engine writes them: a function's code.

`{SIGNATURE: ARCHIVE, "hash": …, "assets": {"a.py": {SIGNATURE: ASSET, "hash": …, "path": …}}}`
https://github.com/pulumi/pulumi/blob/master/developer-docs/architecture/deployment-schema.md
"""

import io
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pulumi

from local.engine.program import ROOT

SIGNATURE = "4dabf18193072939515e22adb298388d"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
# An archive of the same files is the same: zip's first day.
_TIME = (1980, 1, 1, 0, 0, 0)


def is_archive(value: Any) -> bool:
    return isinstance(value, dict) and cast(dict[str, Any], value).get(SIGNATURE) == ARCHIVE


def written(archive: pulumi.AssetArchive) -> dict[str, Any]:
    """An archive of files as the engine would write it."""
    assets = dict[str, Any]()
    for name, asset in archive.assets.items():
        if not isinstance(asset, pulumi.FileAsset):
            raise ValueError(f"{name} is no file: the embedded cloud takes archives of files alone")
        path = str(asset.path)
        assets[name] = {SIGNATURE: ASSET, "path": path, "hash": _digest(_file(path).read_bytes())}
    whole = _digest("".join(f"{name} {assets[name]['hash']}\n" for name in sorted(assets)).encode())
    return {SIGNATURE: ARCHIVE, "assets": assets, "hash": whole}


def same_files(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two archives hold the same, wherever their files are.

    Of one that is deployed, the engine keeps the hash alone.
    """
    return one["hash"] == other["hash"]


def packed(archive: dict[str, Any]) -> bytes:
    """The archive as a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, asset in sorted(_assets(archive).items()):
            info = zipfile.ZipInfo(name, _TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            # Readable by whatever user Lambda runs it as.
            info.external_attr = 0o644 << 16
            packed.writestr(info, _content(name, asset))
    return buffer.getvalue()


def _assets(archive: dict[str, Any]) -> dict[str, dict[str, Any]]:
    if "assets" not in archive:
        raise ValueError("the embedded cloud takes archives of named files alone")
    return archive["assets"]


def _content(name: str, asset: dict[str, Any]) -> bytes:
    if asset.get("path"):
        return _file(asset["path"]).read_bytes()
    if "text" in asset:
        return asset["text"].encode()
    raise ValueError(f"{name} is neither a file nor a text")


def _file(path: str) -> Path:
    """Pulumi runs the program in the project's folder, and paths may begin there."""
    return ROOT / path


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
