from csp.decorators import csp_update
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from health_check.views import HealthCheckView

from opsportal import views

# The pages of Swagger UI carry one style of their own; a browser takes just that one.
api_docs = csp_update(
    {"style-src": ["'unsafe-hashes'", "'sha256-MMpT0iDxyjALd9PdfepImGX3DBfJPXZ4IlDWdPAgtn0='"]}
)(SpectacularSwaggerSplitView.as_view(url_name="api-schema"))

api = [
    path("", include("teams.api_urls")),
    path("", include("metrics.api_urls")),
]

urlpatterns = [
    path("", include("metrics.urls")),
    path("", include("teams.urls")),
    path("accounts/", include("teams.accounts.urls")),
    path("components/", views.ComponentsView.as_view(), name="components"),
    path("api/v1/", include((api, "api"))),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", api_docs, name="api-docs"),
    path(
        "health/",
        login_not_required(
            HealthCheckView.as_view(
                checks=["health_check.checks.Database", "health_check.checks.Cache"]
            )
        ),
        name="health",
    ),
    path("admin/", admin.site.urls),
]

handler400 = "opsportal.views.bad_request"
handler403 = "opsportal.views.permission_denied"
handler404 = "opsportal.views.not_found"
handler500 = "opsportal.views.server_error"
