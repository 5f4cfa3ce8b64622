"""Nothing answers someone who has not signed in, but for what stands here."""

import pytest
from django.test import Client
from django.urls import resolve

from tests.architecture.urls import Address, walk_addresses

# name: the codes of GET and of POST for whoever has not signed in, and why it is open.
OPEN: dict[str, tuple[int, int]] = {
    # What one needs in order to come in. The demonstration's door is not found elsewhere.
    "accounts:sign-in": (200, 200),
    "accounts:demo-sign-in": (405, 404),
    "accounts:password-reset": (200, 200),
    "accounts:password-reset-done": (200, 405),
    "accounts:set-password": (200, 200),
    "accounts:password-set": (200, 405),
    # Balancers and compose ask whether the portal is well.
    "health": (200, 405),
    # The admin's own way in shows a form, no data; failures count towards the same lockout.
    "admin:login": (200, 200),
    # What the API can be asked, not what it answers.
    "api-schema": (200, 405),
    "api-docs": (200, 405),
}
ADDRESSES = walk_addresses()


@pytest.fixture
def anonymous() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    "address",
    [address for address in ADDRESSES if address.name not in OPEN],
    ids=lambda address: address.sample,
)
def test_it_asks_for_a_sign_in(db, anonymous: Client, address: Address):
    is_api = address.sample.startswith("/api/")
    for method in (anonymous.get, anonymous.post, anonymous.put, anonymous.delete):
        response = method(address.sample)
        if is_api:
            assert response.status_code == 401
        else:
            assert response.status_code == 302
            assert resolve(response["Location"].split("?")[0]).view_name in {
                "accounts:sign-in",
                "admin:login",
            }


@pytest.mark.parametrize("name", OPEN)
def test_what_is_open_exists_and_answers_as_is_said(db, anonymous: Client, name: str):
    samples = [address.sample for address in ADDRESSES if address.name == name]
    assert samples, f"{name} is no URL any more: take it off the list"
    for sample in samples:
        codes = (anonymous.get(sample).status_code, anonymous.post(sample).status_code)
        assert codes == OPEN[name]


def test_samples_lead_to_what_they_are_samples_of():
    for address in ADDRESSES:
        if ":" in address.name and not address.name.startswith("admin:"):
            assert resolve(address.sample).view_name == address.name
