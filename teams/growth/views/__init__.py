from teams.growth.views.changes import (
    ActionCreateView,
    ActionEditView,
    ActionStateView,
    AssessView,
    ReadinessView,
)
from teams.growth.views.files import GrowthPersonView
from teams.growth.views.lists import GrowthHomeView
from teams.growth.views.posts import PostView, SuccessorEndView

__all__ = [
    "ActionCreateView",
    "ActionEditView",
    "ActionStateView",
    "AssessView",
    "GrowthHomeView",
    "GrowthPersonView",
    "PostView",
    "ReadinessView",
    "SuccessorEndView",
]
