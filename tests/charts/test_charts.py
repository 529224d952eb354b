"""Charts are drawn by the real drawer; their words and exact figures are looked for in the picture."""

from __future__ import annotations

import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.charts import (
    Caption,
    Chart,
    Flow,
    Lock,
    PicturesMissing,
    ageing,
    comparison,
    flow,
    heat,
    ladder,
    ranking,
    rate_history,
    waterfall,
)
from workbench.charts.looks import compact
from workbench.errors import ConfigurationError
from workbench.i18n import speaking

CAPTION = Caption("CNY", "settlement", date(2026, 9, 30), ("ECB", "PBOC"))
STEPS = [
    ("Deal", Decimal("11000.00"), True),
    ("FX", Decimal("-400.05"), False),
    ("退税", Decimal(1300), False),
    ("Net", Decimal("11899.95"), True),
]


def every_chart() -> dict[str, Chart]:
    return {
        "waterfall": waterfall(STEPS, "Bridge", CAPTION),
        "ladder": ladder(
            [("2026-10", "USD", Decimal(120), "USD 17.00"), ("2026-11", "EUR", Decimal(-5), "EUR -0.65")], "L", CAPTION
        ),
        "ageing": ageing([("not due", Decimal(300)), ("1-30", Decimal(14))], "Ageing", CAPTION),
        "ranking": ranking([("Müller", Decimal(30)), ("Loss", Decimal(-6))], "Customers", CAPTION),
        "heat": heat(
            [("DE", "2026-07", Decimal("12.3"), "CNY 5"), ("US", "2026-07", None, "")], "H", CAPTION, percent="margin"
        ),
        "rates": rate_history(
            [(date(2026, 1, 2), Decimal("7.01")), (date(2026, 1, 5), Decimal("7.0312"))],
            "USD/CNY",
            CAPTION,
            [Lock(date(2026, 1, 2), date(2026, 1, 4), Decimal("7.05"), "PO-1")],
        ),
        "comparison": comparison(
            [("worst", Decimal(0), Decimal(5)), ("worst", Decimal(1), Decimal(6))],
            "Hedge",
            CAPTION,
            across="ratio",
            up="CNY",
        ),
        "flow": flow([Flow("USD", "settled", Decimal(70)), Flow("EUR", "waiting", Decimal(30))], "Receipts", CAPTION),
    }


@pytest.mark.parametrize("name", every_chart())
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_chart_is_drawn_with_its_caption(name: str, language: str) -> None:
    with speaking(language):
        chart = every_chart()[name]
        picture = chart.svg()
        caption = CAPTION.text()
    assert picture.startswith("<svg")
    assert all(word in picture for word in ("2026-09-30", "ECB, PBOC", "CNY"))
    assert caption in chart.told


def test_pictures_come_as_png_and_pdf(tmp_path: Path) -> None:
    chart = waterfall(STEPS, "Bridge", CAPTION)
    assert chart.save(tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    assert chart.save(tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads(chart.save(tmp_path / "c.json").read_text(encoding="utf-8")) == chart.as_dict()
    with pytest.raises(ConfigurationError, match=r"c\.gif"):
        chart.save(tmp_path / "c.gif")


def test_nothing_is_fetched_when_a_chart_is_shown() -> None:
    for chart in every_chart().values():
        whole = chart.as_dict()
        assert whole.pop("$schema") == "https://vega.github.io/schema/vega-lite/v5.json"
        assert "://" not in json.dumps(whole)


def test_a_notebook_gets_what_lab_draws_and_a_picture() -> None:
    bundle = waterfall(STEPS, "Bridge", CAPTION)._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.vegalite.v5+json", "image/svg+xml", "image/png", "text/plain"}


def test_without_the_drawer_a_notebook_still_shows_the_chart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    chart = waterfall(STEPS, "Bridge", CAPTION)
    assert "application/vnd.vegalite.v5+json" in chart._repr_mimebundle_()
    with pytest.raises(PicturesMissing, match="not installed"):
        chart.png()


def test_a_waterfall_hangs_each_change_between_its_levels() -> None:
    rows = waterfall(STEPS, "Bridge", CAPTION).as_dict()["data"]["values"]
    assert [(row["from"], row["to"]) for row in rows] == [
        (0, 11000),
        (11000, 10599.95),
        (10599.95, 11899.95),
        (0, 11899.95),
    ]
    assert [row["amount"] for row in rows] == ["11,000.00", "-400.05", "1,300", "11,899.95"]


def test_bars_keep_the_order_they_came_in() -> None:
    picture = ageing([("zero", Decimal(3)), ("late", Decimal(9)), ("all", Decimal(1))], "Ageing", CAPTION).svg()
    assert picture.index(">zero<") < picture.index(">late<") < picture.index(">all<")


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("XYZ"), st.integers(0, 10**12)), max_size=8))
def test_ribbons_leave_and_arrive_as_wide_as_their_amount(links: list[tuple[str, str, int]]) -> None:
    flows = [Flow(source, target, Decimal(amount)) for source, target, amount in links]
    points = flow(flows, "Receipts", CAPTION).as_dict()["layer"][0]["data"]["values"]
    total = sum(amount for _source, _target, amount in links)
    widths = {point["link"]: point["high"] - point["low"] for point in points}
    assert len(widths) == sum(amount > 0 for _source, _target, amount in links)
    if total:
        assert sum(widths.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"),
        ("999.4", "999"),
        ("1000", "1 k"),
        ("-45678", "-45.7 k"),
        ("1230000", "1.23 M"),
        ("12300000000", "12.3 bn"),
    ],
)
def test_short_labels(amount: str, text: str) -> None:
    assert compact(Decimal(amount)) == text


def test_no_colour_of_the_ladder_means_two_currencies() -> None:
    codes = ["USD", "EUR", "GBP", "JPY", "AUD", "CAD", "CHF", "SGD", "PLN"]
    rows = [(month, code, Decimal(size + 1), "") for month in ("2026-09", "2026-10") for size, code in enumerate(codes)]
    spec = ladder(rows, "Ladder", CAPTION).as_dict()
    drawn = spec["data"]["values"]
    assert spec["encoding"]["color"]["scale"]["domain"] == ["PLN", "SGD", "CHF", "CAD", "AUD", "JPY", "others"]
    assert {row["currency"] for row in drawn} == set(spec["encoding"]["color"]["scale"]["domain"])
    assert sum(row["amount"] for row in drawn) == sum(float(amount) for _month, _code, amount, _told in rows)
    assert [row["exact"] for row in drawn if row["currency"] == "others"] == ["6", "6"]
