"""What stops a portal from starting is said in a sentence."""

import socket

import pytest
from django.core.management import CommandError, call_command

from opsportal.portal.supervision import PortalError, check_port


def test_a_port_in_use_is_named_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(PortalError, match=rf"Port {port} cannot be used .*PORT={port + 1}"):
            check_port(port)
    check_port(port)


@pytest.mark.parametrize("named", ["eight", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", named)

    with pytest.raises(CommandError, match="PORT must be a number from 1 to 65535"):
        call_command("run_portal")
