"""The process that examines one untrusted workbook and prints it as JSON: ``python -m workbench.doctor.child FILE``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from workbench.sheets.child import limit_resources


def main() -> None:
    """Examine the file named on the command line."""
    limit_resources()
    from workbench.archives import Refused
    from workbench.doctor.inspection import inspect
    from workbench.i18n import _

    answer: dict[str, Any]
    try:
        answer = inspect(Path(sys.argv[1]))
    except Refused as refused:
        answer = {"refused": refused.code, "message": refused.message}
    except (MemoryError, RecursionError):
        answer = {"refused": "file.too-large", "message": _("it needs more memory than a file is given")}
    json.dump(answer, sys.stdout, ensure_ascii=True, separators=(",", ":"))


if __name__ == "__main__":
    main()
