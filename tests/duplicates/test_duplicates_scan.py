"""Which customers are taken for one, which for a group, and which are left to a person."""

from __future__ import annotations

import csv
import random
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.duplicates import (
    CustomerIndex,
    DuplicatePair,
    DuplicateReason,
    clusters,
    fold,
    name_tokens,
    read_rows,
    scan,
    write_clusters,
    write_pairs,
)
from workbench.duplicates.blocking import LARGEST_BLOCK, candidate_pairs
from workbench.duplicates.clustering import settled
from workbench.duplicates.columns import map_columns
from workbench.duplicates.normalise import country_code
from workbench.duplicates.table import TableBuilder
from workbench.errors import ConfigurationError, FileRefused
from workbench.i18n import use_language

# Strangers, so that words have a frequency.
CROWD = [
    {"id": f"X-{number:03}", "legal_name": f"{brand} {trade} Ltd", "country": "GB"}
    for number, (brand, trade) in enumerate(
        (brand, trade)
        for brand in ("Harrow", "Blixen", "Quandt", "Murano", "Tolvaj", "Zephyr", "Ostrava", "Dunlea")
        for trade in ("Furniture", "Electronics", "Garden Supplies", "Trading")
    )
]


def pair(one: dict[str, str], other: dict[str, str]) -> DuplicatePair | None:
    rows = [{"id": "A", **one}, {"id": "B", **other}, *CROWD]
    return next((found for found in scan(rows) if {found.id_a, found.id_b} == {"A", "B"}), None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"legal_name": "Brückner Maschinenbau GmbH", "country": "DE", "phone": "+49 (0)89 3794 2502"},
            {"legal_name": "BRUECKNER MASCHINENBAU G.M.B.H.", "country": "Germany", "phone": "089/37942502"},
        ),
        (
            {"legal_name": "Falcón Tekline S. de R.L. de C.V.", "email": "ventas@falcontekline.mx"},
            {"legal_name": "Falcon Tekline", "email": "info@falcontekline.mx", "country": "Mexico"},
        ),
        (
            {"legal_name": "ООО «Северный Ветер»", "country": "Россия", "tax_id": "7823 1334 00"},
            {"legal_name": "Severnyy Veter LLC", "country": "RU", "tax_id": "7823133400"},
        ),
        (
            {"legal_name": "宁波达泰电子有限公司", "country": "中国", "phone": "0574-32356265"},
            {"legal_name": "宁波达泰电子", "country": "CN", "phone": "+86 574 32356265"},
        ),
        (
            {
                "legal_name": "Tuoyi Foods Limited",
                "country": "HK",
                "email": "viviang@tuoyi.hk",
                "contact": "Vivian Guo",
            },
            {"legal_name": "拓艺食品有限公司", "country": "香港", "email": "viviang@tuoyi.hk", "contact": "Vivian Guo"},
        ),
        (  # only the name in the local script is the same
            {"legal_name": "Tuoyi Foods Limited", "local_name": "拓艺食品有限公司", "country": "HK"},
            {"legal_name": "拓艺食品", "country": "HK", "phone": "+852 2777 0142"},
        ),
        (
            {"legal_name": "Nordwind Logistik AG (Frau Meier)", "email": "a@nordwind-logistik.ch"},
            {"legal_name": "NORDWIND LOGISTIK", "website": "https://www.nordwind-logistik.ch/en/"},
        ),
    ],
)
def test_one_customer(one: dict[str, str], other: dict[str, str]) -> None:
    found = pair(one, other)
    assert found is not None
    assert found.decision == "duplicate"
    assert found.reasons


def test_same_name_in_two_countries_is_not_one_customer() -> None:
    found = pair(
        {"legal_name": "Kontiki Marine Ltd", "country": "GB", "email": "a@kontiki.co.uk"},
        {"legal_name": "Kontiki Marine Ltd", "country": "NZ", "email": "a@kontiki.co.nz"},
    )
    assert found is not None
    assert found.decision in {"group", "review"}
    assert {"name.same", "country.other"} <= {reason.code for reason in found.reasons}


