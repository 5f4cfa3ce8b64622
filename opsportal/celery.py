"""The Celery application: work that does not belong in a request, and the nightly schedule."""

import os

from celery import Celery
from celery.schedules import crontab
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsportal.settings")

app = Celery("opsportal")
# The threads of a web server each look for the default, not for what one thread made current.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
# Each line that a task logs carries the ids of the task and of the request that asked for it.
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "recompute-kpis-nightly": {
        "task": "metrics.kpis.recompute_nightly",
        "schedule": crontab(hour=2, minute=0),
    },
    # Each hour of the morning, so that a mail server or a worker that was away is made up for; what
    # has gone does not go again.
    "send-digests-on-monday": {
        "task": "metrics.dashboards.send_due_digests",
        "schedule": crontab(minute=15, hour="6-12", day_of_week="mon"),
    },
    # After midnight, so that who left yesterday is followed before anybody is reminded.
    "settle-appraisals-nightly": {
        "task": "teams.appraisals.settle_people",
        "schedule": crontab(hour=1, minute=30),
    },
    "remind-of-appraisals-on-weekdays": {
        "task": "teams.appraisals.send_reminders",
        "schedule": crontab(minute=45, hour="6-12", day_of_week="mon-fri"),
    },
    # A message can be lost with its broker, a worker be killed with it: the database knows what
    # is waiting, so it is asked again and again, cheaply.
    "look-for-waiting-imports": {
        "task": "metrics.feeds.process_waiting_imports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "look-for-changed-days": {
        "task": "metrics.kpis.recompute_changed_days",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
}
