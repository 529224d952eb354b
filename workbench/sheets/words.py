"""The words of people's sheets: column headings, titles, rows that are no record, statuses, countries."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from workbench.money import Hints, parse
from workbench.sheets.concepts import fields_by_parts, languages, parts_of

__all__ = [
    "STATUSES", "column_fields", "contains", "country_of", "currencies_in", "currency_in", "currency_of", "entry_side", "looks_like_firm", "plain", "row_word", "spelt", "squeezed",
    "status_of", "title_kinds", "vocabulary",
]  # fmt: skip

_SPACES = re.compile(r"\s+")
_UNSEEN = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0x200E, 0x200F)),
}
"""Full-width letters to plain ones; what nobody sees to nothing."""
_PUNCTUATION = re.compile(r"[\s.,:;：；，。、·()（）\[\]【】{}<>«»„“”\"'`´’_\-–—/\\|#*№º°&+]+")
_CJK = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of languages that put no spaces between words (Thai among them)."""
_WORD_CHARACTER = re.compile(r"\w")


@cache
def vocabulary() -> Mapping[str, Any]:
    """The words by section and field: the vocabulary file with what the file of single languages adds."""
    words: dict[str, dict[str, list[str]]] = tomllib.loads(
        resources.files("workbench.sheets").joinpath("vocabulary.toml").read_text("utf-8")
    )
    for entries in languages().values():
        for key, more in entries.items():
            section, _dot, name = key.partition(".")
            if section in ("rows", "titles"):
                words[section][name] = [*words[section].get(name, ()), *more]
            elif name and key in words["fields"]:
                words["fields"][key] = [*words["fields"][key], *more]
    return words


def plain(text: str) -> str:
    """Text without outer, doubled and invisible spaces, line breaks and full-width letters."""
    return _SPACES.sub(" ", text.translate(_UNSEEN)).strip()


def _unaccented() -> Iterator[tuple[int, str | None]]:
    """Latin and Greek letters without their accents; marks that stand alone go."""
    for first, last in ((0xC0, 0x24F), (0x370, 0x3FF), (0x1E00, 0x1FFF)):
        for code in range(first, last + 1):
            bare = "".join(one for one in unicodedata.normalize("NFD", chr(code)) if not unicodedata.combining(one))
            if bare and bare != chr(code):
                yield code, bare
    yield from zip(map(ord, "đłøıёأإآى"), "dloiеااا\u064a", strict=True)
    for code in (*range(0x300, 0x370), *range(0x591, 0x5C8), *range(0x64B, 0x653)):
        yield code, None


_UNACCENTED = dict(_unaccented())


def spelt(text: str) -> str:
    """Text without case, spaces or punctuation, its accents as typed; words are parted by one space."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("%", " % ")
    return _PUNCTUATION.sub(" ", text).strip()


@lru_cache(maxsize=65536)
def squeezed(text: str) -> str:
    """Text for comparing headings: ``spelt`` without accents, which capitals and hasty typing leave out."""
    return spelt(text).translate(_UNACCENTED)


def contains(text: str, phrase: str) -> bool:
    """Whether a squeezed text holds a squeezed phrase as whole words (anywhere, where words have no spaces)."""
    at = text.find(phrase)
    if at < 0:
        return False
    if _CJK.search(phrase):
        return True
    before, after = text[at - 1 : at], text[at + len(phrase) : at + len(phrase) + 1]
    return not (_WORD_CHARACTER.match(before) and not _CJK.match(before)) and not (
        _WORD_CHARACTER.match(after) and not _CJK.match(after) and not after.isdigit()
    )


@cache
def _exact_phrases() -> Mapping[str, tuple[str, ...]]:
    """Squeezed phrase to its fields."""
    found: dict[str, list[str]] = {}
    for field, phrases in vocabulary()["fields"].items():
        for phrase in phrases:
            fields = found.setdefault(squeezed(phrase), [])
            if field not in fields:
                fields.append(field)
    return {phrase: tuple(fields) for phrase, fields in found.items()}


@cache
def _run_together() -> Mapping[str, tuple[str, ...]]:
    """Phrases without their spaces, to the phrases that they may be."""
    found: dict[str, tuple[str, ...]] = {}
    for phrase in _exact_phrases():
        tight = phrase.replace(" ", "")
        found[tight] = (*found.get(tight, ()), phrase)
    return found


@cache
def _longest_phrase() -> int:
    return max(map(len, _exact_phrases()))


def _phrases_in(text: str) -> set[str]:
    """The known phrases that a squeezed text holds."""
    known, longest = _exact_phrases(), _longest_phrase()
    return {
        text[start:end]
        for start in range(len(text))
        for end in range(start + 2, min(len(text), start + longest) + 1)
        if text[start:end] in known
    }


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Where a word begins in ``OrderDate``."""


