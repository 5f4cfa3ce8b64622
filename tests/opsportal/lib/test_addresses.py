from django.urls import set_script_prefix

from opsportal.lib.addresses import address_of


def test_an_address_is_what_its_name_and_keys_say() -> None:
    assert address_of("metrics:home") == "/"
    assert address_of("metrics:unit-dashboard", "video-es") == "/dashboards/video-es/"
    assert address_of("metrics:unit-dashboard", "video-de") == "/dashboards/video-de/"


def test_an_address_begins_where_the_portal_is_mounted() -> None:
    assert address_of("metrics:explore") == "/explore/"
    set_script_prefix("/portal/")
    try:
        assert address_of("metrics:explore") == "/portal/explore/"
    finally:
        set_script_prefix("/")
