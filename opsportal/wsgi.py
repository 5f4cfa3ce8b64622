"""What a web server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsportal.settings")

application = get_wsgi_application()

from opsportal.warming import warm_up  # noqa: E402 - it needs the settings

warm_up()