@lru_cache(maxsize=8192)
def column_fields(label: str) -> Mapping[str, float]:
    """Fields that a column heading may mean, with how well it says so (1: exactly; 0.5: barely)."""
    text = squeezed(label)
    if not text or len(text) > 60:
        return {}
    known = _exact_phrases()
    scores = dict.fromkeys(known.get(text, ()), 1.0)
    said = {phrase: 0.97 for phrase in _run_together().get(text.replace(" ", ""), ()) if len(phrase) > 1}
    for phrase in _phrases_in(text):
        if phrase not in said and contains(text, phrase):
            said[phrase] = 0.45 + 0.5 * len(phrase) / len(text)
    for phrase, score in said.items():
        for field in known[phrase]:
            scores[field] = max(scores.get(field, 0.0), score)
    for field, score in fields_by_parts(squeezed(_CAMEL.sub(" ", label))).items():
        scores[field] = max(scores.get(field, 0.0), score)
    if not scores:
        scores = _misspelt(text)
    return scores


def _misspelt(text: str) -> dict[str, float]:
    from rapidfuzz import fuzz, process

    if len(text) < 5:
        return {}
    found: dict[str, float] = {}
    close = process.extract(text, list(_exact_phrases()), scorer=fuzz.ratio, score_cutoff=84, limit=4)
    for phrase, likeness, _index in close:
        for field in _exact_phrases()[phrase]:
            found[field] = max(found.get(field, 0.0), 0.75 * likeness / 100)
    return found


_TITLE_PARTS = {"orders": "ORDER", "receipts": "RECEIPT", "customers": "CUSTOMER"}


def title_kinds(text: str) -> Mapping[str, float]:
    """What a sheet name or title says is listed: kind to weight."""
    squeezed_text = squeezed(text)
    _covered, alternatives = parts_of(squeezed_text)
    parts = set().union(*alternatives)
    by_parts = [kind for kind, part in _TITLE_PARTS.items() if part in parts]
    found = dict.fromkeys(by_parts, 0.8) if len(by_parts) == 1 else {}
    return found | {
        kind: 1.0
        for kind, words in vocabulary()["titles"].items()
        if any(
            word in squeezed_text if _CJK.search(word) or len(word) > 5 else contains(squeezed_text, word)
            for word in map(squeezed, words)
        )
    }


class _RowWords(NamedTuple):
    """The words of rows that are no record: by their first letter (longest first), and those that may end a text."""

    starting: Mapping[str, tuple[tuple[str, str], ...]]
    ending: Mapping[str, tuple[tuple[str, str], ...]]


@cache
def _row_words() -> _RowWords:
    words = [(squeezed(word), role) for role, group in vocabulary()["rows"].items() for word in group]
    words.sort(key=lambda pair: -len(pair[0]))
    starting: dict[str, list[tuple[str, str]]] = {}
    ending: dict[str, list[tuple[str, str]]] = {}
    for word, role in words:
        starting.setdefault(word[0], []).append((word, role))
        if role in ("total", "subtotal"):
            ending.setdefault(word[-1], []).append((word, role))
    return _RowWords(
        {letter: tuple(found) for letter, found in starting.items()},
        {letter: tuple(found) for letter, found in ending.items()},
    )


_MONTH_FIRST = re.compile(r"^(?:\d{4} ?年? ?)?\d{1,2} ?月(?:份)?")


@lru_cache(maxsize=65536)
def row_word(text: str) -> str:
    """The role that a row's first words name (total, subtotal, carried_forward, signature, note), or nothing."""
    squeezed_text = squeezed(text)
    if not squeezed_text or len(squeezed_text) > 80:
        return ""
    starts = [squeezed_text]
    if "月" in squeezed_text:
        starts.append(_MONTH_FIRST.sub("", squeezed_text).strip())
    words = _row_words()
    for start in filter(None, starts):
        for word, role in words.starting.get(start[0], ()):
            if start == word or (start.startswith(word) and (_CJK.search(word) or start[len(word)] == " ")):
                return _if_plausible(start, word, role, text)
        if len(start) < 40:
            for word, role in words.ending.get(start[-1], ()):
                if start.endswith(word) and contains(start, word):
                    return role
    return ""


