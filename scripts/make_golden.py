"""Write tests/data/golden/register.txt: a small register's workbook in both languages as text (``--check`` compares).

Run it after a change of the register workbook that was meant, and read the difference before it is committed.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "data" / "golden" / "register.txt"
sys.path.insert(0, str(ROOT))

from generated import write_or_check  # noqa: E402 - the path above comes first

from tests.reports.conftest import fill_firm  # noqa: E402
from tests.workbook_rules.golden import dump  # noqa: E402
from workbench.rates import RateBook  # noqa: E402
from workbench.register import Register  # noqa: E402
from workbench.reports import write_register_workbook  # noqa: E402

AS_OF = date(2024, 6, 28)


def text(language: str) -> str:
    """The workbook of the small firm of the reports' tests."""
    with tempfile.TemporaryDirectory() as folder:
        with Register.create(Path(folder) / "firm.sqlite", base_currency="CNY", actor="li.na") as register:
            fill_firm(register)
            target = Path(folder) / "Register.xlsx"
            write_register_workbook(register, RateBook.embedded(), target, language=language, as_of=AS_OF)
        return dump(target)


if __name__ == "__main__":
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    write_or_check(GOLDEN, f"## English\n\n{text('en')}\n## 中文\n\n{text('zh')}")
