"""The folder of what runs on this machine."""

from pathlib import Path

from local.cloud import CloudError

LOCAL = Path(__file__).parents[1] / ".local"


def make_folder(folder: Path) -> None:
    """Make one of the program's own.

    Raises:
        CloudError: that is not allowed, as in a checkout that can be read only.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CloudError(
            f"{folder} cannot be made ({error.strerror}). Copy the project to where you may write."
        ) from error