def test_two_tax_numbers_under_one_name_are_for_a_person() -> None:
    found = pair(
        {"legal_name": "Kontiki Marine Ltd", "country": "GB", "tax_id": "GB469688175", "email": "a@kontiki.co.uk"},
        {"legal_name": "Kontiki Marine Ltd", "country": "GB", "tax_id": "GB123706513", "email": "b@kontiki.co.uk"},
    )
    assert found is not None
    assert found.decision == "group"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"legal_name": "Harrow Building Materials"}, {"legal_name": "Blixen Building Materials"}),
        (  # a mailbox that anybody can have is no company
            {"legal_name": "Kontiki Marine", "email": "kontiki@gmail.com"},
            {"legal_name": "Zubrowka Foods", "email": "zubrowka@gmail.com"},
        ),
        (  # numbers that stand for none
            {"legal_name": "Kontiki Marine", "phone": "123456789", "tax_id": "N/A"},
            {"legal_name": "Zubrowka Foods", "phone": "123456789", "tax_id": "N/A"},
        ),
        ({"legal_name": "GmbH"}, {"legal_name": "Ltd"}),
        ({"legal_name": ""}, {"legal_name": ""}),
    ],
)
def test_strangers(one: dict[str, str], other: dict[str, str]) -> None:
    found = pair(one, other)
    assert found is None or found.decision != "duplicate"


ROWS = st.fixed_dictionaries(
    {
        "legal_name": st.sampled_from(
            [
                "Harrow Garden Ltd",
                "HARROW GARDEN",
                "Harow Garden Limited",
                "哈罗花园有限公司",
                "",
                "Zubr S.A.",
                "ЗУБР ООО",
            ]
        ),
        "local_name": st.sampled_from(["", "HARROW GARDEN", "哈罗花园"]),
        "country": st.sampled_from(["GB", "英国", "PL", ""]),
        "email": st.sampled_from(["a@harrow.co.uk", "b@harrow.co.uk", "zubr@wp.pl", ""]),
        "phone": st.sampled_from(["+44 20 7946 0958", "020 79460958", "", "n/a"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, max_size=14), st.integers(0, 2**16))
def test_order_of_rows_changes_nothing(rows: list[dict[str, str]], seed: int) -> None:
    numbered = [{"id": f"C-{number:02}", **row} for number, row in enumerate(rows)]
    mixed = list(numbered)
    random.Random(seed).shuffle(mixed)
    pairs = scan(numbered)
    assert scan(mixed) == pairs
    assert clusters(pairs) == clusters(pairs[::-1])
    assert all(pair.id_a < pair.id_b and 0 <= pair.score <= 1 for pair in pairs)


def test_common_keys_do_not_explode() -> None:
    """A thousand firms of one generic name and one forwarder's telephone suggest next to nothing."""
    rows = [
        {"legal_name": f"Trading {number}", "phone": "+86 21 5555 0142", "email": f"sales{number}@forwarder.example.cn"}
        for number in range(1000)
    ]
    builder = TableBuilder(map_columns(rows))
    for number, row in enumerate(rows):
        builder.add(str(number), row)
    assert len(candidate_pairs(builder.build())[0]) <= 1000 * LARGEST_BLOCK


def test_every_reason_can_be_told() -> None:
    """In either language, with every fact in its place, and again from what the register keeps."""
    firm = {"country": "GB", "city": "Leeds", "address": "12 Mill Lane", "postcode": "LS1 4DY", "contact": "Ann Poe"}
    rows = [
        {"id": "1", "legal_name": "Harrow Garden Ltd", "email": "a@harrow.co.uk", "tax_id": "GB469688175", **firm},
        {"id": "2", "legal_name": "HARROW GARDENS", "email": "b@harrow.co.uk", "phone": "+44 113 496 0142", **firm},
        {"id": "3", "legal_name": "Harrow Garden", "phone": "0113 4960142", "tax_id": "GB469688157", "city": "York"},
        {"id": "4", "legal_name": "Harrow Machines", "email": "c@harrow.co.uk", "country": "NZ", "tax_id": "123706513"},
        {"id": "5", "legal_name": "Harrow", "email": "a@harow.co.uk", "contact": "Ann Poe", "country": "GB"},
        *CROWD,
    ]
    found = [reason for pair in scan(rows) for reason in pair.reasons]
    assert len({reason.code for reason in found}) >= 10
    for reason in found:
        assert DuplicateReason.from_dict(reason.as_dict()) == reason
        assert not {"{", "}"} & set(reason.text)
    use_language("zh")
    try:
        assert all(reason.text for reason in found)
    finally:
        use_language("en")


def as_pair(a: str, b: str, decision: str, score: str = "0.9") -> DuplicatePair:
    return DuplicatePair(a, b, Decimal(score), decision, ())


def test_clusters_join_only_duplicates() -> None:
    pairs = [as_pair("A", "B", "duplicate"), as_pair("B", "C", "duplicate"), as_pair("D", "E", "review")]
    assert clusters(pairs) == {"A": "A", "B": "A", "C": "A"}


def test_one_link_alone_does_not_join_two_groups() -> None:
    tight = [as_pair(*ends, "duplicate", "0.99") for ends in ("AB", "BC", "AC", "XY", "YZ", "XZ")]
    apart = {"A": "A", "B": "A", "C": "A", "X": "X", "Y": "X", "Z": "X"}
    bridge = as_pair("C", "X", "duplicate", "0.80")
    assert clusters([*tight, bridge]) == apart
    (shown,) = [pair for pair in settled([*tight, bridge]) if pair.decision != "duplicate"]
    assert (shown.decision, [reason.code for reason in shown.reasons]) == ("review", ["cluster.bridge"])
    assert clusters(settled([*tight, bridge])) == apart
    many_links = [as_pair(a, b, "duplicate", "0.80") for a in "ABC" for b in "XY"]
    assert set(clusters([*tight, *many_links]).values()) == {"A"}


def test_clusters_respect_what_must_stay_apart() -> None:
    """B is like both, but A and C are two companies of a group: the surer pair wins."""
    pairs = [
        as_pair("A", "B", "duplicate", "0.99"),
        as_pair("B", "C", "duplicate", "0.80"),
        as_pair("A", "C", "group", "0.70"),
    ]
    assert clusters(pairs) == {"A": "A", "B": "A"}


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("Brückner Maschinenbau GmbH & Co. KG", ("bruckner", "maschinenbau")),
        ("FTE S. de R.L. de C.V.", ("fte",)),
        ("PT Komor Suku Cadang, Tbk", ("komor", "suku", "cadang")),
        ("株式会社木村青木", ("木村青木",)),
        ("龙鑫实业股份有限公司", ("龙鑫实业",)),
        ("(주) 보덕화학", ("보덕화학",)),
        ("ООО Ромашка", ("romashka",)),
        ("Θάλασσα Ι.Κ.Ε.", ("thalassa",)),
        ("Peretz בע״מ", ("peretz",)),
        ("Yılmaz Tekstil San. ve Tic. Ltd. Şti.", ("yilmaz", "tekstil")),
        ("Company Limited", ("company", "limited")),  # nothing else is left
        ("", ()),
    ],
)
def test_names_without_legal_form(name: str, tokens: tuple[str, ...]) -> None:
    assert name_tokens(name) == tokens


