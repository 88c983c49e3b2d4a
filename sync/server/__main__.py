"""The council's commands: heard-server init, worker, assign, import, device, serve, backup, check, audit, held."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from models.errors import Trouble
from sync.server.commands import build_parser
from sync.server.serving import WrongUse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 when done, 1 when the world was at fault, 2 for wrong usage."""
    parser = build_parser()
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except WrongUse as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    except Trouble as trouble:
        for line in (trouble.title, trouble.message, trouble.help):
            if line:
                sys.stderr.write(f"{line}\n")
        return 1
    except BrokenPipeError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
