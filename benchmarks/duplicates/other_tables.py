"""A second maker of customer tables with known duplicates, unlike the bench: to train on more than one world.

Names are syllables of eleven languages in seven scripts; trades come from the product's word list, other words from
nowhere; what a second clerk does to a row (letters, words, scripts, columns left out) is drawn row by row, and each
table has columns, languages, duplicates and table size of its own. Same seed, same table. Standard library and anyascii.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from anyascii import anyascii

WORDS = Path(__file__).parents[2] / "workbench/duplicates/data/trade_words.txt"

SYLLABLES = {
    "en": "ar ber cal den el fair gar hol in kel lan mor nor os pem quin ros stan tren ul ver wex yor zan ley ton ford wick",
    "de": "al ber drei eck fal gru hein im kron lud mar nie ober pfei rot schwa tau ul vor wal zim bach stein hof mann",
    "fr": "au beau char du eu fla gre hau jou lan mon nou oi per que roi sau tour va vill lier mont champ rieu",
    "es": "al bar cor del es fer gar her ja lo mar nu or pe que rio san tor val vi llo mez rra nez",
    "it": "al ber ca di fe gio la mar ne or pa ri san ta vi zo lli tti ni gli",
    "pl": "ko wa ski nie cz sta wia dro szy ma ry bo gda li pol jan kow sło ję",
    "tr": "ak bey can der er gül hak ir kara lale men öz şah tan ul yıl çel",
    "ru": "ал бор вол гра дон ел жар зна ист кам луч мор нев оре пол рос сев тав ура фом хол цар чер шах щук юрь яр",
    "el": "αγ βα γε δη ελ ζα ηρ θα ικ κα λα μα νι ξε ολ πα ρο σα τη υδ φι χα ψα ωρ",
    "zh": "安 宝 昌 达 恩 丰 光 海 恒 华 吉 佳 金 凯 康 丽 龙 美 明 南 鹏 启 荣 瑞 盛 泰 天 旺 新 兴 亚 永 源 正 中 卓 和 润 森 博 锐 睿 威 信 雅 毅 宇 志",
    "ko": "가 나 다 라 마 바 사 아 자 하 강 남 동 미 보 선 영 우 원 정 진 태 한 현",
    "ja": "アイ カワ サト タナ ナカ ハラ マツ ヤマ ラン 山 川 田 中 村 松 本 木 石 井 高 野 原 島",
    "ar": "بد جم حس رش سم شر طل عم فه قم كر مج نص هل ور يز",
}  # fmt: skip
FORMS = {
    "en": ["Ltd", "Limited", "Inc.", "LLC", "PLC", "Corp."], "de": ["GmbH", "AG", "GmbH & Co. KG", "KG"],
    "fr": ["SARL", "SA", "S.A.S."], "es": ["S.L.", "S.A.", "S.A. de C.V."], "it": ["S.r.l.", "SpA"],
    "pl": ["Sp. z o.o.", "S.A."], "tr": ["A.Ş.", "Ltd. Şti."], "ru": ["ООО", "АО", "ЗАО"], "el": ["ΑΕ", "ΕΠΕ", "ΙΚΕ"],
    "zh": ["有限公司", "有限责任公司", "股份有限公司"], "ko": ["주식회사"], "ja": ["株式会社", "有限会社"], "ar": ["ذ.م.م"],
}  # fmt: skip
COUNTRY = {
    "en": "GB US AU NG", "de": "DE AT", "fr": "FR BE", "es": "ES MX CO", "it": "IT", "pl": "PL", "tr": "TR",
    "ru": "RU KZ", "el": "GR", "zh": "CN", "ko": "KR", "ja": "JP", "ar": "AE SA",
}  # fmt: skip
ASIAN = {"zh", "ko", "ja"}
Row = dict[str, str]


@cache
def trades() -> dict[str, list[str]]:
    """Trade and its words in any language, without stems shorter than what anybody would write."""
    lines = (line.partition(":") for line in WORDS.read_text(encoding="utf-8").splitlines() if ":" in line)
    return {
        sense: [word.rstrip("*") for word in words.split() if len(word.rstrip("*")) >= 2]
        for sense, _, words in lines
        if not sense.startswith("#")
    }


def script(word: str) -> str:
    """A rough script: which of our languages' letters a word is written in."""
    code = ord(word[0])
    for last, name in ((0x24F, "latin"), (0x3FF, "el"), (0x52F, "ru"), (0x5FF, "he"), (0x6FF, "ar"), (0xE7F, "th")):
        if code <= last:
            return name
    return "ko" if 0xAC00 <= code <= 0xD7A3 else "zh"


