from django.urls import path

from teams.appraisals.views.appraisals import AppraisalDetailView, PartSaveView, StepView

urlpatterns = [
    path("<int:pk>/", AppraisalDetailView.as_view(), name="appraisal-detail"),
    path("<int:pk>/parts/<int:section>/", PartSaveView.as_view(), name="appraisal-part"),
    path("<int:pk>/steps/<slug:action>/", StepView.as_view(), name="appraisal-step"),
]
