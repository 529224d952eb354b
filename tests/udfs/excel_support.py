"""What LibreOffice sees in a workbook with macros."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from udfs.libreoffice import office


def buttons(path: Path) -> set[str]:
    """The macros that the buttons of a workbook are bound to, as a real LibreOffice reads them."""
    with tempfile.TemporaryDirectory() as folder:
        for _turn in range(2):  # a new profile makes it ask to be started again
            done = subprocess.run(
                [
                    str(office.find_installation().soffice),
                    f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}",
                    "--headless",
                    "--convert-to",
                    "fods",
                    "--outdir",
                    folder,
                    str(path),
                ],
                check=False,
                capture_output=True,
                timeout=120,
            )
            if done.returncode == 0:
                break
        text = (Path(folder) / f"{path.stem}.fods").read_text("utf-8")
    listeners = re.findall(r"<script:event-listener[^>]*xlink:href=\"([^\"]*)\"", text)
    return {re.split(r"[.?:]", one.partition("?")[0])[-1] for one in listeners}
