"""Memory that is used again instead of going back to the system."""

from __future__ import annotations

import ctypes
import sys

_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1


def keep_freed_memory() -> None:
    """Let the C library keep what is freed, where it can be told to (glibc).

    Runs work on arrays of some megabytes that live for milliseconds.  By default every one of
    them is fresh memory, which the system has to clear page by page; that took more than half
    of the time of a gradient.
    """
    if sys.platform != "linux":
        return
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_MMAP_THRESHOLD, 1 << 30)
        set_option(_TRIM_THRESHOLD, (1 << 31) - 1)