class World:
    """One table's habits."""

    def __init__(self, seed: int) -> None:
        r = self.r = random.Random(seed)
        languages = list(SYLLABLES)
        self.languages = r.sample(languages, r.choice([1, 2, 4, len(languages)]))
        optional = ["country", "city", "address", "postcode", "tax_id", "email", "phone", "website", "contact"]
        kept = r.choice([0, 0, 1, 2, 4, 6, 9])
        self.columns = {column: r.uniform(0.3, 1.0) for column in r.sample(optional, kept)}
        self.repeat = r.choice([0.05, 0.15, 0.4, 0.7])  # chance of one more row of a company
        self.few_names: list[list[str]] = []  # names that many companies share, told apart by their trades
        if r.random() < 0.25:
            self.few_names = [[self.word(r.choice(self.languages), 2)] for _ in range(r.choice([8, 20]))]
            self.repeat = r.choice([0.02, 0.1])
        self.mess = r.choice([0.5, 1.0, 1.0, 1.8])  # how much a clerk changes
        self.common = [self.word(r.choice(self.languages), 2) for _ in range(40)]  # words many names share

    def word(self, language: str, size: int) -> str:
        """A word of so many syllables."""
        parts = SYLLABLES[language].split()
        return "".join(self.r.choice(parts) for _ in range(size))


class Company:
    """What is true of one company."""

    def __init__(self, world: World, number: int, like: Company | None = None) -> None:
        r = self.r = world.r
        self.world, self.number = world, number
        self.language = like.language if like and r.random() < 0.5 else r.choice(world.languages)
        self.country = r.choice(COUNTRY[self.language].split())
        own = [world.word(self.language, r.choice([1, 2, 2, 3])) for _ in range(r.choice([1, 1, 1, 2, 2, 3]))]
        if r.random() < 0.15:
            own.append(r.choice(world.common))
        if r.random() < 0.06:
            own = ["".join(r.choice("ABCDEFGHIKLMNOPRSTUVWXYZ") for _ in range(r.choice([2, 3, 3, 4])))]
        self.own = like.own if like else r.choice(world.few_names) if world.few_names else own
        self.trades = r.sample(list(trades()), r.choice([0, 1, 1, 1, 2, 2]))
        if like and r.random() < 0.5:
            self.trades = like.trades
        self.form = r.choice(FORMS[self.language])
        self.city = world.word(self.language, 2).capitalize()
        slug = "".join(anyascii("".join(self.own)).lower().split())[:20] or f"firm{number}"
        self.slug = "".join(letter for letter in slug if letter.isalnum()) or f"firm{number}"
        shared = like is not None and r.random() < 0.4
        self.host = (
            like.host
            if like and shared
            else self.slug + r.choice([".com", ".net", "." + self.country.lower(), "-group.com", str(number) + ".com"])
        )
        self.free = r.random() < 0.3
        self.phones = (
            like.phones
            if like and r.random() < 0.2
            else ["".join(r.choice("0123456789") for _ in range(9)) for _ in range(2)]
        )
        self.street = (world.word(self.language, 2).capitalize(), r.randrange(1, 300))
        if like and r.random() < 0.2:
            self.street, self.city = like.street, like.city
        self.post = "".join(r.choice("0123456789") for _ in range(5))
        self.tax = "".join(r.choice("0123456789") for _ in range(r.choice([9, 10, 11])))
        self.people = [
            f"{world.word('en', 2).capitalize()} {world.word(self.language if self.language not in ASIAN else 'en', 2).capitalize()}"
            for _ in range(2)
        ]
        self.trade_words = {sense: self.trade_word(sense) for sense in self.trades}

    def trade_word(self, sense: str) -> str:
        """A word for a trade in the company's script."""
        wanted = {"zh": "zh", "ja": "zh", "ko": "ko", "ru": "ru", "el": "el", "ar": "ar"}.get(self.language, "latin")
        words = [
            word for word in trades()[sense] if script(word) == wanted and len(word) > (1 if wanted in ASIAN else 3)
        ]
        return self.r.choice(words or [word for word in trades()[sense] if script(word) == "latin"])


