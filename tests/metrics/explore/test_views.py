"""Views that are kept: by whom, shared with whom, and what becomes of a name that is taken."""

import pytest
from django.test import Client

from metrics.explore.models import SavedView
from metrics.explore.services import MOST_OF_ONE, ViewError, save_view
from teams.audit.models import AuditEvent
from tests.metrics.dashboards.seeds import seed_work
from tests.personas import Organisation

pytestmark = pytest.mark.django_db
ADDRESS = "kpi=on-time-delivery&unit=video-safety&breakdown=unit"


def keep(client: Client, name: str, parameters: str = ADDRESS, status: int = 302) -> str:
    response = client.post("/explore/views/", {"name": name, "parameters": parameters})
    assert response.status_code == status
    return response.content.decode()


def test_an_address_is_kept_opened_renamed_and_deleted(organisation: Organisation) -> None:
    client = organisation.client("Nadia")
    keep(client, "  Monday   round ", f"{ADDRESS}&page=3&csrf=1&nonsense=2")
    view = SavedView.objects.get()
    assert (view.name, view.parameters, view.owner) == (
        "Monday round",
        ADDRESS,
        organisation.user("Nadia"),
    )
    opened = client.get(f"/explore/views/{view.pk}/")
    assert opened.headers["Location"] == f"/explore/?{ADDRESS}"
    assert client.post(f"/explore/views/{view.pk}/", {"name": "Tuesday"}).status_code == 302
    assert "Tuesday" in client.get("/explore/views/").content.decode()
    assert client.post(f"/explore/views/{view.pk}/delete/").status_code == 302
    assert not SavedView.objects.exists()


def test_a_name_that_is_taken_is_said_and_nothing_is_lost(organisation: Organisation) -> None:
    client = organisation.client("Nadia")
    keep(client, "Monday")
    shown = keep(client, "Monday", "kpi=accuracy&unit=video-es", status=400)
    assert "You have a view called &#x27;Monday&#x27; already" in shown
    assert 'value="kpi=accuracy&amp;unit=video-es"' in shown
    keep(client, "Tuesday")
    second = SavedView.objects.get(name="Tuesday")
    shown = client.post(f"/explore/views/{second.pk}/", {"name": "Monday"})
    assert shown.status_code == 400
    assert "give this one another name" in shown.content.decode()
    assert SavedView.objects.filter(name="Monday").count() == 1
    # Another's name is no hindrance.
    keep(organisation.client("Carmen"), "Monday")


@pytest.mark.parametrize("name", ["", "   ", "\x00", "x" * 121])
def test_a_name_that_cannot_be_is_refused(organisation: Organisation, name: str) -> None:
    keep(organisation.client("Nadia"), name, status=400)
    assert not SavedView.objects.exists()


def test_nobody_keeps_views_without_end(organisation: Organisation) -> None:
    user = organisation.user("Nadia")
    SavedView.objects.bulk_create(
        SavedView(owner=user, name=f"View {number}") for number in range(MOST_OF_ONE)
    )
    with pytest.raises(ViewError, match="delete one"):
        save_view(by=user, name="One more", parameters=ADDRESS)


def test_a_view_is_found_by_those_who_may_read_the_unit(organisation: Organisation) -> None:
    keep(organisation.client("Nadia"), "Round")
    view = SavedView.objects.get()
    readers = {"Carmen": "video-es", "Elif": "video-es"}
    for persona in (*readers, "Lukas", "Ola"):
        assert organisation.client(persona).get(f"/explore/views/{view.pk}/").status_code == 404
    share = organisation.client("Nadia").post(
        f"/explore/views/{view.pk}/share/", {"unit": "video-es"}
    )
    assert share.status_code == 302
    for persona in (*readers, "Ola"):
        client = organisation.client(persona)
        assert "Round" in client.get("/explore/views/").content.decode()
        assert client.get(f"/explore/views/{view.pk}/").status_code == 302
    assert organisation.client("Lukas").get(f"/explore/views/{view.pk}/").status_code == 404
    organisation.client("Nadia").post(f"/explore/views/{view.pk}/share/", {"unit": ""})
    assert organisation.client("Carmen").get(f"/explore/views/{view.pk}/").status_code == 404
    shared = AuditEvent.objects.filter(subject_type="savedview").order_by("id")
    acts = shared.values_list("act", "detail__unit")
    assert list(acts) == [("view.shared", "video-es"), ("view.unshared", "video-es")]


def test_only_its_owner_changes_a_view(organisation: Organisation) -> None:
    keep(organisation.client("Nadia"), "Round")
    view = SavedView.objects.get()
    organisation.client("Nadia").post(f"/explore/views/{view.pk}/share/", {"unit": "video-es"})
    client = organisation.client("Carmen")
    for deed in ("", "share/", "delete/"):
        answer = client.post(f"/explore/views/{view.pk}/{deed}", {"name": "Mine", "unit": ""})
        assert answer.status_code == 404, deed
    assert client.get(f"/explore/views/{view.pk}/delete/").status_code == 405
    assert SavedView.objects.get().name == "Round"


def test_one_shares_only_with_units_that_one_reads(organisation: Organisation) -> None:
    keep(organisation.client("Carmen"), "Mine")
    view = SavedView.objects.get()
    client = organisation.client("Carmen")
    for unit in ("video-de", "search-quality", "nowhere"):
        answer = client.post(f"/explore/views/{view.pk}/share/", {"unit": unit})
        assert answer.status_code == 404, unit
    assert SavedView.objects.get().shared_with is None


def test_a_form_without_its_token_is_refused(organisation: Organisation) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(organisation.user("Nadia"))
    keep(client, "Round", status=403)
    assert not SavedView.objects.exists()


def test_whoever_opens_it_sees_it_within_their_own_rights(organisation: Organisation) -> None:
    seed_work(organisation, days=14)
    address = "kpi=units-per-hour&unit=video-es&breakdown=person&grain=all"
    keep(organisation.client("Nadia"), "People", address)
    view = SavedView.objects.get()
    organisation.client("Nadia").post(f"/explore/views/{view.pk}/share/", {"unit": "video-es"})
    seen = {
        persona: organisation.client(persona)
        .get(f"/explore/views/{view.pk}/", follow=True)
        .content.decode()
        for persona in ("Carmen", "Elif")
    }
    assert "Mateo Example" in seen["Carmen"]
    assert "Mateo Example" not in seen["Elif"]
    assert "as a whole, not by person" in seen["Elif"]


def test_a_view_of_what_is_gone_says_so(organisation: Organisation) -> None:
    seed_work(organisation, days=14)
    client = organisation.client("Nadia")
    keep(client, "Old", "kpi=was-once&unit=video-safety")
    keep(client, "Older", "kpi=on-time-delivery&unit=was-closed")
    for name, words in (("Old", "There is no KPI"), ("Older", "There is no unit")):
        view = SavedView.objects.get(name=name)
        shown = client.get(f"/explore/views/{view.pk}/", follow=True).content.decode()
        assert words in shown
