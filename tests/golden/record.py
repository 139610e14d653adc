"""Records what this release writes, for all later ones: run when a release is made.

    python -m tests.golden.record

It writes ``tests/golden/releases/<version>/``: ``events.jsonl`` (one event of each kind),
``cases.jsonl`` (the cases of all stories: every event, and each decision that was new, by what went
into it and by the hash of what came out), ``policies.json`` and ``laws.json`` (what the decisions
rested on, by hash) and ``casefile.json``. A release that has been made, one with a heading of its
own in CHANGELOG.md, is never recorded again.
"""

from __future__ import annotations

import doctest
import hashlib
import json
import shutil
import sys
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from shared.domain.decisions import AnyDecision
from shared.domain.events import write_event
from shared.domain.explain import canonical, content_hash
from shared.domain.lawpack import LawPack
from tests.scenarios.storybook import Story

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RELEASES = HERE / "releases"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def in_work() -> str:
    """The version that is worked on: empty once it has a heading of its own in the changelog."""
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    made = any(line.startswith("## ") and VERSION in line for line in changes)
    return "" if made else VERSION


def digest(answer: AnyDecision) -> str:
    """The hash of a decision with all its reasons, as JSON."""
    return hashlib.sha256(canonical(answer.model_dump(mode="json"))).hexdigest()


class Recorder:
    """What the stories did, case by case."""

    def __init__(self) -> None:
        self.cases: list[dict[str, Any]] = []
        self.policies: dict[str, Any] = {}
        self.laws: dict[str, dict[str, str]] = {}

    def story(self, name: str) -> type[Story]:
        """The Story whose events and decisions are kept under ``name``."""
        recorder = self

        class Recorded(Story):
            def __init__(self, *scene: Any, **terms: Any) -> None:
                self.kept: dict[str, Any] = {"story": name, "events": [], "decisions": []}
                self.last = ""
                recorder.cases.append(self.kept)
                super().__init__(*scene, **terms)

            def append(self, events: Any) -> None:
                said = list(events)
                super().append(said)
                self.kept["case"] = self.case.id
                self.kept["events"] += [json.loads(write_event(one)) for one in said]

            def _asked(self) -> AnyDecision:
                answer = super()._asked()
                # A decision that went by what is known of channels is no pure ``decide`` alone.
                # One that rests as the day before says nothing new.
                new = f"rest {answer.why}" if answer.kind == "rest" else digest(answer)
                if self.reach is None and new != self.last:
                    self.last = new
                    self.kept["decisions"].append({
                        "after": self.case.version, "now": self.now().isoformat(),
                        "zone": str(self.now().tzinfo), "law": recorder.law(self.law),
                        "policy": recorder.policy(self.policy), "decision": answer.kind,
                        "sha256": digest(answer),
                    })  # fmt: skip
                return answer

        return Recorded

    def policy(self, policy: Any) -> str:
        """Keep a policy; its hash."""
        name = content_hash(policy)
        self.policies[name] = policy.model_dump(mode="json")
        return name

    def law(self, pack: LawPack) -> str:
        """Keep the texts of a law pack; its hash."""
        folder = ROOT / "shared" / "rules"
        self.laws[pack.hash] = {
            "country": pack.country,
            "pack": (folder / f"{pack.country.lower()}.toml").read_text(encoding="utf-8"),
        }
        return pack.hash


def record() -> Recorder:
    """Live through every story, silently."""
    recorder = Recorder()
    runner = doctest.DocTestRunner(verbose=False)
    for page in sorted((ROOT / "tests" / "scenarios").glob("*.rst")):
        text = page.read_text(encoding="utf-8").replace(
            "from tests.scenarios.storybook import Story", ""
        )
        globs = {"Story": recorder.story(page.stem)}
        test = doctest.DocTestParser().get_doctest(text, globs, page.stem, str(page), 0)
        with redirect_stdout(StringIO()):
            runner.run(test, out=lambda _: None)
    recorder.cases = [one for one in recorder.cases if one["events"]]
    return recorder


def lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """One canonical JSON text a line."""
    yield from (canonical(row).decode() for row in rows)


def main() -> int:
    """Write this version's folder; 1 when it is there and the release was made."""
    folder = RELEASES / VERSION
    if folder.exists() and not in_work():
        print(f"{folder} is there: a release is recorded once", file=sys.stderr)
        return 1
    recorder = record()
    folder.mkdir(parents=True, exist_ok=True)
    rates = (ROOT / "shared" / "rules" / "rates.toml").read_text(encoding="utf-8")
    laws = {"rates": rates, "packs": recorder.laws}
    (folder / "cases.jsonl").write_text("\n".join(lines(recorder.cases)) + "\n", encoding="utf-8")
    for name, body in (("policies", recorder.policies), ("laws", laws)):
        text = json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    shutil.copyfile(HERE / "events_v1.jsonl", folder / "events.jsonl")
    shutil.copyfile(HERE / "casefile_v1_full.json", folder / "casefile.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
