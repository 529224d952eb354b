"""Every reason that the code gives has its sentence, and the sentence all of its facts."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.i18n import use_language
from workbench.matching import MatchReason
from workbench.reasons import Reason

PACKAGE = Path(__file__).resolve().parents[2] / "workbench"


def given_reasons(package: str, kind: str) -> Iterator[tuple[str, set[str] | None]]:
    """Codes written in a package's code with the names of their facts (None where they are not written out)."""
    for path in sorted((PACKAGE / package).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            if ast.unparse(node.func) in {kind, f"{kind}.of"}:
                names = [keyword.arg for keyword in node.keywords]
                yield node.args[0].value, None if None in names else {name for name in names if name}


@pytest.mark.parametrize(("package", "reason"), [("matching", MatchReason)], ids=["matching"])
def test_every_reason_has_its_sentence(package: str, reason: type[Reason]) -> None:
    sentences = reason.sentences()
    written = list(given_reasons(package, reason.__name__))
    assert len(written) > 5
    for code, facts in written:
        places = {name for _text, name, _spec, _conversion in string.Formatter().parse(sentences[code]) if name}
        assert facts is None or facts == places, code


def test_a_stored_reason_is_told_again_in_either_language() -> None:
    reason = MatchReason.of("amount.charges", short="25.00", currency="USD")
    stored = reason.as_dict()
    assert stored["text"] == "25.00 USD are missing, as bank charges are"
    assert MatchReason.from_dict(stored) == reason
    use_language("zh")
    try:
        assert "25.00" in MatchReason.from_dict(stored).text
    finally:
        use_language("en")
