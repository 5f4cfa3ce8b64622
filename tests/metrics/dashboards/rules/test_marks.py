from datetime import timedelta
from decimal import Decimal

from metrics.dashboards.charts import draw_trend
from metrics.dashboards.rules.figures import Aim
from metrics.dashboards.rules.marks import PlacedMark, find_marks
from metrics.dashboards.rules.trends import Trend, build_trend
from opsportal.lib.periods import Grain
from teams.measures.rules import Mark
from tests.metrics.dashboards.rules.examples import MONDAY, ON_TIME, share, weeks


def trend(*, aims: list[Aim | None], versions: list[int], declared: tuple[Mark, ...] = ()) -> Trend:
    periods = weeks(len(aims))
    return build_trend(
        ON_TIME,
        Grain.WEEK,
        periods,
        [share(940 + n % 3, 1000, version=version) for n, version in enumerate(versions)],
        data_end=periods[-1].end,
        aims=aims,
        declared=declared,
    )


LOW, HIGH = Aim(Decimal(94), None), Aim(Decimal(95), None)


def test_changes_of_definition_and_target_are_marked() -> None:
    found = trend(aims=[None, LOW, LOW, HIGH, None], versions=[1, 1, 1, 2, 2])
    assert find_marks(found) == [
        PlacedMark(1, "Target 94.0"),
        PlacedMark(3, "Definition 2, Target 94.0 → 95.0, limits restart"),
        PlacedMark(4, "No target any more"),
    ]


def test_a_declared_change_is_marked_where_it_begins_and_may_restart_the_limits() -> None:
    week = timedelta(weeks=1)
    merged = Mark(MONDAY + 12 * week - timedelta(days=2), "Steps merged", restarts_limits=True)
    other = Mark(MONDAY + 5 * week, "Not about this", kpis=("accuracy",), restarts_limits=True)
    early = Mark(MONDAY - week, "Long ago")
    found = trend(
        aims=[None] * 24,
        versions=[1] * 24,
        declared=(early, merged, other, Mark(MONDAY + 3 * week, "Moved")),
    )
    assert find_marks(found) == [
        PlacedMark(3, "Moved"),
        PlacedMark(12, "Steps merged, limits restart"),
    ]
    assert [stretch.start for stretch in found.stretches] == [0, 12]


def test_names_of_close_marks_stand_in_two_rows_and_no_third() -> None:
    found = trend(aims=[None, LOW, HIGH, LOW, None, LOW], versions=[1] * 6)
    named = [note for note in draw_trend(found)["layout"]["annotations"] if note["yref"] == "paper"]
    lines = [shape for shape in draw_trend(found)["layout"]["shapes"] if shape["yref"] == "paper"]
    assert len(lines) == 5
    assert 2 <= len(named) < 5
    assert {note["yshift"] for note in named} == {0, 13}
