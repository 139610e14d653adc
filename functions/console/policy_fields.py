"""Fields of a policy as a form has them: in groups, read off the model, and back into JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import permutations
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from shared.domain.lawpack import COUNTRIES
from shared.domain.money import Money
from shared.domain.policy import ContactCap, Policy, Step

Kind = Literal["text", "number", "money", "choice", "yes"]

# What the form shows in which group; the fields of a nested record are named by their paths.
_GROUPS = {
    "basics": ("name", "law", "unit"),
    "time": ("payment_days", "gather_days", "tolerance", "minimum", "fee_clause", "unsigned_law"),
    "partner": ("partner", "hand_over.service", "hand_over.new_claims"),
    "process": (
        "process.answer_days", "process.credit_days", "process.grace_days",
        "process.clearing_days", "process.promises_a_year", "process.longest_promise_days",
        "process.longest_extension_days", "process.plan_answer_days", "process.plan_grace_days",
        "process.on_broken", "process.new_claims", "process.filing_days", "process.offered_plan",
        "process.agreed_plan", "process.least_instalment",
    ),
    "extras": (
        "extras.allocation", "extras.residual", "extras.waive_below", "extras.after_days",
        "extras.interest_on_late", "extras.own_invoice_above", "extras.compensation",
    ),
}  # fmt: skip
_STEP = ("id", "action", "after", "since", "tone", "fee", "automation")
_CAP = ("most", "days", "kind")
_MANDATE = ("legal", "settlement_floor", "plan_months")
_WHOLE = re.compile(r"[-\u2212]?[0-9]{1,6}")
_NUMBERED = re.compile(r"steps\.([0-9]{1,2})\.id")
MOST_CAPS, MOST_CHANNELS = 5, 5


class Setting(NamedTuple):
    """One field of the form: its path in the policy's JSON, its kind, and what may be chosen.

    ``word`` is the part of the keys of its words.
    """

    path: str
    kind: Kind
    options: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """``hand_over.service`` has its words under ``hand_over_service``."""
        return self.path.replace(".", "_")


@lru_cache(maxsize=1)
def groups() -> dict[str, tuple[Setting, ...]]:
    """The settings of a policy beside its steps, by group."""
    found = {name: tuple(_setting(Policy, path) for path in paths)
             for name, paths in _GROUPS.items()}  # fmt: skip
    return found | {"mandate": tuple(_mandate())}


@lru_cache(maxsize=1)
def step_fields() -> dict[str, Setting]:
    """The fields of one step, by name; its channels stand apart."""
    return {name: _setting(Step, name) for name in _STEP}


@lru_cache(maxsize=1)
def cap_fields() -> dict[str, Setting]:
    """The fields of one cap on contacts, by name."""
    return {name: _setting(ContactCap, name) for name in _CAP}


def draft_of(policy: Policy) -> dict[str, Any]:
    """A policy as JSON with nothing left out, also what says nothing of its own."""
    draft: dict[str, Any] = {"id": policy.id, "version": policy.version}
    for one in _settings():
        _put(draft, one.path, _plain(value(policy, one.path)))
    draft["hand_over"]["mandate"] = _plain(policy.hand_over.mandate)
    draft["steps"] = [
        {**{name: getattr(step, name) for name in _STEP}, "channels": list(step.channels)}
        for step in policy.steps
    ]
    draft["caps"] = [{name: getattr(cap, name) for name in _CAP} for cap in policy.caps]
    return draft


def drafted(form: Mapping[str, str]) -> dict[str, Any]:
    """The policy that a form says, as the API takes it; what was left empty is left out.

    What is no number where one belongs stays as it was typed: the API says what is wrong.
    """
    currency = form.get("currency", "").strip().upper()
    draft: dict[str, Any] = {"id": form.get("id", ""), "version": _number(form.get("version", ""))}
    for one in _settings():
        said = _said(one, form.get(one.path, "").strip(), currency)
        if said is not None:
            _put(draft, one.path, said)
    if form.get("hand_over.mandate") == "yes":
        mandate = {
            one.path.rpartition(".")[2]: _said(one, form.get(one.path, "").strip(), currency)
            for one in groups()["mandate"]
        }
        _put(draft, "hand_over.mandate", mandate)
    draft["steps"] = [_step(form, at) for at in _positions(form)]
    draft["caps"] = list(_caps(form))
    return draft


def value(policy: BaseModel, path: str) -> Any:
    """What stands at a path of a policy; None where a record on the way is not there."""
    found: Any = policy
    for name in path.split("."):
        found = None if found is None else getattr(found, name)
    return found


def _settings() -> Iterator[Setting]:
    for name, found in groups().items():
        if name != "mandate":
            yield from found


def _setting(model: type[BaseModel], path: str) -> Setting:
    if path == "law":
        return Setting(path, "choice", COUNTRIES)
    if path == "extras.allocation":
        orders = permutations(("principal", "interest", "costs"))
        return Setting(path, "choice", tuple("-".join(order) for order in orders))
    *way, last = path.split(".")
    for name in way:
        model = model.model_fields[name].annotation  # type: ignore[assignment]
    return Setting(path, *_kind(model.model_fields[last].annotation))


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    """How a field is filled in, and its options; what may be None has an empty one first."""
    if get_origin(annotation) in (Union, UnionType):
        (inner,) = (one for one in get_args(annotation) if one is not NoneType)
        kind, options = _kind(inner)
        return kind, ("", *options) if options else ()
    if get_origin(annotation) is Literal:
        return "choice", get_args(annotation)
    plain: dict[Any, Kind] = {int: "number", bool: "yes", Money: "money"}
    return plain.get(annotation, "text"), ()


def _mandate() -> Iterator[Setting]:
    kinds: tuple[Kind, ...] = ("yes", "number", "number")
    for name, kind in zip(_MANDATE, kinds, strict=True):
        yield Setting(f"hand_over.mandate.{name}", kind)


def _said(one: Setting, text: str, currency: str) -> Any:
    if one.path == "extras.allocation":
        return text.split("-") if text else None
    match one.kind:
        case "yes":
            return text == "yes"
        case "number":
            return _number(text) if text else None
        case "money":
            amount = text.replace("\u00a0", "").replace(" ", "").replace(",", ".")
            return {"amount": amount, "currency": currency} if text else None
        case _:
            return text or None


def _number(text: str) -> int | str:
    if _WHOLE.fullmatch(text.strip()) is None:
        return text
    return int(text.replace("\u2212", "-"))


def _positions(form: Mapping[str, str]) -> list[int]:
    found = (_NUMBERED.fullmatch(name) for name in form)
    return sorted(int(match[1]) for match in found if match is not None)


def _step(form: Mapping[str, str], at: int) -> dict[str, Any]:
    said = {
        name: _said(one, form.get(f"steps.{at}.{name}", "").strip(), "")
        for name, one in step_fields().items()
    }
    wanted = (form.get(f"steps.{at}.channels.{number}", "") for number in range(MOST_CHANNELS))
    channels = [name for name in wanted if name]
    step = {name: text for name, text in said.items() if text is not None}
    # A step that contacts nobody has no channel to choose: the model's own stands.
    return {**step, "channels": channels} if channels else step


def _caps(form: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for at in range(MOST_CAPS):
        said = {
            name: _said(one, form.get(f"caps.{at}.{name}", "").strip(), "")
            for name, one in cap_fields().items()
        }
        if said["most"] is not None or said["days"] is not None:
            yield said


def _put(draft: dict[str, Any], path: str, said: Any) -> None:
    *way, last = path.split(".")
    for name in way:
        draft = draft.setdefault(name, {})
    draft[last] = said


def _plain(found: Any) -> Any:
    if isinstance(found, Money):
        return {"amount": str(found.amount), "currency": found.currency}
    if isinstance(found, BaseModel):
        return found.model_dump(mode="json")
    return list(found) if isinstance(found, tuple) else found
