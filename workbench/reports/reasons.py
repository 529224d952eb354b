"""Reasons of duplicates and matches, and findings, told in the workbook's language."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.duplicates.reasons import DuplicateReason
from workbench.findings import CATALOGUE
from workbench.i18n import speaking
from workbench.matching.reasons import MatchReason
from workbench.reports.texts import Texts

__all__ = ["Teller"]


class Teller:
    """Tells stored codes and facts in one language, whatever the language of the process is."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        with speaking(texts.language):
            self._sentences = {**DuplicateReason.sentences(), **MatchReason.sentences()}

    def reasons(self, stored: object) -> str:
        """A list of reasons as one text."""
        if stored is None:
            return ""
        return self._texts.join([self.reason(one) for one in (stored if isinstance(stored, list) else [stored])])

    def reason(self, stored: object) -> str:
        """One reason: by its code and facts; where the code is not ours, the sentence as it was first told."""
        if not isinstance(stored, Mapping):
            return str(stored)
        sentence = self._sentences.get(str(stored.get("code")))
        try:
            return sentence.format(**stored) if sentence else _as_told(stored)
        except KeyError:  # a reason of another version, with other facts
            return _as_told(stored)

    def finding(self, code: str, value: str, candidates: str, details: Mapping[str, object]) -> tuple[str, str]:
        """What is wrong and what to do; the bare code where the catalogue does not know it."""
        kind = CATALOGUE.get(code)
        if kind is None:
            return code, ""
        chinese = self._texts.language == "zh"
        told = (kind.title_zh, kind.remedy_zh) if chinese else (kind.title_en, kind.remedy_en)
        words = {"value": value, "candidates": candidates or "—", **details}
        for name, word in words.items():
            told = (told[0].replace("{" + name + "}", str(word)), told[1].replace("{" + name + "}", str(word)))
        return told


def _as_told(stored: Mapping[str, object]) -> str:
    return str(stored.get("text") or ", ".join(f"{name} {value}" for name, value in stored.items()))
