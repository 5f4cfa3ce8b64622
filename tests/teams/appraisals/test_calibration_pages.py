"""The pages of a session through a browser's eyes: who opens them, what they say and send."""

import json
import re
from decimal import Decimal

import plotly.graph_objects as go
import pytest

from teams.appraisals.models import CalibrationSession, RatingChange
from teams.appraisals.rules.transitions import State
from teams.appraisals.services.calibration import change_rating, close_session
from teams.audit.models import AuditEvent
from tests.personas import PERSONAS, Organisation
from tests.teams.appraisals.building import find_appraisal, put
from tests.teams.appraisals.calibrating import build_session, rate, rate_all


@pytest.fixture
def session(organisation: Organisation) -> CalibrationSession:
    """Everybody of Video Safety is rated and measured; Carmen rates a point too high."""
    found = build_session(organisation)
    rate_all(found.appraisals.all(), lenient=organisation.people["Carmen"].pk)
    return found


def read(organisation: Organisation, persona: str, path: str) -> str:
    answer = organisation.client(persona).get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", answer.content.decode())


def address(session: CalibrationSession, rest: str = "") -> str:
    return f"/appraisals/sessions/{session.pk}/{rest}"


def test_each_persona_gets_the_page_or_not(organisation, session):
    elif_ = find_appraisal(session.cycle, organisation, "Elif")
    person = f"people/{elif_.pk}/"
    expected = dict.fromkeys(PERSONAS, (403, 403, 403))
    expected |= dict.fromkeys(("team_leader", "sibling_leader"), (404, 404, 404))
    # HR reads; whoever leads the group closes.
    expected |= {"group_leader": (200, 200, 200), "hr_partner": (200, 200, 404)}
    for persona, codes in expected.items():
        client = organisation.client(persona)
        found = tuple(
            client.get(address(session, rest)).status_code for rest in ("", person, "close/")
        )
        assert found == codes, persona


def test_the_page_says_what_is_the_case(organisation, session):
    page = read(organisation, "group_leader", address(session))
    assert "Calibration of Video Safety" in page
    assert "Nadia Example leads" in page
    assert "12 of 12 people ready" in page
    assert "No distribution is forced." in page
    assert "For the same evidence Carmen Example rates higher than Lukas Example" in page
    assert "The difference of the two leaders is beyond chance" in page
    assert "Close session" in page


def test_where_nothing_is_beyond_chance_it_says_so(organisation):
    session = build_session(organisation)
    rate_all(session.appraisals.all())
    page = read(organisation, "group_leader", address(session))
    assert "No leader’s difference is beyond chance" in page
    assert "Ratings rise with the evidence" in page
    assert "Nobody: every rating lies within 0.6" in page


def test_a_session_without_ratings_says_what_will_be_there(organisation):
    session = build_session(organisation)
    page = read(organisation, "group_leader", address(session))
    assert "No rating to compare yet" in page
    assert "0 of 12 people ready" in page
    assert "12 in self review" in page


def test_the_chart_is_a_figure_that_plotly_draws_and_a_table(organisation, session):
    page = read(organisation, "group_leader", address(session))
    figure = json.loads(
        re.findall(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page)[0]
    )
    plain = json.loads(re.sub(r'"token:[a-z0-9-]+"', '"#102030"', json.dumps(figure)))
    drawn = go.Figure({"data": plain["data"], "layout": plain["layout"]})
    marks = [trace for trace in drawn.data if trace.mode == "markers"]
    assert sum(len(trace.x) for trace in marks) == 12
    assert {trace.marker.symbol for trace in marks} == {None, "square"}
    assert len(json.dumps(figure)) < 20_000
    table = page[page.index('id="ratings-table"') : page.index('id="leniency"')]
    assert table.count("<tr>") == 13
    assert 'data-chart-csv="ratings"' in page
    assert 'data-chart-csv="leniency"' in page


def test_reading_ratings_is_logged_once_a_day(organisation, session):
    for persona in ("group_leader", "hr_partner", "group_leader"):
        read(organisation, persona, address(session))
    readers = AuditEvent.objects.filter(act="calibration.read", subject_id=str(session.pk))
    assert sorted(readers.values_list("actor__email", flat=True)) == [
        "judith@example.org",
        "nadia@example.org",
    ]
    elif_ = find_appraisal(session.cycle, organisation, "Elif")
    read(organisation, "group_leader", address(session, f"people/{elif_.pk}/"))
    assert AuditEvent.objects.filter(act="appraisal.read", subject_id=str(elif_.pk)).exists()


def test_a_rating_is_changed_by_a_plain_form(organisation, session):
    elif_ = rate(find_appraisal(session.cycle, organisation, "Elif"), 4.5)
    path = address(session, f"people/{elif_.pk}/")
    client = organisation.client("group_leader")
    page = client.get(path).content.decode()
    before = re.findall(r'name="expected_before" value="([^"]+)"', page)[0]
    reason = "Two of five cited cases were <b>decided</b> by a colleague"
    answer = client.post(path, {"after": "3.9", "words": reason, "expected_before": before})
    assert (answer.status_code, answer["Location"]) == (302, address(session))
    shown = read(organisation, "group_leader", address(session))
    assert (
        "The rating of Elif Example is 3.9 now, 4.5 before."
        in client.get(address(session)).content.decode()
    )
    assert "Two of five cited cases were &lt;b&gt;decided&lt;/b&gt; by a colleague" in shown
    assert "1 change, mean of the group" in shown


