"""Words of pages: each is there, in each language, and each is used; each question has a name."""

from __future__ import annotations

import ast
import importlib
import re
import string
import tomllib
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from jinja2 import nodes

from functions import hand_over, payer_acts
from functions.pages.render import FOLDER as TEMPLATES
from functions.pages.render import _environment
from functions.pages.words import CONSOLE, FOLDER, words
from shared.cloud import restored
from shared.domain import at_partner, channels, first_day, health, partner_ends
from shared.domain.formats import LANGUAGES
from shared.domain.policy import Step
from shared.domain.state_events import CircumstanceKind

ROOT = Path(__file__).parents[2]
ROOMS = sorted(path.stem for path in FOLDER.glob("*.toml"))
# Spoken by the payer's page alone, in every language of letters; the rest is the console's.
SPOKEN = {"payer": LANGUAGES}

# --- which questions there are --------------------------------------------------------------------

# Where a question's code stands in a call: its place, else the argument ``why``.
_CALLS = {"task_write": 3, "Alarm": 1, "Doubt": 1, "Untold": 0, "ask": 0}
_CALLS |= {"Ask": None, "PersonAsked": None}
# What only hands on a code that is found where it was made.
_HANDED_ON = {
    "one.why", "question.why", "asked.why", "answer.why", "alarm.why", "found",
    "step_question(lead.step.id)",
}  # fmt: skip
# Codes that are put together or chosen in place, by where.
_CHOSEN = {
    ("functions/payer_acts.py", "why[0]"): {why for why, _ in payer_acts._ASKS.values()},
    ("functions/hand_over.py", "why"): {
        "case_file_incomplete", hand_over.NOT_COLLECTED, hand_over.PARTNER_TERMS,
    },
    ("functions/deliver.py", "why"): {"unknown_outcome"},
    ("shared/cloud/fuses.py", "why"): {"run_above_usual", "overdue_jump"},
    ("shared/cloud/health_words.py", "f'connection_{after}'"): {
        f"connection_{one}" for one in health.PERSONS
    },
    ("shared/cloud/parking.py", "why"): {"failed_repeatedly", restored.WHY},
    ("shared/cloud/expiry_rows.py", "why"): {"expiry_near", "expiry_over"},
    ("shared/cloud/money_rows.py", "why"): {
        "payment_ambiguous", "payment_unapplied", "refund_beyond", "reversal_unknown",
        "reinstatement_unknown", "refund_unknown",
    },
    ("shared/domain/obstacles.py", "f'circumstance_{one.what}'"): {
        f"circumstance_{one}" for one in get_args(CircumstanceKind)
    },
    ("shared/domain/first_day.py", "why"): first_day.QUESTIONS,
    ("shared/domain/moves.py", "f'approve_{step.action}'"): {
        f"approve_{one}"
        for one in get_args(Step.model_fields["action"].annotation) if one != "ask"
    },
    ("shared/domain/alarms.py", "why"): {
        "limitation_near", "limitation_unknown", "limitation_over",
    },
    ("shared/domain/decide.py", "found[0]"): partner_ends._ASKED,
    ("shared/domain/partner_effects.py", "why"): {
        *at_partner.ASKED_THERE, at_partner.PAID_TWICE, partner_ends.SOLD,
    },
    ("shared/domain/channels.py", "way.why"): set(get_args(channels.Unfit)),
    ("shared/domain/question.py", "why"): set(),
}  # fmt: skip


@cache
def _codes():
    found = {"step_call"}  # A policy's own step.
    for path in sorted([*ROOT.glob("functions/**/*.py"), *ROOT.glob("shared/**/*.py")]):
        where = path.relative_to(ROOT).as_posix()
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            said = _why_of(call) if isinstance(call, ast.Call) else None
            if said is not None:
                found |= _meant(where, said)
    return found


def _why_of(call):
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name not in _CALLS or (name == "ask" and ast.unparse(function) != "question.ask"):
        return None
    named = [one.value for one in call.keywords if one.arg == "why"]
    return named[0] if named else call.args[_CALLS[name]]


def _meant(where, said):
    text = ast.unparse(said)
    if isinstance(said, ast.Constant):
        return {said.value}
    if (where, text) in _CHOSEN:
        return set(_CHOSEN[where, text])
    if text in _HANDED_ON:
        return set()
    module = importlib.import_module(where.removesuffix(".py").replace("/", "."))
    # A code that is chosen anew in some module is to be told here what it may be.
    first, *rest = text.split(".")
    assert hasattr(module, first), f"{where}: {text}"
    value = getattr(module, first)
    for name in rest:
        value = getattr(value, name)
    return {value}


