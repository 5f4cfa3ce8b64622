import json
from pathlib import Path
from typing import Any

from opsportal.static_files import StaticFiles


def test_a_file_is_named_by_its_content_and_looked_up_once(tmp_path: Path, settings: Any) -> None:
    settings.DEBUG = False
    manifest = {"version": "1.1", "hash": "", "paths": {"js/app.js": "js/app.1a2b.js"}}
    (tmp_path / "staticfiles.json").write_text(json.dumps(manifest))
    files = StaticFiles(location=str(tmp_path), base_url="/static/")
    assert files.url("js/app.js") == "/static/js/app.1a2b.js"
    files.hashed_files = {}
    assert files.url("js/app.js") == "/static/js/app.1a2b.js"
