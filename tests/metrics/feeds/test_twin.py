"""Imports, repeats, corrections and rollbacks, beside a twin that is a plain dictionary."""

from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from metrics.feeds.errors import FeedError
from metrics.feeds.models import Import, ImportState
from metrics.feeds.services import rollback_import
from metrics.records.kinds import KINDS
from teams.changes.models import OperatingDay
from tests.metrics.feeds.samples import sample, stored, told
from tests.metrics.feeds.sending import as_csv, make_feed, send

Said = dict[str, Any]
# Those whose facts count on single days; what holds over many is looked at elsewhere.
OF_DAYS = [kind.slug for kind in KINDS.values() if not kind.until]

# Which grain, what it says beside, and which of its optional columns it leaves blank.
lines = st.tuples(st.integers(0, 2), st.integers(0, 1), st.sets(st.integers(0, 11)))


def as_row(kind: str, line: tuple[int, int, set[int]]) -> dict[str, Any]:
    number, says, blanks = line
    row = sample(kind, number + says) | {
        name: sample(kind, number)[name] for name in KINDS[kind].grain
    }
    return row | {
        column.name: None
        for place, column in enumerate(KINDS[kind].columns)
        if place in blanks and not column.required and column.name not in KINDS[kind].grain
    }


class Imports(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        # By grain: what each fact says, and which import wrote it.
        self.facts: dict[int, tuple[Said, int]] = {}
        # By import: what it overwrote, None where it inserted, and what it wrote.
        self.undo: dict[int, dict[int, tuple[tuple[Said, int] | None, Said]]] = {}
        self.files: list[bytes] = []
        self.kind = ""

    @initialize(kind=st.sampled_from(OF_DAYS))
    def choose_a_kind(self, kind: str) -> None:
        self.kind = kind
        self.feed = make_feed(kind=kind)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @rule(drawn=st.lists(lines, min_size=1, max_size=8))
    def send_rows(self, drawn: list[tuple[int, int, set[int]]]) -> None:
        OperatingDay.objects.update(changed_at=None)
        known = set(OperatingDay.objects.values_list("day", flat=True))
        rows = [as_row(self.kind, line) for line in drawn]
        self.files.append(as_csv(rows))
        import_ = send(self.feed, self.files[-1])
        needed = KINDS[self.kind].needed
        good = [
            (line[0], told(self.kind, row))
            for line, row in zip(drawn, rows, strict=True)
            if not needed or any(row[name] is not None for name in needed)
        ]
        counts = {"inserted": 0, "updated": 0, "unchanged": 0}
        last, days = dict(good), set()
        for key in last:
            stood = self.facts.get(key)
            if stood is not None and stood[0] == last[key]:
                counts["unchanged"] += sum(other == key for other, _ in good)
                continue
            before = stood[0] if stood else None
            for said in [said for other, said in good if other == key]:
                word = (
                    "inserted" if before is None else "updated" if before != said else "unchanged"
                )
                counts[word] += 1
                before = said
            self.undo.setdefault(import_.pk, {})[key] = stood, last[key]
            self.facts[key] = (last[key], import_.pk)
            days |= self.days_of(stood and stood[0], last[key])
        assert import_.state == (ImportState.APPLIED if good else ImportState.REFUSED)
        assert {name: getattr(import_, name) for name in counts} == counts
        assert import_.rejected == len(rows) - len(good)
        # Whoever is new was there from the beginning of time, and counts as a head on all days.
        assert self.days_marked() == days | (known if "person" in import_.created_things else set())

    @precondition(lambda self: self.files)
    @rule()
    def send_the_last_file_again(self) -> None:
        OperatingDay.objects.update(changed_at=None)
        import_ = send(self.feed, self.files[-1])
        assert import_.unchanged + import_.rejected == import_.rows
        assert self.days_marked() == set()

    @precondition(lambda self: self.undo)
    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.undo)))
        undone = self.undo[number]
        OperatingDay.objects.update(changed_at=None)
        import_ = Import.objects.get(pk=number)
        if any(self.facts.get(key, ({}, 0))[1] != number for key in undone):
            with pytest.raises(FeedError) as refusal:
                rollback_import(import_, by=None)
            assert refusal.value.code == "later_import"
            return
        rollback_import(import_, by=None)
        days: set[date] = set()
        for key, (stood, written) in undone.items():
            days |= self.days_of(stood and stood[0], written)
            if stood is None:
                del self.facts[key]
            else:
                self.facts[key] = stood
        assert self.days_marked() == days
        del self.undo[number]
        self.files.clear()

    @invariant()
    def facts_are_equal(self) -> None:
        if not self.kind:
            return
        found = stored(self.kind, "written_by_id", "key")
        expected = [said | {"written_by_id": by, "key": None} for said, by in self.facts.values()]
        assert sorted(found, key=repr) == sorted(expected, key=repr)

    def days_of(self, *said: Said | None) -> set[date]:
        """Return the days on which facts count that say this."""
        days = KINDS[self.kind].days
        return {fact[day] for fact in said if fact for day in days if fact[day]}

    def days_marked(self) -> set[date]:
        return set(OperatingDay.objects.exclude(changed_at=None).values_list("day", flat=True))


@pytest.mark.django_db
def test_imports_equal_their_twin(db: Any) -> None:
    assert connection.in_atomic_block
    Imports.TestCase.settings = settings(max_examples=20, stateful_step_count=8, deadline=None)
    Imports.TestCase("runTest").runTest()
