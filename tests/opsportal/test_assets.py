from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from opsportal.assets import AssetsMissingError, extract_rules, gather
from opsportal.lib.icons import FILLED, OUTLINE, icon_id

PACKAGES: Path = settings.PROJECT_ROOT / "node_modules"


def test_plotlys_rules_become_a_sheet_in_which_the_first_has_the_last_word() -> None:
    script = """KE={"X,X div":'font-family:"Open Sans";',"X a:hover":"top:0;",Y:"left:0;"};for("""
    assert extract_rules(script).splitlines() == [
        ".plotly-notifier{left:0;}",
        ".js-plotly-plot .plotly a:hover{top:0;}",
        '.js-plotly-plot .plotly,.js-plotly-plot .plotly div{font-family:"Open Sans";}',
    ]


def test_a_plotly_without_the_rules_is_named() -> None:
    with pytest.raises(AssetsMissingError, match="style rules were not found"):
        extract_rules("var nothing;")


def test_gathers_what_the_pages_need(tmp_path: Path) -> None:
    sizes = gather(PACKAGES, tmp_path)
    assert set(sizes) == {"kit.css", "plotly-cartesian.min.js", "icons.svg"}
    kit = (tmp_path / "kit.css").read_text()
    assert ".js-plotly-plot .plotly .main-svg{" in kit
    # A source map that is not gathered would stop collectstatic.
    assert "sourceMappingURL" not in kit
    sprite = (tmp_path / "icons.svg").read_text()
    ids = [icon_id(n) for n in OUTLINE] + [icon_id(n, filled=True) for n in FILLED]
    assert all(f'<symbol id="{i}" ' in sprite for i in ids)


def test_packages_that_are_not_installed_are_one_clear_sentence(
    tmp_path: Path, settings: pytest.FixtureRequest
) -> None:
    settings.PROJECT_ROOT = tmp_path  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="node_modules is missing: run 'npm ci' first"):
        call_command("gather_assets")


def test_a_part_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissingError, match=r"plotly-cartesian.min.js is missing"):
        gather(tmp_path, tmp_path / "vendor")
