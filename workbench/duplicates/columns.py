"""Which column of a table holds what, by its heading or by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from workbench.duplicates.normalise import country_code, emails_of, fold, host_of, phone_numbers, words_and_form

__all__ = ["FIELDS", "field_named", "holds_companies", "map_columns"]

_HEADINGS: Mapping[str, str] = {
    "name": "legalname companyname company name customer customername client clientname firm firmname firma firmenname kunde"
    " kundenname organisation organization organisationname organizationname orgname businessname vendor vendorname supplier"
    " suppliername account accountname buyer buyername entityname tradingname sitename razonsocial nombre empresa cliente"
    " raisonsociale societe entreprise nom ragionesociale azienda denominazione nazwa unvan sirket musteri название"
    " наименование компания организация фирма клиент επωνυμια εταιρεια ονομα πελατης 公司名称 公司 客户名称 客户 企业名称 企业"
    " 单位名称 名称 公司名 客戶名稱 公司名稱 会社名 企業名 회사명 고객명 상호",
    "local_name": "localname latinname nativename englishname nameenglish namelocal 英文名称 本地名称",
    "country": "country countryname countrycode nation land pays pais paese kraj ulke страна χωρα 国家 國家 国 국가",
    "city": "city town ort stadt ville ciudad citta cidade miasto sehir город πολη 城市 市 도시",
    "address": "address address1 addressline1 street streetaddress adresse anschrift strasse rue direccion indirizzo adres"
    " endereco адрес διευθυνση 地址 住所 주소",
    "postcode": "postcode zip zipcode postalcode plz codepostal codigopostal cap cep индекс тк 邮编 郵編 郵便番号 우편번호",
    "tax_id": "taxid taxnumber taxno vat vatid vatnumber vatno tin ein gst gstin cnpj cuit rfc nif cif nip regon ico inn oib"
    " companynumber registrationnumber regno ustid ustidnr steuernummer siren siret partitaiva инн огрн αφμ 税号 统一社会信用代码"
    " 사업자등록번호",
    "email": "email mail emailaddress emails correo courriel почта 邮箱 邮件 電子郵件 이메일",
    "phone": "phone mobile telephone tel phonenumber phoneno cell cellphone mobilephone fax telefon telefono telefone handy"
    " телефон τηλεφωνο 电话 手机 電話 전화",
    "website": "website url web homepage site domain webpage internet сайт 网址 网站 홈페이지",
    "contact": "contact contactperson contactname person ansprechpartner contacto interlocuteur контакт 联系人 聯繫人 담당자",
    "notes": "notes note remark remarks comment comments bemerkung observaciones примечание 备注 備註",
}
_FIELD_OF = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}
FIELDS = tuple(_HEADINGS)
"""What a column may hold."""

_NO_COMPANY = re.compile(
    r"^(?:given|first|fore|middle|last|sur|family|maiden)_?name|^surname|birth|^dob$|gender|^sex$|^ssn$|soc_?sec|passport"
    r"|^price|^title$|^brand|^model|descri|manufactur|^product|^sku|^author|^venue|^year$|^album|^artist|^isbn|^genre"
    r"|^vorname|^nachname|^prenom|^apellido|^имя$|^фамилия|^姓$|^名$|^价格|^商品|^产品",
    re.IGNORECASE,
)
_COMPANY_FIELDS = frozenset({"tax_id", "website", "local_name"})
_SAMPLE = 2000
_MOSTLY = 0.6
_FORM_SHARE = 0.03
_NAMED_SHARE = 0.4  # of a column's different cells that end in a legal form where it holds names of companies

_LOOKS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("email", lambda text: bool(emails_of(text))),
    ("website", lambda text: "@" not in text and "." in text and bool(host_of(text)) and not text[0].isdigit()),
    ("country", lambda text: bool(country_code(text))),
    ("phone", lambda text: bool(phone_numbers(text)) and sum(map(str.isdigit, text)) > len(text) / 2 and "+" in text),
)


def field_named(text: str) -> str:
    """The field that a heading, in one of many languages, stands for; empty where it is none."""
    return text if text in _HEADINGS else _FIELD_OF.get(re.sub(r"[\W_]+", "", fold(text)), "")


def map_columns(
    rows: Sequence[Mapping[str, Any]], named: Mapping[str, str] | None = None, leave: Iterable[str] = ()
) -> dict[str, tuple[str, ...]]:
    """The columns of each field: those the caller ``named``, else those whose heading or content tells.

    ``leave`` are columns that hold no field, such as the row's id.
    """
    sample = rows[:_SAMPLE]
    named = dict(named or {})
    taken = {*named.values(), *leave}
    found: dict[str, list[str]] = {field: [column] for field, column in named.items()}
    headings = list(dict.fromkeys(str(column) for row in sample for column in row if column))
    unknown = []
    for heading in headings:
        if heading in taken:
            continue
        field = field_named(heading)
        if not field:
            unknown.append(heading)
        elif field not in named:
            found.setdefault(field, []).append(heading)
    for heading in unknown:
        field = _look([str(row[heading]) for row in sample if row.get(heading) not in (None, "")])
        if field and field not in found:
            found[field] = [heading]
    return {field: tuple(columns) for field, columns in found.items()}


def _look(cells: Sequence[str]) -> str:
    """The field that most cells look like, or a name where many end in a legal form; empty where none does."""
    if not cells:
        return ""
    field = next((field for field, test in _LOOKS if sum(map(test, cells)) >= _MOSTLY * len(cells)), "")
    if field:
        return field
    formed = {cell for cell in cells if words_and_form(cell)[1]}
    return "name" if len(formed) >= max(2, _NAMED_SHARE * len(set(cells))) else ""


def holds_companies(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Sequence[str]]) -> bool:
    """Whether the rows are companies (or at least have nothing but a name), and not persons or products."""
    if "name" not in columns:
        return False
    headings = {str(column) for row in rows[:_SAMPLE] for column in row if column}
    used = {column for names in columns.values() for column in names}
    if not any(_NO_COMPANY.search(heading) for heading in headings - used) and not any(
        _NO_COMPANY.search(heading) for heading in columns["name"]
    ):
        return True
    if _COMPANY_FIELDS & columns.keys():
        return True
    names = [str(row[column]) for row in rows[:_SAMPLE] for column in columns["name"] if row.get(column)]
    return sum(bool(words_and_form(name)[1]) for name in names) >= _FORM_SHARE * max(1, len(names))
