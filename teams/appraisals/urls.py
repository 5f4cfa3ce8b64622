from django.urls import path

from teams.appraisals.views.appraisals import AppraisalDetailView, PartSaveView, StepView
from teams.appraisals.views.calibration import (
    SessionCloseView,
    SessionDetailView,
    SessionPersonView,
)

urlpatterns = [
    path("sessions/<int:pk>/", SessionDetailView.as_view(), name="calibration-session"),
    path(
        "sessions/<int:pk>/people/<int:appraisal>/",
        SessionPersonView.as_view(),
        name="calibration-person",
    ),
    path("sessions/<int:pk>/close/", SessionCloseView.as_view(), name="calibration-close"),
    path("<int:pk>/", AppraisalDetailView.as_view(), name="appraisal-detail"),
    path("<int:pk>/parts/<int:section>/", PartSaveView.as_view(), name="appraisal-part"),
    path("<int:pk>/steps/<slug:action>/", StepView.as_view(), name="appraisal-step"),
]