def letters(r: random.Random, text: str) -> str:
    """One slip of the finger."""
    if len(text) < 4:
        return text
    at = r.randrange(1, len(text) - 1)
    kind = r.random()
    if kind < 0.3:
        return text[:at] + text[at + 1 :]
    if kind < 0.55:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind < 0.75:
        return text[:at] + text[at] + text[at:]
    return text[:at] + (r.choice("aeiorstn") if text[at].isalpha() else r.choice("0123456789")) + text[at + 1 :]


def respelled(r: random.Random, latin: str) -> str:
    """Another way to write the same sounds in Latin letters."""
    habits = [("kh", "h"), ("zh", "j"), ("y", "i"), ("i", "y"), ("ya", "ia"), ("yu", "iu"), ("sh", "sch"), ("v", "w"),
              ("ts", "c"), ("ph", "f"), ("f", "ph"), ("k", "c"), ("ou", "u"), ("x", "ks"), ("ee", "i"), ("oe", "o"), ("g", "k"), ("ch", "h")]  # fmt: skip
    for one, other in r.sample(habits, 3):
        latin = latin.replace(one, other)
    return latin


def name_of(company: Company, changes: set[str]) -> str:
    """The name as one clerk writes it."""
    r = company.r
    own = list(company.own)
    words = [company.trade_words[sense] for sense in company.trades]
    form = company.form
    if "language" in changes and words:
        words = [
            r.choice([w for w in trades()[sense] if w.isascii() and len(w) > 3] or [word])
            for sense, word in zip(company.trades, words, strict=True)
        ]
        changes.add("latin")
    if "latin" in changes:
        own = [anyascii(word) for word in own]
        words = [anyascii(word) for word in words]
        form = (
            r.choice(["Ltd", "Co., Ltd.", "LLC", ""])
            if company.language in {"zh", "ko", "ja", "ru", "el", "ar"}
            else anyascii(form)
        )
        if "spell" in changes:
            own = [respelled(r, word.lower()) for word in own]
        own = [word.capitalize() if word.islower() else word for word in own]
    if "form" in changes:
        form = r.choice(["", "", r.choice(FORMS[company.language])])
    if "drop" in changes and len(own) + len(words) > 1:
        if words and r.random() < 0.7:
            words.pop()
        elif len(own) > 1:
            own.pop(r.randrange(1, len(own)))
    if "add" in changes:
        words.append(
            r.choice(
                [
                    company.city,
                    r.choice(company.world.common),
                    r.choice(["Group", "International", "Global", company.country]),
                ]
            )
        )
    if "cut" in changes:
        words = [word[: r.randrange(3, 5)] + r.choice([".", ""]) if len(word) > 5 else word for word in words]
    if "initials" in changes and len(own) + len(words) >= 3 and all(word.isascii() for word in own + words):
        own, words = ["".join(word[0] for word in own + words).upper()], []
    if "order" in changes and len(own) + len(words) > 1:
        if r.random() < 0.5:
            own, words = words, own
        else:
            own = own[::-1]
    glue = "" if company.language in ASIAN and "latin" not in changes else " "
    if company.language in ASIAN and "latin" in changes and r.random() < 0.3:
        own = ["".join(own)]
    name = glue.join([*own, *(word.capitalize() if word.isascii() and word.islower() else word for word in words)])
    if "join" in changes and " " in name:
        name = name.replace(" ", r.choice(["", "-"]), 1)
    if "letters" in changes:
        name = letters(r, name)
    front = company.language in {"ru", "el"} and "latin" not in changes and r.random() < 0.7
    name = f"{form} {name}" if front else name + ("" if glue == "" else " ") + form
    if "remark" in changes:
        name += r.choice([" (new)", " - old account", f" ({company.city})", " *", f" ({company.people[0]})"])
    if r.random() < 0.15:
        name = name.upper()
    return " ".join(name.split())


