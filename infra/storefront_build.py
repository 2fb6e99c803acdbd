"""The storefront as its build leaves it: which files there are, and how each is to be served."""

from dataclasses import dataclass
from pathlib import Path

import pulumi

DIST = Path(__file__).parents[1] / "storefront" / "dist"
PAGE = "index.html"
# The stage's own takes the place of one that a build brings.
CONFIG = "config.json"
# Where the build puts what it names after its contents.
HASHED = "assets/"
# One of a name never has other contents; all else may, by the next deployment.
FOR_EVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"
# Python's own table differs from machine to machine.
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


class StorefrontBuildError(pulumi.RunError):
    """There is no build that can be served; Pulumi prints the message without a traceback."""


@dataclass(frozen=True, kw_only=True)
class BuiltFile:
    """A file of the build.

    Args:
        path: below the build's folder, and so in the address: `assets/index-B1a2C3d4.js`.
    """

    path: str
    file: Path
    content_type: str

    @property
    def cache_control(self) -> str:
        return FOR_EVER if self.path.startswith(HASHED) else ASK_EACH_TIME


def built_files(folder: Path) -> list[BuiltFile]:
    """What the build in a folder has, by path.

    Raises:
        StorefrontBuildError: there is no build in it, or a file of which nobody knows what it is.
    """
    if not (folder / PAGE).is_file():
        raise StorefrontBuildError(
            f"The storefront is not built: {_told(folder)} has no {PAGE}. Build it with"
            " `make storefront`, or set storefront to false."
        )
    files = {file.relative_to(folder): file for file in sorted(folder.rglob("*")) if file.is_file()}
    return [
        BuiltFile(path=path.as_posix(), file=file, content_type=_content_type(file))
        for path, file in files.items()
        # What the build notes down for itself is hidden.
        if path != Path(CONFIG) and not any(part.startswith(".") for part in path.parts)
    ]


def _content_type(file: Path) -> str:
    if file.suffix not in CONTENT_TYPES:
        raise StorefrontBuildError(
            f"The storefront's {_told(file)} has no content type: CONTENT_TYPES in"
            " infra/storefront_build.py does not know its ending."
        )
    return CONTENT_TYPES[file.suffix]


def _told(path: Path) -> str:
    """The path as it is in the project, where it is in it."""
    root = Path(__file__).parents[1]
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
