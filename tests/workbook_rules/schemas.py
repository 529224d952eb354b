"""Every part against the schemas of ECMA-376 (transitional), which tests/data/ecma376 holds as they were published."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lxml import etree

from tests.workbook_rules.package import Book

__all__ = ["schema_problems"]

_ARCHIVE = Path(__file__).resolve().parent.parent / "data" / "ecma376" / "transitional.zip"
_SCHEMA_OF = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "sml.xsd",
    "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing": "dml-spreadsheetDrawing.xsd",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "dml-chart.xsd",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "dml-main.xsd",
    "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties": "shared-documentPropertiesExtended.xsd",
    "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties": "shared-documentPropertiesCustom.xsd",
    "http://schemas.openxmlformats.org/package/2006/content-types": "opc-contentTypes.xsd",
    "http://schemas.openxmlformats.org/package/2006/relationships": "opc-relationships.xsd",
}
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_WITHOUT_SCHEMA = (".vml", "docProps/core.xml")
"""VML has none that holds; the core properties' one imports Dublin Core from the web."""


class _FromArchive(etree.Resolver):
    """Schemas import each other by bare file names."""

    def resolve(self, url: str, _public_id: str, context: object) -> object:
        with zipfile.ZipFile(_ARCHIVE) as archive:
            return self.resolve_string(archive.read(url.rpartition("/")[2]), context, base_url=url)


@cache
def _schema(name: str) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_FromArchive())
    with zipfile.ZipFile(_ARCHIVE) as archive:
        return etree.XMLSchema(etree.fromstring(archive.read(name), parser, base_url=name))


def schema_problems(book: Book) -> Iterator[str]:
    """Every place where a part is not as its schema says."""
    for part, tree in book.trees.items():
        if part.endswith(_WITHOUT_SCHEMA):
            continue
        name = _SCHEMA_OF.get(etree.QName(tree).namespace)
        if name is None:
            yield f"{part}: no schema for {tree.tag}"
            continue
        schema = _schema(name)
        if not schema.validate(_plain(tree)):
            yield from (f"{part}:{error.line}: {error.message}" for error in schema.error_log)


def _plain(tree: etree._Element) -> etree._Element:
    """The part as a reader without extensions sees it, and without xml:space, which the schemas forget to allow."""
    copy = etree.fromstring(etree.tostring(tree))
    ignorable = {
        copy.nsmap[prefix]
        for prefix in copy.attrib.pop(f"{_COMPATIBILITY}Ignorable", "").split()
        if prefix in copy.nsmap
    }
    for node in list(copy.iter(etree.Element)):
        if node.tag == f"{_COMPATIBILITY}AlternateContent":
            _fall_back(node)
            continue
        for attribute in list(node.attrib):
            if attribute == _XML_SPACE or etree.QName(attribute).namespace in ignorable:
                del node.attrib[attribute]
        if etree.QName(node).namespace in ignorable and node.getparent() is not None:
            node.getparent().remove(node)
    return copy


def _fall_back(node: etree._Element) -> None:
    parent, at = node.getparent(), node.getparent().index(node)
    fallback = node.find(f"{_COMPATIBILITY}Fallback")
    parent.remove(node)
    for child in reversed(list(fallback) if fallback is not None else []):
        parent.insert(at, child)
