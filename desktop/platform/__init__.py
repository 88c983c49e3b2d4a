"""What differs by operating system, each behind one small interface."""

from __future__ import annotations

import sys

from desktop.platform.interface import Platform


def current() -> Platform:
    """Return this machine's platform."""
    if sys.platform == "win32":
        from desktop.platform.windows import Windows

        return Windows()
    from desktop.platform.posix import Posix

    return Posix(is_mac=sys.platform == "darwin")