def test_folding_keeps_what_other_scripts_need() -> None:
    assert fold("Ｂｒｉａｎ Ünlü") == "brian unlu"
    assert fold("ガ") == "ガ"
    assert fold("บริษัท") == "บริษัท"


@pytest.mark.parametrize(
    ("text", "code"),
    [("Germany (DE)", "DE"), ("DEU", "DE"), ("德国", "DE"), ("U.S.A.", "US"), ("Россия", "RU"), ("Taiwan, China", "TW"),
     ("中国", "CN"), ("الإمارات", "AE"), ("Atlantis", ""), ("", "")],
)  # fmt: skip
def test_countries_in_many_languages(text: str, code: str) -> None:
    assert country_code(text) == code


def test_columns_of_another_sheet() -> None:
    rows = [
        {"Nr": "1", "Kunde": "Falkon Werke GmbH", "Land": "DE", "Mail": "a@falkonwerke.de"},
        {"Nr": "2", "Kunde": "FALKON WERKE", "Land": "Deutschland", "Mail": "b@falkonwerke.de"},
        *({"Nr": row["id"], "Kunde": row["legal_name"], "Land": "GB", "Mail": ""} for row in CROWD),
    ]
    found = scan(rows, id_column="Nr", columns={"name": "Kunde", "country": "Land", "email": "Mail"})
    assert [(one.id_a, one.id_b) for one in found if one.decision == "duplicate"] == [("1", "2")]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Company Name", "name"), ("公司名称", "name"), ("Razón social", "name"), ("Наименование", "name"),
        ("E-Mail", "email"), ("Telefon", "phone"), ("PLZ", "postcode"), ("VAT No.", "tax_id"), ("Land", "country"),
    ],
)  # fmt: skip
def test_headings_tell_what_a_column_holds(heading: str, field: str) -> None:
    assert map_columns([{heading: "x", "id": "1"}], leave=("id",)) == {field: (heading,)}


