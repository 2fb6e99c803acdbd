"""Orders through the deployed stage's door while its parts fail; then nothing may be missing."""

from local.chaos.command import run

__all__ = ["run"]
