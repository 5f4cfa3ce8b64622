"""Imports, repeats, corrections and rollbacks, beside a twin that is a plain dictionary."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from metrics.feeds.errors import FeedError
from metrics.feeds.models import Import, ImportState
from metrics.feeds.services import rollback_import
from metrics.records.kinds import WorkRecord
from teams.changes.models import OperatingDay
from tests.metrics.feeds.sending import WORK, make_feed, send

START = date(2026, 11, 2)
PEOPLE, QUEUES = ["E1", "E2", "E3"], ["ads", "video"]
Key = tuple[str, str, date]
Said = tuple[int | None, int | None]

measures = st.one_of(st.none(), st.integers(0, 3))
lines = st.tuples(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(QUEUES),
        st.integers(0, 3).map(lambda days: START + timedelta(days)),
    ),
    st.tuples(measures, measures),
)


def as_file(rows: list[tuple[Key, Said]]) -> str:
    return WORK + "".join(
        f"{person},{queue},{day},{_cell(units)},{_cell(seconds)}\n"
        for (person, queue, day), (units, seconds) in rows
    )


def _cell(value: int | None) -> str:
    return "" if value is None else str(value)


class Imports(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.feed = make_feed()
        # What each fact says, and which import wrote it.
        self.facts: dict[Key, tuple[Said, int]] = {}
        # By import: what it overwrote, None where it inserted.
        self.undo: dict[int, dict[Key, tuple[Said, int] | None]] = {}
        self.files: list[str] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @rule(rows=st.lists(lines, min_size=1, max_size=8))
    def send_rows(self, rows: list[tuple[Key, Said]]) -> None:
        OperatingDay.objects.update(changed_at=None)
        import_ = send(self.feed, as_file(rows))
        self.files.append(as_file(rows))
        good = [(key, said) for key, said in rows if said != (None, None)]
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
            self.undo.setdefault(import_.pk, {})[key] = stood
            self.facts[key] = (last[key], import_.pk)
            days.add(key[2])
        assert import_.state == (ImportState.APPLIED if good else ImportState.REFUSED)
        assert {name: getattr(import_, name) for name in counts} == counts
        assert import_.rejected == len(rows) - len(good)
        assert self.days_marked() == days

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
        if any(self.facts.get(key, (None, 0))[1] != number for key in undone):
            with pytest.raises(FeedError) as refusal:
                rollback_import(import_, by=None)
            assert refusal.value.code == "later_import"
            return
        rollback_import(import_, by=None)
        for key, stood in undone.items():
            if stood is None:
                del self.facts[key]
            else:
                self.facts[key] = stood
        assert self.days_marked() == {day for _, _, day in undone}
        del self.undo[number]
        self.files.clear()

    @invariant()
    def facts_are_equal(self) -> None:
        found = {
            (fact.person.employee_id, fact.queue.name, fact.day): (
                (fact.units, fact.handle_seconds),
                fact.written_by_id,
            )
            for fact in WorkRecord.objects.select_related("person", "queue")
        }
        assert found == self.facts

    def days_marked(self) -> set[date]:
        return set(OperatingDay.objects.exclude(changed_at=None).values_list("day", flat=True))


@pytest.mark.django_db
def test_imports_equal_their_twin(db: Any) -> None:
    assert connection.in_atomic_block
    Imports.TestCase.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
    Imports.TestCase("runTest").runTest()
