from typing import Any

import pytest
from django.test import Client

from teams.competencies.models import Competency, Expectation, Level
from teams.competencies.services import add_competency, describe_level
from tests.personas import Organisation
from tests.teams.growth.ladder import Ladder, build_ladder

pytestmark = pytest.mark.django_db
PAGE = "/levels/"


@pytest.fixture
def ladder(db: None) -> Ladder:
    return build_ladder()


def read(client: Client, path: str, **given: Any) -> str:
    answer = client.post(path, given, follow=True) if given else client.get(path)
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def test_everyone_reads_what_levels_expect(organisation: Organisation, ladder: Ladder) -> None:
    page = read(organisation.client("member"), PAGE)
    for words in (
        "Judgement of L2.",
        "Mentoring of L4.",
        "Senior reviewer",
        "What Mentoring means.",
    ):
        assert words in page, words
    assert "/levels/new/" not in page
    assert "Change" not in page


def test_it_says_what_will_be_here(organisation: Organisation) -> None:
    page = read(organisation.client("member"), PAGE)
    assert "No level is described yet" in page
    assert "Levels that people hold and nobody has described" in page
    assert "?code=" not in page
    assert '/levels/new/?code=L3">L3</a>' in read(organisation.client("hr_partner"), PAGE)


def test_hr_describes_a_level_and_writes_what_it_expects(organisation: Organisation) -> None:
    judith = organisation.client("hr_partner")
    assert 'value="L3"' in read(judith, f"{PAGE}new/?code=L3")
    assert "Saved." in read(judith, f"{PAGE}new/", code="L3", name="Senior", position=3)
    read(judith, "/competencies/new/", name="Judgement", words="Right & fair.", position=1)
    level, competency = Level.objects.get(), Competency.objects.get()
    page = read(judith, PAGE)
    assert "1 expectation is not written yet." in page
    address = f"{PAGE}{level.pk}/{competency.slug}/"
    page = read(judith, address, words="Decides <b>hard</b> cases.", version=0)
    assert "Decides &lt;b&gt;hard&lt;/b&gt; cases." in page
    assert Expectation.objects.get().words == "Decides <b>hard</b> cases."


def test_both_texts_are_kept_when_two_write(organisation: Organisation, ladder: Ladder) -> None:
    judith = organisation.client("hr_partner")
    address = f"{PAGE}{ladder.levels['L3'].pk}/judgement/"
    assert "Judgement of L2." in read(judith, address)  # the level next to it
    read(judith, address, words="Theirs.", version=1)
    page = read(judith, address, words="Mine.", version=1)
    for words in ("Somebody changed this text", "Theirs.", "Mine.", 'name="version" value="2"'):
        assert words in page, words
    assert "Mine." in read(judith, address, words="Mine.", version=2)
    assert Expectation.objects.get(level__code="L3", competency__slug="judgement").words == "Mine."


@pytest.mark.parametrize(
    ("path", "typed", "says"),
    [
        ("/levels/new/", {"code": "L3", "name": "x", "position": 9}, "described already"),
        ("/levels/new/", {"code": "L9", "name": "x", "position": 2}, "Place 2 is that of L3"),
        ("/levels/new/", {"code": "L9", "name": "x", "position": 0}, "greater than or equal to 1"),
        ("/levels/new/", {"code": "L" * 41, "name": "x", "position": 9}, "at most 40 characters"),
        ("/competencies/new/", {"name": "Judgement", "position": 1}, "perhaps a retired one"),
        ("/competencies/new/", {"name": "x", "words": "w" * 2001, "position": 1}, "1 more than"),
    ],
)
def test_nonsense_is_refused_and_kept(
    organisation: Organisation, ladder: Ladder, path: str, typed: dict[str, Any], says: str
) -> None:
    page = read(organisation.client("hr_partner"), path, **typed)
    assert says in page
    assert str(typed["name"]) in page
    assert (Level.objects.count(), Competency.objects.count()) == (3, 2)


def test_a_retired_competency_is_no_longer_shown(
    organisation: Organisation, ladder: Ladder
) -> None:
    judith = organisation.client("hr_partner")
    typed = {"name": "Mentoring", "words": "", "position": 2, "retired": "on"}
    page = read(judith, "/competencies/mentoring/", **typed)
    assert "Mentoring of L4." not in page
    assert ">Mentoring</a>" in page
    assert "Mentoring" not in read(organisation.client("member"), PAGE)


@pytest.mark.parametrize("more", [0, 30])
def test_the_page_costs_the_same_for_few_and_for_many(
    organisation: Organisation, ladder: Ladder, django_assert_num_queries: Any, more: int
) -> None:
    for number in range(more):
        describe_level(code=f"M{number}", name=f"More {number}", position=100 + number, by=None)
        add_competency(name=f"More {number}", words="", position=number, by=None)
    client = organisation.client("hr_partner")
    # Four for who is looking, then competencies, levels, expectations and what is missing.
    with django_assert_num_queries(8):
        client.get(PAGE)