def _if_plausible(start: str, word: str, role: str, text: str) -> str:
    """A note or signature needs its colon or stands alone; a firm called "Total Tools" is no total."""
    rest = start[len(word) :].strip()
    if not rest:
        return role
    if role in ("note", "signature"):
        return role if re.search(r"[:：\d_]", text) or _CJK.search(word) else ""
    short = len(rest) <= 12 or _CJK.search(word)
    return role if short and not looks_like_firm(rest) else ""


# ---- currencies, statuses, countries ---------------------------------------------------------------------------------


@cache
def _sides() -> Mapping[str, str]:
    return {squeezed(word): side for side, words in vocabulary()["entries"].items() for word in words}


@lru_cache(maxsize=8192)
def entry_side(text: str) -> str:
    """The side of an account that a mark or a heading names (debit, credit), or nothing."""
    said = squeezed(text)
    if said in _sides():
        return _sides()[said]
    named = {side for word, side in _sides().items() if len(word) > 2 and contains(said, word)}
    named |= {side for word, side in _sides().items() if len(word) == 2 and _CJK.search(word) and word in said}
    return named.pop() if len(named) == 1 else ""


@lru_cache(maxsize=16384)
def currency_of(word: str) -> tuple[tuple[str, ...], bool]:
    """Currencies that a cell of a currency column names, and whether it looks like a mistyped code.

    ``(("USD",), False)`` is settled; several are candidates; an empty first part is no currency at all. A currency that
    was replaced is named as it is written, never by its successor: 1 HRK is not 1 EUR.
    """
    text = plain(word).strip("()[]. ") if len(word) < 40 else ""
    for variant in dict.fromkeys(
        (plain(word), text, text.replace("-", " ").replace("us ", "US ").replace("US ", "US "))
    ):
        if not variant:
            continue
        parsed = parse(f"{variant} 1", Hints())
        if parsed.currency or parsed.retired:
            return (parsed.currency or parsed.retired,), False
        if parsed.candidates and not parsed.unknown_code:
            return parsed.candidates, False
        if parsed.unknown_code:
            return parsed.candidates, True
    extra = _EXTRA_CURRENCY_WORDS.get(text.casefold().replace("-", " "))
    return ((extra,), False) if extra else ((), False)


_EXTRA_CURRENCY_WORDS = {
    "us dollar": "USD", "us dollars": "USD", "us dollars (usd)": "USD", "pfund": "GBP", "britische pfund": "GBP",
    "schweizer franken": "CHF", "franken": "CHF", "科威特第纳尔": "KWD", "第纳尔": "KWD", "hongkong dollar": "HKD",
    "hong kong dollar": "HKD", "dollar us": "USD", "dólares": "USD", "dólar": "USD", "dollars us": "USD", "euros (eur)": "EUR",
    "livres sterling": "GBP", "libras": "GBP", "libra esterlina": "GBP", "yuanes": "CNY", "yenes": "JPY", "米ドル": "USD",
    "ドル": "USD", "ユーロ": "EUR", "人民元": "CNY", "ポンド": "GBP", "香港ドル": "HKD", "달러": "USD", "유로": "EUR", "위안": "CNY",
    "엔": "JPY", "원": "KRW", "파운드": "GBP", "홍콩달러": "HKD", "미국 달러": "USD", "미달러": "USD", "евро": "EUR", "доллар": "USD",
    "доллары": "USD", "долл": "USD", "долл. сша": "USD", "доллар сша": "USD", "доллары сша": "USD", "рубль": "RUB", "рубли": "RUB", "руб": "RUB",
    "юань": "CNY", "иена": "JPY", "иены": "JPY", "фунт": "GBP", "фунт стерлингов": "GBP", "фунты стерлингов": "GBP", "dollari": "USD",
    "dollari usa": "USD", "dollaro usa": "USD", "dollari us": "USD", "sterline": "GBP", "sterlina": "GBP", "franchi svizzeri": "CHF",
    "francs suisses": "CHF", "francos suizos": "CHF", "francos suíços": "CHF", "libras esterlinas": "GBP", "livre sterling": "GBP",
    "dólares americanos": "USD", "dólar americano": "USD", "dólares estadounidenses": "USD", "yuan": "CNY", "renminbi": "CNY", "ienes": "JPY",
    "英ポンド": "GBP", "スイスフラン": "CHF", "円": "JPY", "日本円": "JPY", "歐元": "EUR", "英鎊": "GBP", "日圓": "JPY", "港幣": "HKD", "港元": "HKD",
    "dolar": "USD", "dolary": "USD", "dolar amerykański": "USD", "dolar amerykanski": "USD", "americký dolar": "USD", "americké dolary": "USD",
    "amerikaanse dollar": "USD", "amerikansk dollar": "USD", "abd doları": "USD", "avro": "EUR", "đô la mỹ": "USD", "долар сша": "USD", "долари сша": "USD",
    "євро": "EUR", "гривня": "UAH", "ευρώ": "EUR", "δολάριο ηπα": "USD", "יורו": "EUR", "יין": "JPY", "ยูโร": "EUR", "ดอลลาร์สหรัฐ": "USD", "บาท": "THB",
    "دولار أمريكي": "USD", "يورو": "EUR", "funt szterling": "GBP", "jen": "JPY", "frank szwajcarski": "CHF", "švýcarský frank": "CHF", "sterlin": "GBP",
    "britse pond": "GBP", "britiska pund": "GBP", "dolar sua": "USD", "dolari sua": "USD", "amerikai dollár": "USD", "angol font": "GBP", "svájci frank": "CHF",
    "瑞士法郎": "CHF", "新台幣": "TWD", "新臺幣": "TWD", "台幣": "TWD", "臺幣": "TWD", "韓元": "KRW", "韓圜": "KRW",
}  # fmt: skip
"""Words in other languages that the money parser does not know."""

