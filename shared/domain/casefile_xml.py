"""The case file as XML, and its XSD: both follow from the model of the case file and its order.

Every field is an element under its own name and in the model's order; a list is an element that
holds one element for each item; an amount is a text with its currency as attribute. What is None
or absent has no element. The same file gives the same bytes.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from xml.sax.saxutils import escape, quoteattr

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from shared.domain.casefile_v1 import CaseFile
from shared.domain.money import Money

ROOT = "case_file"
NAMESPACE = "urn:dunlin:case-file:1"

# What one item of a list is called, where it is not the list's name without its last letter.
_ITEMS = {
    "addresses": "address", "chronology": "happening", "do_not_dun": "reason",
    "liable_for": "claim", "limitation": "lapse", "seen_as": "id", "vat": "rate",
}  # fmt: skip

# What XML 1.0 cannot hold (section 2.2), whatever the source wrote into a name.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_XS: dict[Any, str] = {
    str: "string", bool: "boolean", int: "integer", date: "date", datetime: "dateTime",
    AwareDatetime: "dateTime",
}  # fmt: skip


def render(file: CaseFile) -> bytes:
    """The XML of a case file, UTF-8; it is valid under ``xsd()``."""
    body = "".join(_elements(file))
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{ROOT} xmlns="{NAMESPACE}">'
    return f"{head}{body}</{ROOT}>\n".encode()


def xsd() -> str:
    """The XML Schema 1.0 of a case file; what its sums must agree in cannot be said in it."""
    done: dict[str, str] = {}
    _complex(CaseFile, done)
    return "\n".join([_HEAD, *done.values(), "</xs:schema>", ""])


# --- rendering ----------------------------------------------------------------------------------


def _elements(record: BaseModel) -> Iterator[str]:
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, tuple):
            item = item_name(name)
            inner = "".join(_element(item, one) for one in value)
            if inner or _always(type(record), name):
                yield f"<{name}>{inner}</{name}>"
        elif value is not None:
            yield _element(name, value)


def _element(name: str, value: Any) -> str:
    match value:
        case BaseModel():
            return f"<{name}>{''.join(_elements(value))}</{name}>"
        case Money():
            return f"<{name} currency={quoteattr(value.currency)}>{value.amount}</{name}>"
        case bool():
            return f"<{name}>{'true' if value else 'false'}</{name}>"
        case datetime() | date():
            return f"<{name}>{value.isoformat()}</{name}>"
        case _:
            text = escape(plain_text(str(value)), {"\r": "&#13;"})
            return f"<{name}>{text}</{name}>"


def plain_text(text: str) -> str:
    """A text without the characters that no XML can hold."""
    return _UNWRITABLE.sub("", text)


def item_name(name: str) -> str:
    """What one item of the list of that name is called."""
    return _ITEMS.get(name, name[:-1])


def _always(model: type[BaseModel], name: str) -> bool:
    return model.model_fields[name].exclude_if is None


# --- the schema ---------------------------------------------------------------------------------

_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{NAMESPACE}"
    targetNamespace="{NAMESPACE}" elementFormDefault="qualified" version="1">
  <xs:element name="{ROOT}" type="CaseFile"/>
  <xs:complexType name="Money">
    <xs:simpleContent>
      <xs:extension base="xs:decimal">
        <xs:attribute name="currency" use="required">
          <xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="[A-Z]{{3}}"/>
          </xs:restriction></xs:simpleType>
        </xs:attribute>
      </xs:extension>
    </xs:simpleContent>
  </xs:complexType>"""


def _complex(model: type[BaseModel], done: dict[str, str]) -> str:
    """The name of a model's complex type; it is written once, with all that it is made of."""
    if model.__name__ not in done:
        done[model.__name__] = ""
        lines = [_field(model, name, info, done) for name, info in model.model_fields.items()]
        inner = "\n".join(lines)
        done[model.__name__] = (
            f'  <xs:complexType name="{model.__name__}">\n    <xs:sequence>\n{inner}\n'
            "    </xs:sequence>\n  </xs:complexType>"
        )
    return model.__name__


def _field(model: type[BaseModel], name: str, info: FieldInfo, done: dict[str, str]) -> str:
    kind, optional, marks = _plain(info.annotation)
    marks = [*info.metadata, *marks]
    optional = optional or not _always(model, name)
    least = ' minOccurs="0"' if optional else ""
    if get_origin(kind) is not tuple:
        return f"      {_typed(name, kind, marks, done, least)}"
    inner, _, beside = _plain(get_args(kind)[0])
    some = any(getattr(one, "min_length", 0) for one in marks)
    times = f' minOccurs="{1 if some else 0}" maxOccurs="unbounded"'
    item = _typed(item_name(name), inner, beside, done, times)
    return (
        f'      <xs:element name="{name}"{least}><xs:complexType><xs:sequence>\n        {item}\n'
        "      </xs:sequence></xs:complexType></xs:element>"
    )


def _typed(name: str, kind: Any, marks: list[Any], done: dict[str, str], times: str) -> str:
    """One element of a type that is no list."""
    start = f'<xs:element name="{name}"{times}'
    if kind is Money:
        return f'{start} type="Money"/>'
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f'{start} type="{_complex(kind, done)}"/>'
    facets = _facets(kind, marks)
    base = "xs:string" if get_origin(kind) is Literal else f"xs:{_XS[kind]}"
    if not facets:
        return f'{start} type="{base}"/>'
    inner = f'<xs:restriction base="{base}">{facets}</xs:restriction>'
    return f"{start}><xs:simpleType>{inner}</xs:simpleType></xs:element>"


def _facets(kind: Any, marks: list[Any]) -> str:
    if get_origin(kind) is Literal:
        return "".join(f"<xs:enumeration value={quoteattr(str(one))}/>" for one in get_args(kind))
    found = []
    for mark in marks:
        for one in (mark, *getattr(mark, "metadata", ())):
            if getattr(one, "pattern", None):
                found.append(f"<xs:pattern value={quoteattr(_pattern(one.pattern))}/>")
            if getattr(one, "ge", None) is not None:
                found.append(f'<xs:minInclusive value="{one.ge}"/>')
            if getattr(one, "le", None) is not None:
                found.append(f'<xs:maxInclusive value="{one.le}"/>')
    return "".join(found)


def _pattern(text: str) -> str:
    """A pattern as XML Schema writes it: always of the whole text, and no character is no XML."""
    return text.removeprefix("^").removesuffix("$").replace(r"\x00-\x1f", "").replace("(?:", "(")


def _plain(annotation: Any) -> tuple[Any, bool, list[Any]]:
    """The type without its marks and without None, whether it may be None, and the marks."""
    marks: list[Any] = []
    optional = False
    while True:
        origin = get_origin(annotation)
        if annotation is AwareDatetime:
            return datetime, optional, marks
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            marks += more
        elif origin in {Union, types.UnionType}:
            optional = True
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation, optional, marks
