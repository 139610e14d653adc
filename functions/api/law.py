"""Law packs and rates: what is in force, how an update comes in, who signs it off."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError

from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, faults, invalid, read
from shared.cloud import audit, clock, hub_keys, law_rows, table
from shared.cloud.law_rows import State, Texts
from shared.cloud.table import Row, Write
from shared.domain.explain import Record
from shared.domain.lawpack import COUNTRIES, LawPack, load
from shared.domain.packs import diff
from shared.domain.rate_table import LoadedRate, RateRefused, last_known, with_rate
from shared.errors import NotFound


class NewPack(Record):
    """The text of a pack's file. Its rates are those in force."""

    country: str = Field(pattern=r"^[A-Z]{2}$")
    text: str = Field(min_length=1, repr=False)


class SignOff(Record):
    """The person who stands for a pack."""

    name: str = Field(min_length=3, max_length=120)
    role: str = Field(min_length=2, max_length=120)
    note: str = Field(default="", max_length=500)


class NewRate(LoadedRate):
    """A rate to load; with ``sign_off`` the pack that it makes is signed by the same call."""

    sign_off: SignOff | None = None


class Activation(Record):
    """The pack to put in force, and the preview that was looked at."""

    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    previewed: str = Field(pattern=r"^[0-9a-f]{16}$")


def get_law(request: Request) -> Answer:
    """What is in force for a country, who signed it off, and how far its rates are known."""
    country = _country(request)
    force = law_rows.current(country)
    return Answer(_view(force.pack, force.sign_off))


def post_pack(request: Request) -> Answer:
    """Store a pack as a candidate, checked whole. Nothing is in force by that."""
    new = read(request, NewPack)
    _known(new.country)
    if len(new.text.encode()) > law_rows.MOST_BYTES:
        raise invalid(fault("text", "too_large", "a law pack is at most 250 kB"))
    rates = law_rows.texts(law_rows.current(new.country).pack.hash).rates
    candidate = Texts(new.country, new.text, rates)
    pack = _read(candidate)
    facts = {"country": new.country, "hash": pack.hash}
    entry = audit.hub_entry(request.principal.client, "law_pack_stored", facts)
    table.transact([candidate.kept(pack.hash), entry])
    return Answer(_view(pack, law_rows.SIGNED if _signed(pack.hash) else ""), status=201)


def get_diff(request: Request) -> Answer:
    """What a pack says otherwise than another (``against``, or the one in force)."""
    pack = law_rows.stored(request.path["hash"])
    against = request.query.get("against")
    before = law_rows.stored(against) if against else law_rows.current(pack.country).pack
    if before.country != pack.country:
        raise invalid(fault("against", "other_country", "both law packs must be of one country"))
    changes = diff(before, pack)
    return Answer({
        "hash": pack.hash,
        "against": before.hash,
        "changes": [one.model_dump(mode="json") for one in changes],
        "text": [one.text for one in changes],
    })  # fmt: skip


def post_sign_off(request: Request) -> Answer:
    """A named person stands for a pack: acts that cost a debtor money may rest on it."""
    given = read(request, SignOff)
    pack = law_rows.stored(request.path["hash"])
    table.transact([
        State.read().moved(sign=pack.hash),
        law_rows.texts(pack.hash).kept(pack.hash),
        *_signature(request, pack, given),
    ])  # fmt: skip
    return Answer(_view(pack, law_rows.SIGNED))


def put_active(request: Request) -> Answer:
    """Put a pack in force that somebody previewed against the one that is in force now."""
    choice = read(request, Activation)
    country = _country(request)
    pack = law_rows.stored(choice.hash)
    if pack.country != country:
        raise NotFound("no such law pack")
    state = State.read()
    now = law_rows.current(country).pack
    _previewed(choice, now)
    texts = law_rows.texts(pack.hash)
    if texts.rates != law_rows.texts(now.hash).rates:
        title = "Interest rates were loaded after this pack was stored: store the pack again."
        raise Problem(409, "rates_moved", title)
    facts = {"country": country, "hash": pack.hash, "before": now.hash}
    entry = audit.hub_entry(request.principal.client, "law_pack_activated", facts)
    write = state.moved(active={country: pack.hash})
    table.transact([write, texts.kept(pack.hash), entry, *_kept(now)])
    return Answer(_view(pack, law_rows.SIGNED if pack.hash in state.signed else ""))