_HEADER_PIECE = re.compile(
    r"[A-Za-z]{2,3}\$|\b[kKT](?=[A-Z]{3}\b)|(?:(?<=[kKT])|\b)[A-Z]{3}\b|\bRMB\b|[$€£¥￥₩]|[\u4e00-\u9fff\u3040-\u30ff]+|[가-힣]+|[А-Яа-яё]+|[A-Za-zÀ-ž]+"
)


@lru_cache(maxsize=8192)
def currency_in(label: str) -> tuple[str, str]:
    """A currency that a heading or title names, and the heading without it: ``Amount (USD)`` is ("USD", "Amount ()")."""
    text = plain(label)
    for code, piece, start in _named_currencies(text):
        return code, f"{text[:start]} {text[start + len(piece) :]}".strip()
    return "", text


@lru_cache(maxsize=8192)
def currencies_in(label: str) -> tuple[str, ...]:
    """Every currency that a title or note names."""
    return tuple(dict.fromkeys(code for code, _piece, _start in _named_currencies(plain(label))))


def _named_currencies(text: str) -> Iterator[tuple[str, str, int]]:
    """Currencies named in a text: code, the word and where it stands."""
    for found in _HEADER_PIECE.finditer(text):
        for piece in _pieces(found.group()):
            if len(piece) < 2 and piece.isalpha() and piece not in ("元", "円", "원", "엔"):
                continue
            if piece.isascii() and piece.isalpha() and len(piece) < 4 and not piece.isupper():
                continue
            if piece in ("원", "엔") and not re.fullmatch("(?:백만|천|만|억)?[원엔]", found.group()):
                continue
            codes, unknown = currency_of(piece)
            if len(codes) == 1 and not unknown:
                yield codes[0], piece, text.find(piece, found.start())
                break


def _pieces(word: str) -> list[str]:
    """Parts of a Chinese run that may be a currency's name: the longest first."""
    if not _CJK.search(word) or len(word) > 12:
        return [word]
    return [
        word[start : start + size] for size in range(min(6, len(word)), 0, -1) for start in range(len(word) - size + 1)
    ]


_FIRM = re.compile(
    r"(?:\b(?:gmbh|ag|kg|ohg|ltd|limited|plc|inc|llc|llp|corp|corporation|company|co|sarl|sàrl|sas|sa|spa|srl|sl|slu|bv|nv|ab|as|oy|oü|aps|"
    r"kk|pte|pty|sdn bhd|sp z o o|s r o|d o o|kft|zrt|lda|ltda|eireli|jsc|ooo|ооо|оао|зао|пао|ао|ип|wll|fze|fzco|тов|прат|пат|фоп|тоо|aş|a ş|ltd şti|tnhh|bhd|berhad|tbk|pvt|abp|asa|oyj|tmi|nyrt|bt|v o s|z s|ehf|hf|uab|sia|doo|eood|ood|ead|α ε|ε π ε|ο ε|ι κ ε|sae|"
    r"l l c|s a|s l|s r l|s p a|w l l|k k|s a de c v)\b"
    r"|(?:有限公司|公司|集团|集團|株式会社|有限会社|合同会社|công ty|บริษัท|จำกัด|شركة|ش م م|ذ م م|בע.?מ\b|प्राइवेट लिमिटेड|주식회사|㈜|\(주\)|（株）|\(株\)))",
    re.IGNORECASE,
)


