"""Amounts in words, held against the People's Bank's own examples and against reading the words back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import get_currency_name
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import ConfigurationError
from workbench.money import MinorUnitsError, UnknownCurrency
from workbench.money.words import LANGUAGES, in_words

DIGITS = {digit: number for number, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "人民币壹拾万柒仟元伍角叁分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("-20.10", "人民币负贰拾元壹角整"),
        ("100000001", "人民币壹亿零壹元整"),
    ],
)
def test_chinese_follows_the_rules_for_vouchers(amount: str, words: str) -> None:
    assert in_words(Decimal(amount), "CNY") == words


def read_back(words: str) -> int:
    """A whole number from its characters, by adding groups up: another way round than writing them."""
    total = section = digit = 0
    for character in words:
        if character in DIGITS:
            digit = DIGITS[character]
        elif character in PLACES:
            section += digit * PLACES[character]
            digit = 0
        elif character == "万":
            total += (section + digit) * 10**4
            section = digit = 0
        elif character == "亿":
            total = (total + section + digit) * 10**8
            section = digit = 0
    return total + section + digit


@given(st.integers(1, 10**12 - 1))
def test_chinese_reads_back_as_the_same_number(number: int) -> None:
    words = in_words(Decimal(number), "JPY")
    assert words.startswith("日元")
    assert words.endswith("元整")
    assert "零零" not in words
    assert read_back(words.removeprefix("日元").removesuffix("元整")) == number


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"zh"}))
def test_other_languages_name_the_currency_and_every_minor_unit(language: str) -> None:
    words = in_words(Decimal("1234.05"), "USD", language)
    assert "USD" not in words
    assert words.endswith(f" {LANGUAGES[language]} 05/100")
    assert in_words(Decimal(7), "JPY", language).count("/") == 0
    assert in_words(Decimal("7.001"), "KWD", language).endswith(" 001/1000")


def test_english_as_a_cheque_has_it() -> None:
    assert (
        in_words(Decimal("1234.50"), "USD", "en") == "US dollars one thousand, two hundred and thirty-four and 50/100"
    )
    assert in_words(Decimal("-0.50"), "USD", "en") == "US dollars minus zero and 50/100"


@pytest.mark.parametrize(
    ("code", "language", "words"),
    [
        ("EUR", "en", "euros twenty-one and 50/100"),
        ("GBP", "en", "British pounds twenty-one and 50/100"),
        ("CNY", "en", "Chinese yuan twenty-one and 50/100"),
        ("HKD", "en", "Hong Kong dollars twenty-one and 50/100"),
        ("USD", "de", "US-Dollar einundzwanzig und 50/100"),
        ("CHF", "de", "Schweizer Franken einundzwanzig und 50/100"),
        ("EUR", "es", "euros veintiuno y 50/100"),
        ("GBP", "es", "libras esterlinas veintiuno y 50/100"),
        ("USD", "fr", "dollars des États-Unis vingt et un et 50/100"),
        ("CHF", "fr", "francs suisses vingt et un et 50/100"),
        ("EUR", "it", "euro ventuno e 50/100"),
        ("USD", "ru", "доллар США: двадцать один и 50/100"),
    ],
)
def test_the_unit_is_named_in_the_language(code: str, language: str, words: str) -> None:
    assert in_words(Decimal("21.5"), code, language) == words


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"zh"}))
@pytest.mark.parametrize("code", ["EUR", "USD", "GBP", "CHF", "JPY", "CNY", "HKD", "AUD", "CAD", "SGD", "KRW", "INR"])
def test_common_currencies_are_named_as_cldr_does(code: str, language: str) -> None:
    words = in_words(Decimal(5), code, language)
    plural, own = (get_currency_name(code, count=count, locale=language) for count in (1000, None))
    assert words.startswith((plural, f"{own}:"))
    assert code not in words


def test_what_cannot_be_paid_is_not_written_out() -> None:
    with pytest.raises(MinorUnitsError):
        in_words(Decimal("1.5"), "JPY")
    with pytest.raises(UnknownCurrency):
        in_words(Decimal(1), "XXQ")
    with pytest.raises(ConfigurationError, match="tlh"):
        in_words(Decimal(1), "USD", "tlh")
