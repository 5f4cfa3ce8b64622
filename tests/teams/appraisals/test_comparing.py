"""What the titles of a session say, for as many leaders as there are; the figure as drawn."""

from types import SimpleNamespace
from typing import Any

import pytest

from opsportal.lib.statistics.intervals import Interval
from teams.appraisals.charts import Mark, draw_scatter
from teams.appraisals.comparing import title_of_leniency, title_of_scatter
from teams.appraisals.rules.calibration import Leniency, fit_relation
from teams.appraisals.selectors.calibration import SessionPage

NAMES = {1: "Samuel", 2: "Aoife", 3: "Lukas"}
RISING = [(float(score), 2 + score / 50 + (score % 3) / 20) for score in range(0, 100, 10)]
FLAT = [(float(score), 3 + (score % 20) / 10) for score in range(0, 100, 10)]


def page(*leniencies: tuple[int, float | None, float], points: Any = RISING) -> SessionPage:
    """Give a page of leniencies, each (leader, value, half of its interval, 0 for none)."""
    return SessionPage(
        session=None,  # type: ignore[arg-type]
        led_by=[],
        participants=[],
        waiting=[],
        relation=fit_relation(points),
        leniencies=[
            Leniency(
                leader,
                5,
                value,
                Interval(value - half, value + half) if value is not None and half else None,
            )
            for leader, value, half in leniencies
        ],
        leaders={id_: SimpleNamespace(name=name) for id_, name in NAMES.items()},  # type: ignore[misc]
        cases=[],
        changes=[],
        may_calibrate=True,
    )


@pytest.mark.parametrize(
    ("found", "scatter", "leniency"),
    [
        (
            page((1, 0.46, 0.2), (2, 0.1, 0.2), (3, -0.1, 0.2)),
            "Samuel’s ratings lie above what the evidence carries",
            "Only one leader’s difference is beyond chance",
        ),
        (
            page((1, 0.1, 0.2), (2, 0.0, 0.2), (3, -0.5, 0.2)),
            "Lukas’s ratings lie below what the evidence carries",
            "Only one leader’s difference is beyond chance",
        ),
        (
            page((1, 0.5, 0.2), (2, 0.0, 0.2), (3, -0.6, 0.2)),
            "2 leaders’ ratings lie off what the evidence carries",
            "2 leaders’ differences are beyond chance",
        ),
        (
            page((1, 0.5, 0.2), (2, -0.6, 0.2)),
            "For the same evidence Samuel rates higher than Aoife",
            "The difference of the two leaders is beyond chance",
        ),
        (
            page((1, 0.1, 0.2), (2, 0.1, 0.2), (3, -0.1, 0.2)),
            "Ratings rise with the evidence",
            "No leader’s difference is beyond chance",
        ),
        (
            page((1, 0.1, 0.2), points=FLAT),
            "Ratings do not go with the evidence",
            "No leader’s difference is beyond chance",
        ),
        (
            page((1, 0.1, 0.2), points=[(score, 6 - rating) for score, rating in RISING]),
            "Ratings fall where the evidence rises",
            "No leader’s difference is beyond chance",
        ),
        (
            page((1, 0.9, 0), (2, None, 0), points=[]),
            "Too few are rated and measured to hold ratings against evidence",
            "Too few people to tell leaders apart",
        ),
        (
            page(points=[]),
            "Too few are rated and measured to hold ratings against evidence",
            "Too few people to tell leaders apart",
        ),
    ],
)
def test_titles_say_what_is_the_case(found: SessionPage, scatter: str, leniency: str):
    assert title_of_scatter(found) == scatter
    assert title_of_leniency(found) == leniency


def test_names_in_the_drawing_are_no_markup_and_do_not_lie_on_each_other():
    marks = [
        Mark("<b>Noor</b> & Co", 40, 4.6, is_shown=True, off=1.4),
        Mark("Hugo", 41, 4.5, is_shown=True, off=1.1),
        Mark("Marta", 60, 2.9, is_shown=False, off=-0.8),
        Mark("Oskar", 61, 3.6, is_shown=False, off=None),
    ]
    drawn = draw_scatter(marks, fit_relation(RISING), [(1, "Below"), (5, "Far exceeds")])
    named = {one["text"]: one["yanchor"] for one in drawn["layout"]["annotations"]}
    assert named == {"&lt;b>Noor&lt;/b> &amp; Co": "bottom", "Marta": "top"}
    assert drawn["layout"]["yaxis"]["ticktext"] == ["1 Below", "5 Far exceeds"]
    assert drawn["phone"]["yaxis"]["ticktext"] == ["1", "5"]


def test_a_very_large_group_stays_a_small_figure():
    import json

    marks = [
        Mark(f"Somebody {n}", n % 100, 1 + n % 5, is_shown=n % 9 == 0, off=None)
        for n in range(1_000)
    ]
    drawn = draw_scatter(marks, fit_relation(RISING), [(1, "Below")])
    assert len(json.dumps(drawn)) < 30_000
