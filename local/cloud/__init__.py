"""The AWS emulator (MiniStack) as a child process that never outlives its parent."""

from local.cloud.emulator import FUNCTION_LOG, CloudError, Emulator, free_port
from local.cloud.environment import settle_environment
from local.cloud.node import ensure_node
from local.cloud.saved_state import SavedState

__all__ = [
    "FUNCTION_LOG",
    "CloudError",
    "Emulator",
    "SavedState",
    "ensure_node",
    "free_port",
    "settle_environment",
]
