"""Tells of trouble in a deployed stage as it happens: what its functions log, dead letters."""

from local.watch.log import Entry, LogFile
from local.watch.stage import Watch

__all__ = ["Entry", "LogFile", "Watch"]