def test_content_tells_what_a_column_holds() -> None:
    rows = [
        {"A": f"x{number}@firm{number}.example.org", "B": "Deutschland", "C": "+49 89 3794 2502"} for number in range(9)
    ]
    assert map_columns(rows) == {"email": ("A",), "country": ("B",), "phone": ("C",)}
    assert map_columns(rows, {"notes": "A"}) == {"notes": ("A",), "country": ("B",), "phone": ("C",)}


def test_persons_are_compared_by_their_own_columns() -> None:
    first, last = (
        ("Ada", "Ben", "Cora", "Dan", "Eve", "Finn", "Gus"),
        ("Stone", "Marsh", "Field", "Brook", "Wood", "Hill"),
    )
    rows = [
        {
            "id": f"{one}{other}",
            "given_name": one,
            "surname": other,
            "date_of_birth": f"19{40 + number:02}{number % 9 + 1:02}{number % 27 + 1:02}",
            "town": f"{other}{one[:2]}ton",
        }
        for number, (one, other) in enumerate((one, other) for one in first for other in last)
    ]
    again = [{**row, "id": row["id"] + "2", "surname": row["surname"][:-1] + "x"} for row in rows[::4]]
    found = {(one.id_a, one.id_b) for one in scan([*rows, *again]) if one.decision == "duplicate"}
    assert found == {(row["id"], row["id"] + "2") for row in rows[::4]}


def test_a_table_that_tells_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError) as refused:
        scan([{"id": "1", "x": ""}, {"id": "2", "x": None}])
    assert "--map" in refused.value.remedy


def test_many_of_one_name_stay_bounded() -> None:
    rows = [{"id": str(number), "company_name": "Golden Star Trading Ltd"} for number in range(3000)]
    assert len(scan(rows)) <= 3000 * 8


NEW = {"legal_name": "BRUECKNER MASCHINENBAU", "country": "Germany", "phone": "089/37942502"}


def test_a_new_customer_is_known_at_the_door() -> None:
    known = {"id": "K", "legal_name": "Brückner Maschinenbau GmbH", "country": "DE", "phone": "+49 (0)89 3794 2502"}
    index = CustomerIndex([known, *CROWD])
    assert len(index) == len(CROWD) + 1
    (pair,) = index.check(NEW, id_="N")
    assert (pair.id_a, pair.id_b, pair.decision) == ("N", "K", "duplicate")
    assert {"name.same", "phone.same"} <= {reason.code for reason in pair.reasons}
    assert index.check({"legal_name": "Kontiki Marine", "country": "NZ"}) == []


def test_a_batch_at_the_door_says_what_one_by_one_says() -> None:
    index = CustomerIndex(CROWD)
    new = [{**row, "legal_name": row["legal_name"].upper()} for row in CROWD[:5]] + [NEW, {"legal_name": ""}, {}]
    ids = [str(number) for number in range(len(new))]
    assert index.check_many(new, ids=ids) == [index.check(row, id_=id_) for row, id_ in zip(new, ids, strict=True)]