def put_rates(request: Request) -> Answer:
    """Load the reference rate of a half-year: a new pack, in force at once.

    With a ``sign_off`` in the body the same call signs the new pack, so that nothing waits.
    """
    country = _country(request)
    rate = read(request, NewRate)
    signed = rate.sign_off
    state = State.read()
    before = law_rows.current(country).pack
    texts = _merged(law_rows.texts(before.hash), rate)
    pack = _read(texts)
    facts = {
        "country": country, "from": rate.first.isoformat(), "reference": rate.reference,
        "status": rate.status, "replaces": rate.replaces, "hash": pack.hash, "before": before.hash,
    }  # fmt: skip
    table.transact([
        state.moved(active={country: pack.hash}, sign=pack.hash if signed else ""),
        texts.kept(pack.hash),
        *_kept(before),
        audit.hub_entry(request.principal.client, "rate_loaded", facts),
        *(_signature(request, pack, signed) if signed else ()),
    ])  # fmt: skip
    done = signed is not None or pack.hash in state.signed
    return Answer(_view(pack, law_rows.SIGNED if done else ""))


def _country(request: Request) -> str:
    return _known(request.path["country"])


def _known(country: str) -> str:
    if country not in COUNTRIES:
        raise NotFound("no law pack for this country")
    return country


def _read(texts: Texts) -> LawPack:
    """A candidate, checked whole. ``Problem`` 422 names the fields at fault, without values."""
    try:
        return texts.read()
    except ValidationError as error:
        raise invalid(*faults(error, "text")) from None
    except ValueError:
        # A sentence of TOML's own parser may quote the text; ours name a rule by its id.
        text = "the law pack cannot be read, or its rules contradict each other"
        raise invalid(fault("text", "unreadable", text)) from None


def _merged(texts: Texts, rate: NewRate) -> Texts:
    try:
        rates = with_rate(texts.rates, texts.country, rate)
    except RateRefused as refused:
        raise invalid(fault("from", refused.code, str(refused))) from None
    return Texts(texts.country, texts.pack, rates)


def _kept(pack: LawPack) -> list[Write]:
    """What was in force until now stays readable for ever."""
    return [law_rows.texts(pack.hash).kept(pack.hash)]


def _previewed(choice: Activation, now: LawPack) -> None:
    row = table.get(hub_keys.law_note(choice.hash, f"preview-{choice.previewed}"))
    if row is None:
        raise invalid(fault("previewed", "unknown", "this law pack has no such preview"))
    if row["against"] != now.hash:
        title = "Another law pack has come into force since that preview: make the preview again."
        raise Problem(409, "preview_outdated", title)


def _signature(request: Request, pack: LawPack, given: SignOff) -> list[Write]:
    by = request.principal.client
    facts = {"country": pack.country, "hash": pack.hash, "role": given.role}
    row = law_rows.sign_off_row(
        pack.hash, name=given.name, role=given.role, note=given.note, by=by, at=clock.wall()
    )
    return [row, audit.hub_entry(by, "law_pack_signed_off", facts)]


def _signed(digest: str) -> bool:
    return digest in State.read().signed


def _view(pack: LawPack, sign_off: str) -> dict[str, Any]:
    known = last_known(pack)
    row: Row | None = law_rows.signature(pack.hash) if sign_off == law_rows.SIGNED else None
    return {
        "country": pack.country,
        "hash": pack.hash,
        "as_of": pack.as_of.isoformat(),
        "rules": len(pack.rules),
        "rates_known_to": known.isoformat() if known else None,
        "shipped": load(pack.country).hash == pack.hash,
        "signed": bool(sign_off),
        "sign_off": {name: row[name] for name in ("name", "role", "note", "at")} if row else None,
    }