@lru_cache(maxsize=65536)
def looks_like_firm(text: str) -> bool:
    """Whether a name ends or begins as firms' names do: GmbH, Ltd, S.A., 有限公司, 株式会社, ООО."""
    return bool(_FIRM.search(squeezed(text)) or _FIRM.search(text))


STATUSES: Mapping[str, tuple[str, ...]] = {
    "cancelled": ("作废", "取消", "已取消", "作廢", "void", "voided", "cancelled", "canceled", "storniert", "storno", "annulé", "annulée", "anulado", "cancelado", "annullato", "キャンセル", "取消済", "취소", "отменен", "отменён", "anulowane"),
    "part_paid": ("部分收款", "部分付款", "部分已收", "已收定金", "已付定金", "部份收款", "part paid", "partly paid", "partially paid", "partial", "deposit paid", "teilw bezahlt", "teilweise bezahlt", "teilbezahlt", "partiellement payé", "payé partiellement", "parcialmente pagado", "pago parcial", "parzialmente pagato", "pagado parcialmente", "一部入金", "一部入金済", "부분입금", "частично оплачен", "częściowo zapłacone"),
    "paid": ("已结清", "已付", "已收款", "结清", "已付清", "收齐", "全款已收", "已收齐", "已结", "已結清", "paid", "fully paid", "settled", "closed", "paid in full", "bezahlt", "erledigt", "beglichen", "payé", "payée", "soldé", "réglé", "pagado", "cobrado", "pagato", "saldato", "pago", "入金済", "入金済み", "完済", "완납", "оплачен", "оплачено", "zapłacone"),
    "shipped": ("已发货", "已出货", "发货", "出运", "已出运", "已發貨", "已出貨", "shipped", "dispatched", "delivered", "sent", "versandt", "versendet", "geliefert", "expédié", "expédiée", "livré", "enviado", "despachado", "entregado", "spedito", "enviado", "出荷済", "出荷済み", "출하", "отгружен", "отгружено", "wysłane"),
    "open": ("未发货", "未付", "未付款", "未结清", "进行中", "生产中", "待发货", "未收款", "待收款", "未出货", "未發貨", "進行中", "open", "pending", "in production", "new", "confirmed", "unpaid", "offen", "in bearbeitung", "ouvert", "ouverte", "en cours", "en attente", "abierto", "pendiente", "en curso", "aperto", "in corso", "aberto", "未出荷", "未入金", "進行中", "受注", "진행중", "미출하", "открыт", "в работе", "otwarte"),
}  # fmt: skip


@cache
def _status_words() -> Mapping[str, str]:
    return {squeezed(word): status for status, words in STATUSES.items() for word in words}


