"""Writes docs/law/: one sheet per country, from its law pack, for a lawyer to read and sign.

Run ``python -m tools.law_sheets`` after a pack has changed; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.domain.law_sheet import Part, current, parts
from shared.domain.lawpack import COUNTRIES, LawPack, load

FOLDER = Path(__file__).parents[1] / "docs" / "law"
_TITLES = {
    "costs": "What an act may cost",
    "waits": "How long to wait",
    "interest": "Late interest",
    "limitation": "When a claim lapses",
    "duties": "What else holds",
}
NAMES = {
    "FI": "Finland", "SE": "Sweden", "NO": "Norway", "DK": "Denmark", "DE": "Germany",
    "NL": "Netherlands", "EE": "Estonia",
}  # fmt: skip


def pages() -> dict[str, str]:
    """Every sheet by its file name."""
    return {f"{country.lower()}.md": "\n".join(_sheet(load(country))) for country in COUNTRIES}


def _sheet(pack: LawPack) -> Iterator[str]:
    yield f"# {NAMES[pack.country]}: the law sheet"
    yield ""
    yield "<!-- Written by tools/law_sheets.py from the pack; do not edit. -->"
    yield ""
    yield (
        f"As of {pack.as_of}. Amounts in {pack.currency}. Rules that ended are left out, "
        "UNCONFIRMED ones are shown and never used: then there is no fee, or a person. PRODUCT is "
        "the hub's own default. Not legal advice."
    )
    for part in parts(pack):
        yield from _table(part)
    yield from ("", "## Classes that a person handles", "")
    for rule in dict.fromkeys(pack.refusals.values()):
        yield f"- {', '.join(rule.claim_classes).replace('_', ' ')}: {rule.text} ({rule.section})"
    yield from _statutes(pack)
    yield from ("", "## Not known", "")
    yield from (f"- {unknown}" for unknown in pack.unknowns)
    yield from ("", "## Sources", "")
    used = {source for rule in current(pack) for source in rule.sources}
    for source in sorted(used - {"PRODUCT"}):
        found = pack.sources[source]
        link = f"[{source}]({found.url})" if found.url.startswith("http") else source
        yield f"- {link}: {found.title}"
    yield ""


def _table(part: Part) -> Iterator[str]:
    yield from ("", f"## {_TITLES[part.subject]}", "")
    yield "| rule | for | what holds | by | since | section | status, sources |"
    yield "|---|---|---|---|---|---|---|"
    for told in part.rules:
        what = f"**{told.act}**: {told.what}" if told.act else told.what
        status = f"{told.status}: {', '.join(told.sources)}" if told.sources else told.status
        cells = [told.rule, told.who, what, told.by, told.since, told.section, status]
        yield f"| {' | '.join(cells)} |"


def _statutes(pack: LawPack) -> Iterator[str]:
    if not pack.statutes:
        return
    yield from ("", "## Acts behind a date", "")
    for statute in pack.statutes.values():
        day = "not set" if statute.in_force_from == "unset" else str(statute.in_force_from)
        yield f"- {statute.id}: {statute.title}. In force from: **{day}**."


def main() -> None:
    """Write the sheets."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
