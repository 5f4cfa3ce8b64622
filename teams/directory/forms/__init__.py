from teams.directory.forms.changes import (
    AppointForm,
    DatedForm,
    JoinForm,
    LeaveForm,
    ReturnForm,
    TransferForm,
    UnitCreateForm,
    UnitMoveForm,
)
from teams.directory.forms.questions import ChartForm, PeopleForm

__all__ = [
    "AppointForm",
    "ChartForm",
    "DatedForm",
    "JoinForm",
    "LeaveForm",
    "PeopleForm",
    "ReturnForm",
    "TransferForm",
    "UnitCreateForm",
    "UnitMoveForm",
]
