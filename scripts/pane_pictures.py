"""Pictures of the Excel add-in's task pane for the documentation.

    python scripts/pane_pictures.py REGISTER docs/images

Needs Chromium and office.js (scripts/office_js.sh), as the tests of the add-in do.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

DAY = "2026-09-30"
HEIGHT = 690


def main() -> None:
    from playwright.sync_api import sync_playwright

    from tests.server.conftest import CHROMIUM, Served, open_pane

    register, target = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as name, sync_playwright() as play:
        folder = Path(name)
        shutil.copy(register, folder / "register.sqlite")
        server = Served(folder / "home", folder / "register.sqlite")
        server.start()
        try:
            browser = play.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
            )
            for language, ending in (("en", ""), ("zh", ".zh")):
                page = open_pane(browser, server, language=language, device_scale_factor=2)
                page.set_viewport_size({"width": 320, "height": HEIGHT})
                page.wait_for_selector("#connection.connected")
                page.fill("#base", "EUR")
                page.fill("#day", DAY)
                page.fill("#amount", "35000")
                page.click("main form .primary")
                page.wait_for_selector(".figure")
                shots = []
                for tab, wanted in (("rates", ".figure"), ("duplicates", "article"), ("matches", "article")):
                    if tab != "rates":
                        page.click(f"#tab-{tab}")
                    page.wait_for_selector(wanted)
                    shots.append(folder / f"{tab}{ending}.png")
                    page.screenshot(path=shots[-1])
                page.context.close()
                sheet = browser.new_page(viewport={"width": 3 * 320 + 4 * 12, "height": HEIGHT + 24})
                images = "".join(f"<img width=320 src='{one.as_uri()}'>" for one in shots)
                (folder / "all.html").write_text(
                    f"<body style='margin:0;padding:12px;display:flex;gap:12px;background:#cfd6d3'>{images}",
                    encoding="utf-8",
                )
                sheet.goto((folder / "all.html").as_uri())
                sheet.screenshot(path=target / f"task-pane{ending}.png")
                sheet.close()
            browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
