from django.urls import path

from teams.appraisals.views.appraisals import AppraisalDetailView, PartSaveView, StepView
from teams.appraisals.views.calibration import (
    SessionCloseView,
    SessionDetailView,
    SessionPersonView,
)
from teams.appraisals.views.cycles import (
    CycleAddView,
    CycleCloseView,
    CycleCsvView,
    CycleDetailView,
    CycleOpenView,
)
from teams.appraisals.views.feedback import FeedbackAskView, FeedbackListView, FeedbackWriteView
from teams.appraisals.views.handing import ReviewHandOverView
from teams.appraisals.views.lists import AppraisalListView
from teams.appraisals.views.plans import (
    CycleChangeView,
    CyclePlanView,
    TemplateChangeView,
    TemplateCreateView,
    TemplateListView,
)

urlpatterns = [
    path("", AppraisalListView.as_view(), name="appraisal-list"),
    path("cycles/new/", CyclePlanView.as_view(), name="cycle-plan"),
    path("cycles/<int:pk>/", CycleDetailView.as_view(), name="cycle-detail"),
    path("cycles/<int:pk>/change/", CycleChangeView.as_view(), name="cycle-change"),
    path("cycles/<int:pk>/open/", CycleOpenView.as_view(), name="cycle-open"),
    path("cycles/<int:pk>/close/", CycleCloseView.as_view(), name="cycle-close"),
    path("cycles/<int:pk>/add/", CycleAddView.as_view(), name="cycle-add"),
    path("cycles/<int:pk>/status.csv", CycleCsvView.as_view(), name="cycle-csv"),
    path("templates/", TemplateListView.as_view(), name="template-list"),
    path("templates/new/", TemplateCreateView.as_view(), name="template-create"),
    path("templates/<int:pk>/change/", TemplateChangeView.as_view(), name="template-change"),
    path("sessions/<int:pk>/", SessionDetailView.as_view(), name="calibration-session"),
    path(
        "sessions/<int:pk>/people/<int:appraisal>/",
        SessionPersonView.as_view(),
        name="calibration-person",
    ),
    path("sessions/<int:pk>/close/", SessionCloseView.as_view(), name="calibration-close"),
    path("feedback/", FeedbackListView.as_view(), name="feedback-list"),
    path("feedback/<int:pk>/", FeedbackWriteView.as_view(), name="feedback-write"),
    path("<int:pk>/feedback/", FeedbackAskView.as_view(), name="appraisal-feedback"),
    path("<int:pk>/", AppraisalDetailView.as_view(), name="appraisal-detail"),
    path("<int:pk>/parts/<int:section>/", PartSaveView.as_view(), name="appraisal-part"),
    path(
        "<int:pk>/reviews/<int:review>/hand-over/",
        ReviewHandOverView.as_view(),
        name="review-hand-over",
    ),
    path("<int:pk>/steps/<slug:action>/", StepView.as_view(), name="appraisal-step"),
]