@pytest.mark.parametrize("language", CONSOLE)
def test_every_question_has_a_name_and_says_what_its_answers_do(language):
    t, codes = words(language, "why"), _codes()
    assert len(codes) > 90
    for code in codes:
        assert t.code("why", code) != code.replace("_", " "), code
        assert t.code("why_help", code) != code.replace("_", " "), code


def test_every_name_is_that_of_a_question():
    named = {key.removeprefix("why_") for key in _room("why") if not key.startswith("why_help_")}
    assert named - _codes() == {"step_any"}


# --- every sentence in every language -------------------------------------------------------------


@cache
def _room(room):
    return tomllib.loads((FOLDER / f"{room}.toml").read_text(encoding="utf-8"))


def _places(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("room", ROOMS)
def test_a_sentence_is_there_in_each_language_with_the_same_places(room):
    for key, said in _room(room).items():
        assert set(said) == set(SPOKEN.get(room, CONSOLE)), key
        assert all(text.strip() == text and text for text in said.values()), key
        assert len({tuple(_places(text)) for text in said.values()}) == 1, key


# --- what templates and pages ask for -------------------------------------------------------------

_COUNTED = ("_one", "_many")


@cache
def _asked_for(template):
    """The keys, counts and beginnings of keys that a template names, and what it includes."""
    source = (TEMPLATES / template).read_text(encoding="utf-8")
    tree = _environment().parse(source)
    keys, counts, begins = set(), set(), set()
    for call in tree.find_all(nodes.Call):
        kind = _kind(call.node)
        if kind is None or not call.args:
            continue
        first = call.args[0]
        if kind == "code":
            # A macro is told whose word it takes: any text of the template may be that.
            of = [first] if isinstance(first, nodes.Const) else tree.find_all(nodes.Const)
            begins.update({*(f"{one.value}_" for one in of), *_beginning(first)} - {"_"})
        elif isinstance(first, nodes.Const):
            (counts if kind == "count" else keys).add(first.value)
        else:
            begins.update(_beginning(first))
    texts = {str(one.value) for one in tree.find_all(nodes.Const)}
    other = set(re.findall(r"{%-? (?:extends|include|import|from) \"([^\"]+)\"", source))
    return keys, counts, begins, texts, other


def _kind(node):
    if isinstance(node, nodes.Name) and node.name == "t":
        return "word"
    at_t = isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name)
    return node.attr if at_t and node.node.name == "t" else None


def _beginning(node):
    while isinstance(node, nodes.Concat | nodes.Add):
        node = node.nodes[0] if isinstance(node, nodes.Concat) else node.left
    return {node.value} if isinstance(node, nodes.Const) else set()


def _with_others(template):
    found, left = set(), [template]
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += _asked_for(one)[4]
    return found


def _pages():
    """The pages that are drawn with rooms of words named in place: the template and its rooms."""
    for path in sorted((ROOT / "functions/console").glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "desk.page":
                said = [one.value for one in call.args if isinstance(one, ast.Constant)]
                if len(said) == len(call.args):
                    yield said[0], said[1:]


def test_a_page_asks_for_no_word_that_its_rooms_lack():
    seen = 0
    for page, rooms in _pages():
        there = set().union(*(_room(room) for room in ("common", *rooms)))
        for template in _with_others(f"console/{page}.html"):
            keys, counts, _, _, _ = _asked_for(template)
            wanted = keys | {f"{one}{end}" for one in counts for end in _COUNTED}
            assert wanted <= there, f"{page}, {template}: {sorted(wanted - there)}"
            seen += 1
    assert seen > 60


def test_no_word_is_kept_that_nobody_asks_for():
    texts, begins = set(), set()
    for path in TEMPLATES.rglob("*.html"):
        keys, counts, some, said, _ = _asked_for(path.relative_to(TEMPLATES).as_posix())
        texts |= keys | said | {f"{one}{end}" for one in counts for end in _COUNTED}
        begins |= some
    for folder in ("console", "pages", "payer_pages"):
        for path in (ROOT / "functions" / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    texts |= {node.value, *(f"{node.value}{end}" for end in _COUNTED)}
                elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                    begins.add(node.values[0].value)
    begins = tuple(one for one in begins if one.endswith("_"))
    idle = {
        (room, key) for room in ROOMS for key in _room(room)
        if key not in texts and not key.startswith(begins)
    }  # fmt: skip
    assert not idle, "\n".join(f"{room}: {key}" for room, key in sorted(idle))