@pytest.mark.parametrize("rows", [[{"legal_name": "A"}], [{"id": "1"}, {"id": "1"}]])
def test_rows_need_an_id_each(rows: list[dict[str, str]]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        scan(rows)
    assert caught.value.where
    assert "--id" in caught.value.remedy


def test_files_in_and_out(tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    rows = [
        ["row_id", "company_name", "country", "email"],
        ["0", 'Falkon\n"Werke" GmbH', "DE", "a@falkonwerke.de"],
        ["1", "FALKON WERKE", "德国", "a@falkonwerke.de"],
    ]
    with source.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerows(rows)
    read = read_rows(source)
    assert read[0]["company_name"] == 'Falkon\n"Werke" GmbH'
    pairs = scan(read)
    write_pairs(pairs, tmp_path / "pairs.csv")
    write_clusters(clusters(pairs), tmp_path / "clusters.csv")
    with (tmp_path / "pairs.csv").open(encoding="utf-8", newline="") as written:
        (row,) = csv.DictReader(written)
    assert list(row) == ["id_a", "id_b", "score", "decision", "reasons"]
    assert (row["id_a"], row["id_b"], row["decision"]) == ("0", "1", "duplicate")
    assert "a@falkonwerke.de" in row["reasons"]
    assert (tmp_path / "clusters.csv").read_text(encoding="utf-8") == "id,cluster\n0,0\n1,0\n"


def test_excel_and_parquet_say_the_same(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"row_id": ["0", "1"], "name": ["Falkon Werke GmbH", None], "tax_id": ["0012345678", "7"]})
    frame.to_excel(tmp_path / "list.xlsx", index=False)
    frame.to_parquet(tmp_path / "list.parquet")
    assert read_rows(tmp_path / "list.xlsx") == read_rows(tmp_path / "list.parquet")


@pytest.mark.parametrize("name", ["list.doc", "missing.csv", "broken.xlsx", "broken.parquet"])
def test_unreadable_files_are_refused(tmp_path: Path, name: str) -> None:
    if not name.startswith("missing"):
        (tmp_path / name).write_bytes(b"\x00nonsense")
    with pytest.raises(FileRefused) as caught:
        read_rows(tmp_path / name)
    assert caught.value.remedy


@pytest.mark.parametrize(
    "cell",
    ["a" * 300_000, " (" * 150_000, "a." * 150_000, " -" * 150_000, "x@" * 150_000],
    ids=["letters", "brackets", "dots", "dashes", "mails"],
)
def test_a_hostile_cell_costs_no_more_than_a_long_one(cell: str) -> None:
    rows = [
        {"id": str(number), **dict.fromkeys(("name", "address", "email", "website", "phone", "country"), cell)}
        for number in (1, 2)
    ]
    assert len(scan(rows)) <= 1
    assert sum(map(len, name_tokens(cell))) <= 500


def test_a_file_that_cannot_be_read_says_its_own_reason(tmp_path: Path) -> None:
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600)
    with pytest.raises(FileRefused) as refused:
        read_rows(locked)
    assert refused.value.code.startswith("file.")
    assert refused.value.code != FileRefused.code
    with pytest.raises(FileRefused, match="no file of that name"):
        read_rows(tmp_path / "missing.csv")


@pytest.mark.parametrize("content", ["", "id,name\n", "\n\n"])
def test_a_list_without_customers_is_no_list_without_duplicates(tmp_path: Path, content: str) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text(content, encoding="utf-8")
    with pytest.raises(FileRefused, match="no rows"):
        read_rows(empty)


def names_alone() -> list[dict[str, str]]:
    """A price list's customers: nothing but names, and words such as One and West that many of them have."""
    brands = ("Lambrechts", "Kessler", "Aumer", "Bergsund", "Karaova", "Brissard", "Hofstra", "Novotin", "Valdeneau",
              "Castellar", "Fjellmark", "Wexmoor")  # fmt: skip
    suffixes = ("", " One", " West", " Direct")
    names = [f"{brand} Trading{suffix} Ltd" for brand in brands for suffix in suffixes]
    return [{"id": f"{number:02}", "company": name, "country": "BE"} for number, name in enumerate(names)]


def test_where_names_are_all_a_word_more_is_for_a_person_to_judge() -> None:
    rows = names_alone()
    slip = {"id": "98", "company": "Lambrehts Trading West Ltd", "country": "BE"}
    pairs = scan([*rows, slip])
    assert [{one.id_a, one.id_b} for one in pairs if one.decision == "duplicate"] == [{"02", "98"}]
    (told,) = (one for one in pairs if (one.id_a, one.id_b) == ("01", "02"))
    assert told.decision == "review"
    assert "alone.word" in {reason.code for reason in told.reasons}


def test_a_telephone_outweighs_a_word_more() -> None:
    rows = names_alone()
    rows[1] |= {"phone": "+32 2 713 55 19"}
    rows[2] |= {"phone": "0032 2 7135519"}
    decisions = {(one.id_a, one.id_b): one.decision for one in scan(rows)}
    assert decisions["01", "02"] == "duplicate"


def test_two_firms_of_one_word_in_two_trades_are_no_group() -> None:
    rows = [
        {"id": "1", "name": "Kestrel Sports LLC", "country": "US", "tax_id": "732178187"},
        {"id": "2", "name": "Kestrel Lighting LLC", "country": "US", "tax_id": "300181646"},
        {"id": "3", "name": "Harrow Tools LLC", "country": "US", "tax_id": "440913821"},
    ]
    assert scan(rows) == []
