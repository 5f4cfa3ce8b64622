from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command


@pytest.fixture
def schema(tmp_path: Path) -> dict[str, Any]:
    """The description of the API; writing it fails where it is unsure of anything."""
    file = tmp_path / "schema.yml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
    described: dict[str, Any] = yaml.safe_load(file.read_text())
    return described


def test_it_describes_what_calls_answer(schema: dict[str, Any]) -> None:
    answers = {
        (method, path.removeprefix("/api/v1/")): set(call["responses"])
        for path, calls in schema["paths"].items()
        for method, call in calls.items()
    }
    assert answers["post", "feeds/{slug}/imports/"] == {"202"}
    assert answers["delete", "imports/{import_id}/"] == {"200"}
    values = schema["paths"]["/api/v1/kpi-values/"]["get"]["responses"]["200"]
    assert values["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/PaginatedKpiValueList"
    }
    assert schema["components"]["schemas"]["KpiValue"]["properties"]["numerator"] == {
        "type": "number",
        "nullable": True,
    }
