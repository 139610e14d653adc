"""HTML and SVG as text that is safe by construction: whatever is not markup is escaped."""

from __future__ import annotations

import html

_VOID = {"meta", "br", "line", "path", "rect", "circle", "use"}


class Markup(str):
    """A text that is markup already."""

    __slots__ = ()


def el(name: str, /, *children: str | None, **attributes: object) -> Markup:
    """An element. Plain texts are escaped, None children and None attributes are left out.

    ``class_`` writes ``class``, and other underscores in an attribute's name a hyphen.
    """
    opening = name + "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(_text(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID and not children:
        return Markup(f"<{opening}{'' if name in {'meta', 'br'} else '/'}>")
    return Markup(f"<{opening}>{join(*children)}</{name}>")


def join(*children: str | None) -> Markup:
    """Children one after the other, plain ones escaped."""
    return Markup(
        "".join(
            child if isinstance(child, Markup) else html.escape(child)
            for child in children
            if child is not None
        )
    )


def table(caption: str, heads: list[str], rows: list[list[str]], *, left: int = 1) -> Markup:
    """A table with a caption and column heads; the first cell of a row heads it.

    All columns but the first ``left`` hold figures and stand right.
    """
    head = el(
        "tr",
        *(el("th", text, scope="col", class_=_side(at, left)) for at, text in enumerate(heads)),
    )
    body = [
        el(
            "tr",
            *(
                el("th", cell, scope="row") if at == 0 else el("td", cell, class_=_side(at, left))
                for at, cell in enumerate(row)
            ),
        )
        for row in rows
    ]
    whole = el("table", el("caption", caption), el("thead", head), el("tbody", *body))
    return el("div", whole, class_="wide")


def folded(summary: str, *children: str | None, open_: bool = False) -> Markup:
    """A part that is unfolded by a click."""
    opened = {"open": "open"} if open_ else {}
    return el("details", el("summary", summary), *children, **opened)


def _side(at: int, left: int) -> str | None:
    return "figure" if at >= left else None


def _text(value: object) -> str:
    """Coordinates are written to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