CHANGES = {"letters": 0.15, "latin": 0.25, "spell": 0.3, "language": 0.12, "form": 0.3, "drop": 0.12, "add": 0.06,
           "cut": 0.06, "initials": 0.03, "order": 0.06, "join": 0.06, "remark": 0.05}  # fmt: skip


def row_of(company: Company, *, first: bool) -> Row:
    """The company as one clerk typed it."""
    r, world = company.r, company.world
    scale = 0.2 if first else world.mess
    changes = {change for change, chance in CHANGES.items() if r.random() < chance * scale}
    person = r.choice(company.people)
    local = r.choice(["info", "sales", "office", person.split()[0].lower(), company.slug[:10]])
    host = f"{r.choice(['gmail.com', 'hotmail.com', 'mail.ru', 'qq.com'])}" if company.free else company.host
    mail = (
        f"{company.slug[:12]}{company.number % 97}@{host}"
        if company.free
        else f"{anyascii(local).replace(' ', '')}@{host}"
    )
    street, house = company.street
    phone = company.phones[0 if r.random() < 0.7 else 1]
    makers: dict[str, Callable[[], str]] = {
        "country": lambda: company.country,
        "city": lambda: anyascii(company.city) if r.random() < 0.5 else company.city,
        "address": lambda: r.choice(
            [
                f"{house} {street} St",
                f"{street} {house}",
                f"{anyascii(street)} street {house}",
                f"{house}, {street}, {company.city}",
            ]
        ),
        "postcode": lambda: company.post,
        "tax_id": lambda: company.tax if r.random() < 0.9 else letters(r, company.tax),
        "email": lambda: mail if r.random() < 0.95 else letters(r, mail),
        "phone": lambda: (
            r.choice([phone, "0" + phone, f"+{phone[:2]} {phone[2:]}", f"{phone[:3]}-{phone[3:]}"])
            if r.random() < 0.95
            else letters(r, phone)
        ),
        "website": lambda: "" if company.free else r.choice(["www.", "https://", ""]) + company.host,
        "contact": lambda: person if r.random() < 0.7 else person.split()[0],
    }
    row = {"company_name": name_of(company, changes)}
    for column, share in world.columns.items():
        row[column] = makers[column]() if r.random() < share else ""
    return row


def companies(world: World) -> Iterator[Company]:
    """Companies without end; some are sisters or namesakes of the one before."""
    number, before = 0, None
    while True:
        like = before if before is not None and world.r.random() < 0.06 else None
        company = Company(world, number, like)
        yield company
        before, number = company, number + 1


def make(rows: int, seed: int) -> tuple[list[Row], list[int]]:
    """Rows with ids, and the company of each."""
    world = World(seed)
    out: list[Row] = []
    truth: list[int] = []
    for company in companies(world):
        first = True
        while first or world.r.random() < world.repeat:
            out.append(row_of(company, first=first))
            truth.append(company.number)
            first = False
        if len(out) >= rows:
            break
    order = sorted(range(rows), key=lambda _: world.r.random())
    return [{"id": str(place), **out[number]} for place, number in enumerate(order)], [
        truth[number] for number in order
    ]
