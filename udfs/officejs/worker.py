"""The process that answers what may take long; the server ends it to cancel a call or to keep a limit of time.

Reads a batch a line from standard input, ``{"language": …, "calls": […]}``, and writes a result a line.
"""

from __future__ import annotations

import json
import sys

from udfs.officejs.answers import answers
from udfs.officejs.cells import loads
from udfs.officejs.host import Host
from workbench.i18n import speaking

__all__ = ["main"]


def main(arguments: list[str]) -> None:
    """Serve until standard input ends; the only argument is the register, if there is one."""
    host = Host(arguments[0] if arguments else None)
    out = sys.stdout
    sys.stdout = sys.stderr  # nothing that a library prints may come between the answers
    for line in sys.stdin:
        batch = loads(line)
        host.refresh()
        with speaking(batch["language"]):
            for result in answers(batch["calls"], lambda: False):
                out.write(json.dumps(result) + "\n")
                out.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
