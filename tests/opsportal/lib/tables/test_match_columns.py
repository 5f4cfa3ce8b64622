import pytest

from opsportal.lib.tables import ColumnsError, match_columns

REQUIRED = ["employee_id", "name", "unit"]
OPTIONAL = ["leader_of", "time_zone"]


def test_spelling_of_case_and_spaces_is_forgiven() -> None:
    columns = ["Employee ID", "NAME", "unit", "time-zone"]
    assert match_columns(columns, required=REQUIRED, optional=OPTIONAL) == {
        "Employee ID": "employee_id",
        "NAME": "name",
        "unit": "unit",
        "time-zone": "time_zone",
    }


@pytest.mark.parametrize(
    ("columns", "problems"),
    [
        (["employee_id", "name"], [("missing_column", "unit", "The column 'unit' is missing.")]),
        (
            ["employee_id", "name", "unti", "leader_fo"],
            [
                ("unknown_column", "unti", "Did you mean 'unit'?"),
                ("unknown_column", "leader_fo", "Did you mean 'leader_of'?"),
            ],
        ),
        (
            ["employee_id", "name", "unit", "shoe size"],
            [("unknown_column", "shoe size", "Known are employee_id, name, unit")],
        ),
        (
            ["employee_id", "name", "unit", "Name"],
            [("repeated_column", "Name", "The column 'name' stands twice.")],
        ),
        (
            [],
            [("missing_column", name, f"The column '{name}' is missing.") for name in REQUIRED],
        ),
    ],
)
def test_every_problem_is_told(columns: list[str], problems: list[tuple[str, str, str]]) -> None:
    with pytest.raises(ColumnsError) as error:
        match_columns(columns, required=REQUIRED, optional=OPTIONAL)
    found = error.value.problems
    assert [(problem.code, problem.column) for problem in found] == [p[:2] for p in problems]
    for problem, (_, _, words) in zip(found, problems, strict=True):
        assert words in problem.message
