"""A file appears whole, or stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.files import written_whole


def test_the_target_is_replaced_only_when_the_block_ends_well(tmp_path: Path) -> None:
    target = tmp_path / "report.csv"
    target.write_text("before")
    target.chmod(0o640)

    def half() -> None:
        with written_whole(target) as beside:
            beside.write_text("half")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        half()
    assert (target.read_text(), [one.name for one in tmp_path.iterdir()]) == ("before", ["report.csv"])
    with written_whole(target) as beside:
        beside.write_text("after")
        assert target.read_text() == "before"
    assert (target.read_text(), target.stat().st_mode & 0o777) == ("after", 0o640)
    assert [one.name for one in tmp_path.iterdir()] == ["report.csv"]


def test_a_missing_folder_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(OSError), written_whole(tmp_path / "none" / "a.csv"):  # noqa: PT011 - any error of the system
        pytest.fail("nothing may be written")
