"""Any object of LibreOffice, held here and worked with from outside: what xlwings calls ``api``."""

from __future__ import annotations

from typing import Any

import uno

from .service import Office, Refused, operation

_PLAIN = (bool, int, float, str)


def outward(office: Office, value: Any) -> Any:
    """A value for the other side: plain ones as they are, sequences item by item, all else as a held object."""
    if value is None or isinstance(value, _PLAIN):
        return value
    if isinstance(value, (tuple, list)):
        return [outward(office, item) for item in value]
    if isinstance(value, uno.Enum):
        return {"enum": [value.typeName, value.value]}
    return {"object": office.keep(value), "text": repr(value)[:200]}


def inward(office: Office, value: Any) -> Any:
    """The same the other way."""
    if isinstance(value, list):
        return tuple(inward(office, item) for item in value)
    if isinstance(value, dict):
        if "enum" in value:
            return uno.Enum(*value["enum"])
        return office.objects[value["object"]]
    return value


@operation("object.of")
def held(office: Office, kind: str, place: list[Any]) -> dict[str, Any]:
    """Holds the desktop, a document, a sheet or a range."""
    if kind == "app":
        found = office.desktop
    elif kind == "context":
        found = office.context
    elif kind == "book":
        found = office.document(*place)
    elif kind == "sheet":
        found = office.sheet(*place)
    else:
        found = office.cells(*place)
    return {"object": office.keep(found), "text": repr(found)[:200]}


@operation("object.get")
def get(office: Office, number: int, name: str) -> Any:
    """An attribute; a method is told apart by ``{"method": true}``."""
    try:
        value = getattr(office.objects[number], name)
    except AttributeError:
        raise Refused("attribute", name) from None
    return {"method": True} if callable(value) else outward(office, value)


@operation("object.set")
def put(office: Office, number: int, name: str, value: Any) -> None:
    """Sets an attribute."""
    setattr(office.objects[number], name, inward(office, value))


@operation("object.call")
def call(office: Office, number: int, name: str, arguments: list[Any]) -> Any:
    """Calls a method."""
    method = getattr(office.objects[number], name)
    return outward(office, method(*(inward(office, argument) for argument in arguments)))


@operation("object.struct")
def make(office: Office, name: str, fields: dict[str, Any]) -> Any:
    """A new struct of LibreOffice's, held."""
    made = uno.createUnoStruct(name)
    for field, value in fields.items():
        setattr(made, field, inward(office, value))
    return outward(office, made)


@operation("object.release")
def release(office: Office, numbers: list[int]) -> None:
    """Lets objects go."""
    for number in numbers:
        office.objects.pop(number, None)
