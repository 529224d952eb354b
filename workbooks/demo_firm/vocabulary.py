"""Words that the sample firm's world is made of. All names are invented; mail addresses end in ``.example``."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["COUNTRIES", "EXTRAS", "LOCAL_EXTRAS", "PRODUCTS", "SUPPLIERS", "Country"]


class Country(NamedTuple):
    """How companies of a country are called, and what they pay in. ``{a}`` and ``{b}`` are invented words."""

    code: str
    name_zh: str
    name_en: str
    currency: str
    forms: tuple[str, ...]
    first: tuple[str, ...]
    second: tuple[str, ...]
    dialling: str
    local: tuple[str, ...] = ()  # words of the same companies in the local script, beside ``first``
    local_second: tuple[str, ...] = ()  # likewise beside ``second``
    local_form: str = ""


_EN = ("Harlow", "Brackwell", "Denmoor", "Ashgrove", "Kestrel", "Penwick", "Stonebar", "Calder", "Wexmoor", "Fairholt")
_EN_TRADE = ("Home", "Lighting", "Tools", "Garden", "Kitchenware", "Sports", "Imports", "Hardware")
_DE = (
    "Brandner",
    "Kessler",
    "Hohenau",
    "Lindbach",
    "Vogtmann",
    "Reinhag",
    "Steinlohe",
    "Waldner",
    "Aumer",
    "Tiefenbach",
)
_DE_TRADE = ("Leuchten", "Werkzeuge", "Haushaltswaren", "Gartenbedarf", "Handels", "Sportartikel")
_FR = ("Montclar", "Valdeneau", "Brissard", "Chauvelin", "Perraudin", "Lesage-Roc", "Dumontel", "Garrivel")
_FR_TRADE = ("Luminaires", "Outillage", "Maison", "Jardin", "Distribution", "Loisirs")
_ES = ("Valderas", "Montalban", "Quesadilla Norte", "Almenar", "Torrealta", "Riofrio", "Castellar", "Peñalba")
_ES_TRADE = ("Iluminación", "Herramientas", "Hogar", "Jardín", "Comercial", "Deportes")
_IT = ("Bellandi", "Corvini", "Fontanelle", "Marzocchi Ovest", "Ravaldi", "Tessari", "Vallombra", "Zanforte")
_IT_TRADE = ("Illuminazione", "Utensili", "Casa", "Giardino", "Importazioni", "Sport")
_NORDIC = ("Lindqvar", "Bergsund", "Halvorsen Øst", "Nordvik", "Skogheim", "Ekdal", "Strandby", "Fjellmark")

COUNTRIES: tuple[Country, ...] = (
    Country("US", "美国", "USA", "USD", ("{a} {b} Inc.", "{a} {b} LLC", "{a} & Co. {b} Corp."), _EN, _EN_TRADE, "1"),
    Country("DE", "德国", "Germany", "EUR", ("{a} {b} GmbH", "{a} {b} GmbH & Co. KG", "{a} {b} AG"), _DE, _DE_TRADE, "49"),
    Country("GB", "英国", "United Kingdom", "GBP", ("{a} {b} Ltd", "{a} {b} PLC"), _EN[::-1], _EN_TRADE, "44"),
    Country("FR", "法国", "France", "EUR", ("{a} {b} SAS", "{a} {b} SARL"), _FR, _FR_TRADE, "33"),
    Country("ES", "西班牙", "Spain", "EUR", ("{a} {b} S.L.", "{a} {b} S.A."), _ES, _ES_TRADE, "34"),
    Country("IT", "意大利", "Italy", "EUR", ("{a} {b} S.r.l.", "{a} {b} S.p.A."), _IT, _IT_TRADE, "39"),
    Country("NL", "荷兰", "Netherlands", "EUR", ("{a} {b} B.V.",),
            ("Van Houdt", "De Brink", "Terwolde", "Hofstra", "Oudemans", "Rijksveld"), ("Verlichting", "Handel", "Tuin", "Wonen"), "31"),
    Country("BE", "比利时", "Belgium", "EUR", ("{a} {b} NV", "{a} {b} BV"),
            ("Lambrechts", "Vermeulen", "Dewaele", "Claesdorp"), ("Import", "Lighting", "Trading"), "32"),
    Country("AT", "奥地利", "Austria", "EUR", ("{a} {b} GmbH",), _DE[::-1], _DE_TRADE, "43"),
    Country("CH", "瑞士", "Switzerland", "CHF", ("{a} {b} AG", "{a} {b} SA"),
            ("Rütimann", "Bergamin", "Oberholz", "Seefeldt", "Montavon"), ("Handel", "Leuchten", "Technik"), "41"),
    Country("PL", "波兰", "Poland", "PLN", ("{a} {b} Sp. z o.o.", "{a} {b} S.A."),
            ("Kowalczewo", "Brzezina", "Wiśniak", "Zielony Gaj", "Łąkowa"), ("Oświetlenie", "Narzędzia", "Dom", "Hurt"), "48"),
    Country("CZ", "捷克", "Czechia", "EUR", ("{a} {b} s.r.o.",),
            ("Horáček", "Lipový", "Novotín", "Šumava"), ("Svítidla", "Nářadí", "Obchod"), "420"),
    Country("SE", "瑞典", "Sweden", "EUR", ("{a} {b} AB",), _NORDIC, ("Belysning", "Verktyg", "Handel", "Trädgård"), "46"),
    Country("DK", "丹麦", "Denmark", "EUR", ("{a} {b} ApS", "{a} {b} A/S"), _NORDIC[::-1], ("Lys", "Værktøj", "Handel"), "45"),
    Country("JP", "日本", "Japan", "JPY", ("{a} {b} Co., Ltd.", "{a} {b} K.K."),
            ("Yamazora", "Minatobashi", "Kitahara", "Fujinoki", "Sakuradai", "Aonami"), ("Trading", "Denki", "Kogyo", "Shoji"), "81",
            ("山空", "港橋", "北原", "藤之木", "桜台", "青波"), ("貿易", "電機", "工業", "商事"), "{a}{b}株式会社"),
    Country("KR", "韩国", "Korea", "KRW", ("{a} {b} Co., Ltd.",),
            ("Hanbit", "Daeyang", "Seorim", "Mirae", "Cheongsol"), ("Trading", "Lighting", "Tech"), "82",
            ("한빛", "대양", "서림", "미래", "청솔"), ("무역", "조명", "테크"), "주식회사 {a}{b}"),
    Country("HK", "香港", "Hong Kong", "HKD", ("{a} {b} Limited", "{a} {b} Co. Ltd."),
            ("Wing Fai", "Luen Hing", "Kwong Ming", "Tai Sang", "Shun Yip", "Yue Cheong"), ("Trading", "Enterprises", "Lighting"), "852",
            ("永輝", "聯興", "光明", "大生", "順業", "裕昌"), ("貿易", "企業", "照明"), "{a}{b}有限公司"),
    Country("SG", "新加坡", "Singapore", "SGD", ("{a} {b} Pte Ltd",),
            ("Merlimar", "Tanjong Hill", "Eng Seng", "Orchid Bay"), ("Supplies", "Trading", "Lighting"), "65"),
    Country("AU", "澳大利亚", "Australia", "AUD", ("{a} {b} Pty Ltd",),
            ("Wattlebrook", "Murrumbat", "Coolaroo Bay", "Kingsdown", "Redgum"), _EN_TRADE, "61"),
    Country("NZ", "新西兰", "New Zealand", "USD", ("{a} {b} Limited",), ("Tuimoana", "Kererū", "Southbrook"), _EN_TRADE[:4], "64"),
    Country("CA", "加拿大", "Canada", "CAD", ("{a} {b} Inc.", "{a} {b} Ltée"),
            ("Mapleridge", "Saint-Aurèle", "Northgate", "Lac Brume"), _EN_TRADE, "1"),
    Country("MX", "墨西哥", "Mexico", "MXN", ("{a} {b} S.A. de C.V.",), _ES[::-1], _ES_TRADE, "52"),
    Country("BR", "巴西", "Brazil", "USD", ("{a} {b} Ltda.",),
            ("Serra Alta", "Campo Largo Sul", "Rio Manso", "Pedra Azul"), ("Iluminação", "Ferramentas", "Comércio"), "55"),
    Country("CL", "智利", "Chile", "USD", ("{a} {b} SpA",), _ES[:4], _ES_TRADE, "56"),
    Country("ZA", "南非", "South Africa", "ZAR", ("{a} {b} (Pty) Ltd",),
            ("Karoo Ridge", "Umhlali", "Bergrivier", "Protea Hill"), _EN_TRADE, "27"),
    Country("TH", "泰国", "Thailand", "THB", ("{a} {b} Co., Ltd.",),
            ("Siam Rung", "Chao Thong", "Nakhon Dee", "Suan Luang"), ("Trading", "Lighting", "Supply"), "66"),
    Country("AE", "阿联酋", "UAE", "USD", ("{a} {b} LLC", "{a} {b} FZE"),
            ("Al Noorah", "Dar Sahra", "Gulf Marwa", "Al Waseem"), ("Trading", "General Trading", "Lighting"), "971"),
    Country("SA", "沙特", "Saudi Arabia", "USD", ("{a} {b} Est.",), ("Al Rabwah", "Najd Star", "Tihama"), ("Trading", "Lighting"), "966"),
    Country("IN", "印度", "India", "USD", ("{a} {b} Pvt. Ltd.",),
            ("Suryodaya", "Narmadeep", "Vindhya", "Shreevan"), ("Exports", "Lights", "Traders"), "91"),
    Country("TR", "土耳其", "Turkey", "USD", ("{a} {b} A.Ş.", "{a} {b} Ltd. Şti."),
            ("Yıldıztepe", "Karaova", "Gümüşdere"), ("Aydınlatma", "Ticaret"), "90"),
)  # fmt: skip

# What sets apart firms that share a name and a trade, and how it is written in the local script.
EXTRAS = ("International", "Group", "Direct", "Trade", "West", "Nova", "Plus", "One")
LOCAL_EXTRAS = {
    "JP": ("国際", "グループ", "ダイレクト", "通商", "西日本", "ノバ", "プラス", "ワン"),
    "KR": ("국제", "그룹", "다이렉트", "통상", "서부", "노바", "플러스", "원"),
    "HK": ("國際", "集團", "直銷", "通商", "西環", "諾華", "加", "一"),
}

# product, price in USD of one piece, lots it is sold in
PRODUCTS: tuple[tuple[str, str, int], ...] = (
    ("LED 吸顶灯 LED ceiling lamp", "8.40", 500), ("太阳能草坪灯 Solar garden light", "2.15", 2000),
    ("工作灯 Work light", "6.75", 600), ("不锈钢锅具套装 Cookware set", "21.50", 200), ("硅胶厨具 Silicone utensils", "3.20", 1000),
    ("电钻 Cordless drill", "24.90", 150), ("园艺剪 Garden shears", "4.60", 800), ("瑜伽垫 Yoga mat", "5.30", 700),
    ("露营椅 Camping chair", "9.80", 400), ("保温杯 Vacuum flask", "4.15", 1200),
)  # fmt: skip

SUPPLIERS = (
    "慈溪恒光灯饰厂",
    "余姚锐锋工具有限公司",
    "永康鼎盛炊具厂",
    "宁海绿野户外用品厂",
    "象山金帆五金厂",
    "奉化舒体运动用品厂",
)
