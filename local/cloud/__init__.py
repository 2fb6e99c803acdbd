"""The AWS emulator (MiniStack) as a child process that never outlives its parent."""

from local.cloud.emulator import CloudError, Emulator, free_port
from local.cloud.loopback import bypass_proxies
from local.cloud.node import ensure_node
from local.cloud.saved_state import SavedState

__all__ = ["CloudError", "Emulator", "SavedState", "bypass_proxies", "ensure_node", "free_port"]
