from django.urls import path

from teams.appraisals.api import AppraisalListView

urlpatterns = [
    path("appraisals/", AppraisalListView.as_view(), name="appraisal-list"),
]