@pytest.mark.parametrize(
    ("sent", "code", "says"),
    [
        ({"after": "5.5"}, 400, "A rating lies between 1 and 5"),
        ({"after": "3.25"}, 400, "1 decimal place"),
        ({"after": ""}, 400, "This field is required"),
        ({"words": ""}, 400, "the reason stays beside the rating"),
        ({"words": "x" * 2_001}, 400, "1 more than are kept"),
        ({"expected_before": "nonsense"}, 400, "Open this page again"),
        ({"expected_before": "2.0"}, 409, "Yours was not saved"),
        ({"after": "4.5"}, 409, "This is the rating that stands"),
    ],
)
def test_a_refused_change_comes_back_with_what_was_typed(
    organisation, session, sent: dict, code: int, says: str
):
    elif_ = rate(find_appraisal(session.cycle, organisation, "Elif"), 4.5)
    fields = {"after": "3.9", "words": "Typed with care", "expected_before": "4.5000"} | sent
    answer = organisation.client("group_leader").post(
        address(session, f"people/{elif_.pk}/"), fields
    )
    assert answer.status_code == code
    page = answer.content.decode()
    assert says in page
    assert fields["words"] in page
    assert not RatingChange.objects.exists()


def test_a_change_that_came_second_can_be_sent_again(organisation, session):
    elif_ = rate(find_appraisal(session.cycle, organisation, "Elif"), 4.5)
    path = address(session, f"people/{elif_.pk}/")
    change_rating(
        appraisal=elif_,
        after=Decimal("4.1"),
        words="First.",
        by=organisation.user("Dana"),
        expected_before=Decimal("4.5"),
    )
    client = organisation.client("group_leader")
    late = client.post(path, {"after": "3.9", "words": "Second", "expected_before": "4.5000"})
    page = late.content.decode()
    assert late.status_code == 409
    assert "Dana Example changed it to 4.1" in page
    seen = re.findall(r'name="expected_before" value="([^"]+)"', page)[0]
    again = client.post(path, {"after": "3.9", "words": "Second", "expected_before": seen})
    assert again.status_code == 302
    assert list(RatingChange.objects.values_list("before", "after")) == [
        (Decimal("4.5"), Decimal("4.1")),
        (Decimal("4.1"), Decimal("3.9")),
    ]


def test_hr_reads_and_has_no_forms(organisation, session):
    elif_ = find_appraisal(session.cycle, organisation, "Elif")
    assert "Close session" not in read(organisation, "hr_partner", address(session))
    path = address(session, f"people/{elif_.pk}/")
    page = read(organisation, "hr_partner", path)
    assert 'name="after"' not in page
    assert "Only who leads the group" in page
    answer = organisation.client("hr_partner").post(
        path, {"after": "3.9", "words": "I say so", "expected_before": str(elif_.score)}
    )
    assert answer.status_code == 409
    assert "I say so" in answer.content.decode(), "nothing that was typed is lost"
    assert not RatingChange.objects.exists()


def test_only_people_of_the_session_stand_in_it(organisation, session):
    carmen = find_appraisal(session.cycle, organisation, "Carmen")
    client = organisation.client("Dana")
    assert carmen.session_id != session.pk
    assert client.get(address(session, f"people/{carmen.pk}/")).status_code == 404
    elif_ = put(find_appraisal(session.cycle, organisation, "Elif"), State.LEADER_REVIEW)
    assert client.get(address(session, f"people/{elif_.pk}/")).status_code == 404


def test_closing_asks_before_and_names_who_is_left_out(organisation, session):
    put(find_appraisal(session.cycle, organisation, "Elif"), State.LEADER_REVIEW)
    path = address(session, "close/")
    page = read(organisation, "group_leader", path)
    assert "11 appraisals go on to be signed off." in page
    assert "1 appraisal is still being written." in page
    assert "Elif Example" in page
    client = organisation.client("group_leader")
    refused = client.post(path, {})
    assert refused.status_code == 409
    assert "still being written: Elif Example" in refused.content.decode()
    done = client.post(path, {"leave_out": "on"})
    assert (done.status_code, done["Location"]) == (302, address(session))
    session.refresh_from_db()
    assert session.closed_at is not None


def test_a_closed_session_shows_everything_and_no_forms(organisation, session):
    close_session(session=session, by=organisation.user("group_leader"))
    page = read(organisation, "group_leader", address(session))
    assert "by Nadia Example" in page
    assert "Close session" not in page
    assert "Elif Example" in page
    assert "No rating was changed; all stand as their leaders gave them." in page
    elif_ = find_appraisal(session.cycle, organisation, "Elif")
    person = read(organisation, "group_leader", address(session, f"people/{elif_.pk}/"))
    assert 'name="after"' not in person
    assert "This session is closed" in person
    close = read(organisation, "group_leader", address(session, "close/"))
    assert "This session is closed already." in close
    assert '<form method="post" class="sec">' not in close


def test_the_pages_cost_the_same_whatever_their_size(organisation, django_assert_max_num_queries):
    session = build_session(organisation)
    appraisals = list(session.appraisals.all())
    rate_all(appraisals[:6])
    rate(appraisals[0], 5)
    client = organisation.client("group_leader")
    paths = [address(session), address(session, f"people/{appraisals[0].pk}/")]
    counts = []
    for _ in range(2):
        for path in paths:
            client.get(path)
            with django_assert_max_num_queries(24) as asked:
                client.get(path)
            counts.append(len(asked))
        if len(counts) == 2:
            rate_all(appraisals[6:])
    assert counts[:2] == counts[2:]