_STATUS_PARTS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern.translate(_UNACCENTED))
    for name, pattern in {
        "cancelled": r"cancel|annul|anul|storn|void|отмен|аннулир|取消|作废|作廢|キャンセル|취소|iptal|zruš|anulow|geannuleerd|avbeställ|avbokad|annuller|kansellert|peruttu|peruutettu|hủy|huỷ|ยกเลิก|dibatalkan|ملغ|בוטל|ακυρ|törölt|lemond|скасован|anulat|रद्द",
        "part": r"\bpart|partiel|parcial|parzial|teil|част|一部|部分|部份|일부|定金|訂金|订金|\bdeposit|acompte|anzahlung|anticipo|acconto|částeč|częściow|zaliczk|gedeeltelijk|delvis|delbetal|osittain|kısm|một phần|บางส่วน|sebagian|جزئي|חלקי|μερικ|részben|частков|parțial|आंशिक",
        "unpaid": r"unpaid|not paid|unbezahlt|nicht bezahlt|impayé|non payé|no pagado|impagad|non pagat|não pago|не оплач|未收|未付|未结|未結|未入金|미입금|미수|unsettled|niezapłac|nieopłac|nezaplac|neuhraz|onbetaald|obetal|ubetal|maksamatta|maksamaton|ödenmedi|ödenmemiş|chưa thanh toán|ค้างชำระ|belum (?:di)?bayar|غير مدفوع|לא שולם|ανεξόφλητ|kifizetetlen|не сплач|неоплач|neplătit|neachitat|अवैतनिक",
        "paid": r"\bpaid|settled|bezahlt|beglichen|\bréglé|\bsold[éa]|\bpayé|pagad|\bpag[oa]\b|pagat|cobr|saldat|incassat|оплач|收齐|收齊|收讫|收訖|结清|結清|已付|付清|入金済|完済|완납|입금완료|일부입금|부분입금|결제완료|zapłac|opłacon|\bcollected|zaplacen|uhrazen|\bbetaald|voldaan|\bbetald|\bbetalt|\bmaksettu|ödendi|tahsil edil|đã thanh toán|ชำระแล้ว|\bdibayar|\blunas|مدفوع|שולם|εξοφλ|πληρωμέν|kifizetve|fizetve|\bсплачен|plătit|achitat|भुगतान हो",
        "unshipped": r"not shipped|unshipped|未发|未發|未出|未运|미출하|미선적|не отгруж|nicht versandt|non expédi|sin enviar",
        "shipped": r"shipp|dispatch|deliver|\bsent\b|versand|versend|verschickt|geliefert|expédi|\blivré|envoyé|enviad|despachad|entregad|expedid|spedit|consegnat|отгруж|отправ|достав|发货|發貨|出货|出貨|出运|出運|装运|出荷|发运|交付|출하|선적|출고|배송완료|wysłan|dostarcz|odeslán|expedov|doručen|verzonden|\bgeleverd|skickad|levererad|\bsendt|\bleveret|\blevert|toimitettu|lähetetty|sevk edil|gönderildi|teslim edil|đã giao|จัดส่งแล้ว|dikirim|تم الشحن|مشحون|נשלח|απεστάλη|szállítva|kiszállít|відвантаж|відправлен|expediat|livrat|भेजा",
        "open": r"\bopen|pending|progress|production|process|confirm|\bnew\b|waiting|\boffen|arbeit|bearbeitung|produktion|wartet|ouvert|en cours|en attente|pendiente|en curso|abiert|em aberto|\babert|em curso|andamento|in corso|apert|in attesa|в работе|открыт|ожида|новый|进行|進行|生产|生產|待|处理中|處理中|受注済|製造中|手配|진행|생산|대기|접수|otwart|realizacj|otevřen|vyřizuj|v řešení|in behandeling|\bopenstaand|öppen|pågå|\båben|\båpen|behandling|avoinna|\bavoin|käsittely|\baçık|bekliyor|bekleyen|üretimde|đang xử lý|đang thực hiện|กำลังดำเนิน|รอดำเนิน|diproses|menunggu|قيد التنفيذ|قيد الانتظار|בטיפול|ממתין|ανοιχτ|εκκρεμ|folyamatban|nyitott|відкрит|в роботі|очіку|deschis|în lucru|în așteptare|लंबित",
    }.items()
}  # fmt: skip
"""Parts of the words for a state; several together mean what ``status_of`` makes of them."""


@lru_cache(maxsize=16384)
def status_of(text: str) -> str:
    """The order status that a word names, or nothing."""
    word = squeezed(text)
    known = _status_words().get(word)
    if known or not word or len(word) > 40:
        return known or ""
    parts = {name for name, pattern in _STATUS_PARTS.items() if pattern.search(word)}
    if "cancelled" in parts:
        return "cancelled" if parts == {"cancelled"} else ""
    if parts & {"unpaid", "unshipped"}:
        return "open" if not parts & {"part", "open"} else ""
    if "part" in parts:
        return "part_paid" if "paid" in parts and not parts & {"shipped", "open"} else ""
    return parts.pop() if len(parts) == 1 else ""


@cache
def _countries() -> Mapping[str, str]:
    names: dict[str, str] = {}
    data = resources.files("workbench.sheets").joinpath("countries.tsv").read_text("utf-8")
    for line in data.splitlines():
        code, *words = line.split("\t")
        names[squeezed(code)] = code
        for word in words:
            names.setdefault(squeezed(word), code)
    return names


def country_of(text: str) -> str:
    """ISO 3166-1 alpha-2 of a country named in one of the common languages or by its code, or nothing."""
    return _countries().get(squeezed(text), "")
