"""Has garbage collected rarely: each full collection went through all that the emulator stores.

It keeps every execution, log event and item in lists and dictionaries, of which few are garbage.
"""

import gc

AFTER_ALLOCATIONS = 50_000


def collect_rarely() -> None:
    """Set it for this process; what it has loaded by now is looked at no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(AFTER_ALLOCATIONS, 50, 50)
