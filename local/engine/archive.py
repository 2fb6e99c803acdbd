"""Files and archives of them, as Pulumi's engine writes them: a function's code, a bucket's object.

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
    return _signed(value) == ARCHIVE


def is_file(value: Any) -> bool:
    """Whether it is a file or an archive of files."""
    return _signed(value) in {ARCHIVE, ASSET}


def _signed(value: Any) -> Any:
    return cast(dict[str, Any], value).get(SIGNATURE) if isinstance(value, dict) else None


def written(value: pulumi.AssetArchive | pulumi.FileAsset) -> dict[str, Any]:
    """An archive of files, or a file, as the engine would write it."""
    if isinstance(value, pulumi.FileAsset):
        path = str(value.path)
        return {SIGNATURE: ASSET, "path": path, "hash": _digest(_file(path).read_bytes())}
    assets = dict[str, Any]()
    for name, asset in value.assets.items():
        if not isinstance(asset, pulumi.FileAsset):
            raise ValueError(f"{name} is no file: the embedded cloud takes archives of files alone")
        assets[name] = written(asset)
    whole = _digest("".join(f"{name} {assets[name]['hash']}\n" for name in sorted(assets)).encode())
    return {SIGNATURE: ARCHIVE, "assets": assets, "hash": whole}


def same_files(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two files, or archives, hold the same, wherever they are.

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
            packed.writestr(info, content(name, asset))
    return buffer.getvalue()


def _assets(archive: dict[str, Any]) -> dict[str, dict[str, Any]]:
    if "assets" not in archive:
        raise ValueError("the embedded cloud takes archives of named files alone")
    return archive["assets"]


def content(name: str, asset: dict[str, Any]) -> bytes:
    """What is in a file, which is known by a name."""
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
