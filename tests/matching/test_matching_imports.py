"""Telling a stored reason, or opening the package, takes no numbers' library with it."""

import subprocess
import sys

import workbench.matching

_HEAVY = ("numpy", "pandas", "scipy")


def _loaded(code: str) -> set[str]:
    told = f"import sys\n{code}\nprint(' '.join(one for one in {_HEAVY!r} if one in sys.modules))"
    return set(subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True).stdout.split())


def test_reasons_are_told_without_numpy_and_pandas():
    """The workbook's sheets and the macros tell stored reasons; they must not pay for the engine."""
    assert _loaded("from workbench.matching import MatchReason\nMatchReason.sentences()") == set()
    assert _loaded("import workbench.reports.reasons") == set()


def test_every_public_name_is_there_and_others_are_not():
    """A name that is promised and has no home would fail only where somebody uses it."""
    assert all(getattr(workbench.matching, name) is not None for name in workbench.matching.__all__)
    assert set(workbench.matching.__all__) <= set(dir(workbench.matching))
    assert not hasattr(workbench.matching, "nothing_of_this_name")
