"""Who gets which answer where: each named URL, each method that it takes, each persona.

302 or 401 for whoever has not signed in, 403 where a right is lacking altogether, 404 out of
scope. To add a URL, add a row; where it needs a row of the database, name that in `places`.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from metrics.explore.models import SavedView
from metrics.feeds.models import Import
from metrics.kpis.models import DefinitionChange, Kpi, Recompute
from metrics.kpis.services import recompute_changed_days
from metrics.kpis.services.changes import propose_change
from metrics.targets.models import TargetChange
from metrics.targets.services import propose_target
from teams.appraisals.models import FeedbackRequest
from teams.appraisals.rules.transitions import State
from teams.competencies.services import add_competency, describe_level
from teams.conversations.models import NoteKind
from teams.conversations.services import record_conversation, write_note
from teams.goals.models import GoalKind
from teams.growth.rules import Standing
from teams.growth.services import note_successor, plan_action
from teams.structure.models import RosterImport
from tests.architecture.urls import walk_addresses
from tests.metrics.facts import write_facts
from tests.personas import Organisation
from tests.teams.appraisals.building import build_cycle, find_appraisal, get_review, put
from tests.teams.goals.writing import set_goal

COLUMNS = [
    "anonymous",
    "member",  # Elif of Video ES
    "team_leader",  # Carmen of Video ES
    "sibling_leader",  # Lukas of Video DE
    "group_leader",  # Nadia of Video Safety
    "trainer",
    "quality_auditor",
    "analyst",
    "hr_partner",  # Judith, of Trust & Safety
    "compliance",
    "administrator",
    "outsider",
]

TABLE = """
#                                       ano mem tea sib gro tra qua ana hrp com adm out
# Coming in and going out
GET  /accounts/sign-in/                 200 302 302 302 302 302 302 302 302 302 302 302
POST /accounts/sign-out/                302 302 302 302 302 302 302 302 302 302 302 302
POST /accounts/demo-sign-in/            404 404 404 404 404 404 404 404 404 404 404 404
GET  /accounts/password-reset/          200 200 200 200 200 200 200 200 200 200 200 200
GET  /accounts/password-reset/done/     200 200 200 200 200 200 200 200 200 200 200 200
GET  /accounts/set-password/x/y/        200 200 200 200 200 200 200 200 200 200 200 200
GET  /accounts/set-password/done/       200 200 200 200 200 200 200 200 200 200 200 200

# Rights and the trail of acts
GET  /access/                           302 403 403 403 403 403 403 403 200 403 200 403
POST /access/                           302 403 403 403 403 403 403 403 403 403 200 403
POST /access/{analyst_grant}/revoke/    302 403 403 403 403 403 403 403 403 403 302 403
POST /access/999999/revoke/             302 403 403 403 403 403 403 403 403 403 404 403
POST /access/invitations/{elif_user}/   302 403 403 403 403 403 403 403 302 403 302 403
POST /access/invitations/{mei_user}/    302 403 403 403 403 403 403 403 404 403 302 403
GET  /audit/                            302 403 403 403 403 403 403 403 403 200 200 403
GET  /api/v1/audit-events/              401 403 403 403 403 403 403 403 403 200 200 403

# Names for everyone; what a person's page and a list say beyond them is for their own tests
GET  /org/                              302 200 200 200 200 200 200 200 200 200 200 403
GET  /people/                           302 200 200 200 200 200 200 200 200 200 200 403
GET  /people/E-ELIF/                    302 200 200 200 200 200 200 200 200 200 200 403
GET  /people/E-ELIF/story/              302 200 200 200 200 200 200 200 200 200 200 403
GET  /people/E-NOBODY/story/            302 404 404 404 404 404 404 404 404 404 404 403
GET  /people/E-NOBODY/                  302 404 404 404 404 404 404 404 404 404 404 403
GET  /org/units/new/                    302 403 403 403 403 403 403 403 200 403 200 403
GET  /org/units/video-es/move/          302 403 403 403 403 403 403 403 200 403 200 403
GET  /org/units/search-quality/move/    302 403 403 403 403 403 403 403 404 403 200 403
GET  /org/units/video-es/close/         302 403 403 403 403 403 403 403 200 403 200 403
GET  /org/units/search-quality/close/   302 403 403 403 403 403 403 403 404 403 200 403
GET  /people/join/                      302 403 403 403 403 403 403 403 200 403 200 403
GET  /people/E-ELIF/transfer/           302 403 403 403 403 403 403 403 200 403 200 403
GET  /people/E-MEI/transfer/            302 403 403 403 403 403 403 403 404 403 200 403
GET  /people/E-ELIF/leave/              302 403 403 403 403 403 403 403 200 403 200 403
GET  /people/E-MEI/leave/               302 403 403 403 403 403 403 403 404 403 200 403
GET  /people/E-ELIF/return/             302 403 403 403 403 403 403 403 200 403 200 403
GET  /people/E-ELIF/appoint/            302 403 403 403 403 403 403 403 200 403 200 403
GET  /people/E-MEI/appoint/             302 403 403 403 403 403 403 403 404 403 200 403
GET  /people/E-CARMEN/leaderships/{carmen_led}/end/ 302 403 403 403 403 403 403 403 200 403 200 403
GET  /people/E-MEI/leaderships/{mei_led}/end/ 302 403 403 403 403 403 403 403 404 403 200 403
GET  /people/E-JUDITH/leave/            302 403 403 403 403 403 403 403 404 403 200 403
GET  /people/E-FELIX/appoint/           302 403 403 403 403 403 403 403 404 403 404 403
POST /people/E-MEI/leave/               302 403 403 403 403 403 403 403 404 403 200 403
POST /org/units/search-quality/close/   302 403 403 403 403 403 403 403 404 403 200 403
GET  /api/v1/units/                     401 200 200 200 200 200 200 200 200 200 200 403
GET  /api/v1/people/                    401 200 200 200 200 200 200 200 200 200 200 200
GET  /api/v1/queues/                    401 200 200 200 200 200 200 200 200 200 200 403

# Goals: one's own, of who answers to one or below, in HR's scope; those of units from below, too
GET  /goals/                            302 200 200 200 200 200 200 200 200 200 200 403
GET  /goals/people/E-ELIF/              302 200 200 404 200 404 404 404 200 404 404 403
GET  /goals/people/E-NOBODY/            302 404 404 404 404 404 404 404 404 404 404 403
GET  /goals/people/E-ELIF/new/          302 200 200 404 200 404 404 404 403 404 404 403
POST /goals/people/E-ELIF/new/          302 200 200 404 200 404 404 404 403 404 404 403
GET  /goals/units/video-es/             302 200 200 404 200 200 200 200 200 200 404 403
GET  /goals/units/video-safety/         302 200 200 200 200 200 200 200 200 200 404 403
GET  /goals/units/video-es/new/         302 403 200 404 200 403 403 403 403 403 404 403
GET  /goals/units/video-safety/new/     302 403 403 403 200 403 403 403 403 403 404 403
GET  /goals/{goal}/                     302 200 200 404 200 404 404 404 200 404 404 403
GET  /goals/{goal}/change/              302 403 200 404 200 404 404 404 403 404 404 403
POST /goals/{goal}/change/              302 200 200 404 200 404 404 404 403 404 404 403
POST /goals/{goal}/agree/               302 403 302 404 302 404 404 404 403 404 404 403
GET  /goals/{goal}/check-in/            302 200 200 404 200 404 404 404 403 404 404 403
POST /goals/{goal}/check-in/            302 200 200 404 200 404 404 404 403 404 404 403
GET  /goals/{goal}/close/               302 403 200 404 200 404 404 404 403 404 404 403
POST /goals/{goal}/milestones/{goal_step}/ 302 302 302 404 302 404 404 404 403 404 404 403
GET  /goals/{unit_goal}/                302 200 200 200 200 200 200 200 200 200 404 403
POST /goals/{unit_goal}/check-in/       302 403 403 403 200 403 403 403 403 403 404 403
GET  /api/v1/goals/                     401 200 200 200 200 200 200 200 200 200 200 200

# The search finds what one may open, stars are one's own; a star without an address is refused
GET  /find/                             302 200 200 200 200 200 200 200 200 200 200 200
GET  /find/?q=elif                      302 200 200 200 200 200 200 200 200 200 200 200
POST /stars/                            302 400 400 400 400 400 400 400 400 400 400 400

# One-to-ones: of the two alone; what stands on record of oneself, the leader chain and HR in scope
GET  /one-to-ones/                      302 200 200 200 200 200 200 200 200 200 200 403
GET  /one-to-ones/with/E-ELIF/          302 404 200 404 404 404 404 404 404 404 404 403
GET  /one-to-ones/with/E-CARMEN/        302 200 404 404 200 404 404 404 404 404 404 403
POST /one-to-ones/with/E-ELIF/          302 404 400 404 404 404 404 404 404 404 404 403
GET  /one-to-ones/{talk}/               302 200 200 404 404 404 404 404 404 404 404 403
POST /one-to-ones/{talk}/               302 400 400 404 404 404 404 404 404 404 404 403
GET  /one-to-ones/{talk}/notes/{shared_note}/ 302 200 200 404 404 404 404 404 404 404 404 403
GET  /one-to-ones/{talk}/notes/{private_note}/ 302 404 200 404 404 404 404 404 404 404 404 403
GET  /one-to-ones/{talk}/notes/{record_note}/ 302 403 200 404 404 404 404 404 404 404 404 403
GET  /one-to-ones/record/E-ELIF/        302 200 200 404 200 404 404 404 200 404 404 403
GET  /one-to-ones/record/E-CARMEN/      302 404 200 404 200 404 404 404 200 404 404 403
GET  /one-to-ones/record/E-MEI/         302 404 404 404 404 404 404 404 404 404 404 403
GET  /api/v1/one-to-ones/               401 200 200 200 200 200 200 200 200 200 200 200
# Levels: everyone reads, HR writes
#                                       ano mem tea sib gro tra qua ana hrp com adm out
GET  /levels/                           302 200 200 200 200 200 200 200 200 200 200 403
GET  /levels/new/                       302 403 403 403 403 403 403 403 200 403 403 403
GET  /levels/{level}/                   302 403 403 403 403 403 403 403 200 403 403 403
POST /levels/{level}/                   302 403 403 403 403 403 403 403 200 403 403 403
GET  /levels/999999/                    302 403 403 403 403 403 403 403 404 403 403 403
GET  /levels/{level}/judgement/         302 403 403 403 403 403 403 403 200 403 403 403
GET  /levels/{level}/no-such/           302 403 403 403 403 403 403 403 404 403 403 403
GET  /competencies/new/                 302 403 403 403 403 403 403 403 200 403 403 403
GET  /competencies/judgement/           302 403 403 403 403 403 403 403 200 403 403 403

# Growth: oneself, who leads above, HR in scope; administrators nobody but themselves
GET  /growth/                           302 200 200 200 200 200 200 200 200 200 200 403
GET  /growth/people/E-ELIF/             302 200 200 404 200 404 404 404 200 404 404 403
GET  /growth/people/E-CARMEN/           302 404 200 404 200 404 404 404 200 404 404 403
GET  /growth/people/E-TARIQ/            302 404 404 404 404 404 404 404 404 404 404 403
GET  /growth/people/E-ELIF/assess/      302 403 200 404 200 403 403 403 403 403 403 403
GET  /growth/people/E-CARMEN/assess/    302 403 404 404 200 403 403 403 403 403 403 403
GET  /growth/people/E-ELIF/readiness/   302 403 200 404 200 403 403 403 403 403 403 403
GET  /growth/people/E-CARMEN/readiness/ 302 403 404 404 200 403 403 403 403 403 403 403
GET  /growth/people/E-ELIF/actions/new/ 302 200 200 404 200 404 404 404 404 404 404 403
GET  /growth/people/E-ELIF/actions/{step}/ 302 200 200 404 200 404 404 404 404 404 404 403
GET  /growth/people/E-MATEO/actions/{step}/ 302 404 404 404 404 404 404 404 404 404 404 403
POST /growth/people/E-ELIF/actions/{step}/state/ 302 400 400 404 400 404 404 404 404 404 404 403
GET  /growth/posts/video-es/            302 403 404 404 200 403 403 403 200 403 403 403
GET  /growth/posts/video-safety/        302 403 404 404 404 403 403 403 200 403 403 403
GET  /growth/posts/search-quality/      302 403 404 404 404 403 403 403 404 403 403 403
POST /growth/posts/video-es/            302 403 404 404 200 403 403 403 403 403 403 403
POST /growth/posts/video-es/successors/{heir}/end/ 302 403 404 404 302 403 403 403 403 403 403 403
POST /growth/posts/video-de/successors/{heir}/end/ 302 403 404 404 404 403 403 403 403 403 403 403

# Rosters: who may change the whole organisation
GET  /rosters/                          302 403 403 403 403 403 403 403 403 403 200 403
POST /rosters/                          302 403 403 403 403 403 403 403 403 403 200 403
GET  /rosters/drafts/none/              302 403 403 403 403 403 403 403 403 403 404 403
POST /rosters/drafts/none/              302 403 403 403 403 403 403 403 403 403 404 403
GET  /rosters/{roster}/                 302 403 403 403 403 403 403 403 403 403 200 403
POST /rosters/{roster}/undo/            302 403 403 403 403 403 403 403 403 403 302 403

# Appraisals: {appraisal} is Elif's, led by Carmen under Nadia; who may do what is for its own tests
GET  /appraisals/{appraisal}/           302 200 200 404 200 404 404 404 200 404 404 404
POST /appraisals/{appraisal}/           302 302 302 404 404 404 404 404 404 404 404 404
GET  /appraisals/999999/                302 404 404 404 404 404 404 404 404 404 404 404
POST /appraisals/{appraisal}/parts/{section}/ 302 200 200 404 409 404 404 404 409 404 404 404
GET  /appraisals/{appraisal}/steps/dispute/ 302 200 200 404 200 404 404 404 200 404 404 404
POST /appraisals/{appraisal}/steps/dispute/ 302 200 200 404 200 404 404 404 200 404 404 404
# HR alone hands a review over
GET  /appraisals/{self}/reviews/{review}/hand-over/ 302 404 404 404 404 404 404 404 200 404 404 404
POST /appraisals/{self}/reviews/{review}/hand-over/ 302 404 404 404 404 404 404 404 200 404 404 404
# A session of calibration: who leads its group or above, HR to read; not whose ratings it holds
GET  /appraisals/sessions/{session}/    302 403 404 404 200 403 403 403 200 403 403 403
GET  /appraisals/sessions/999999/       302 403 404 404 404 403 403 403 404 403 403 403
GET /appraisals/sessions/{session}/people/{rated}/ 302 403 404 404 200 403 403 403 200 403 403 403
POST /appraisals/sessions/{session}/people/{rated}/ 302 403 404 404 400 403 403 403 400 403 403 403
GET /appraisals/sessions/{session}/people/{self}/ 302 403 404 404 404 403 403 403 404 403 403 403
GET  /appraisals/sessions/{session}/close/ 302 403 404 404 200 403 403 403 404 403 403 403
POST /appraisals/sessions/{session}/close/ 302 403 404 404 409 403 403 403 404 403 403 403
GET  /appraisals/{appraisal}/steps/no-such/ 302 404 404 404 404 404 404 404 404 404 404 404

# Feedback: {asked} is what Mateo is asked about Elif; the person reads it once it is shared
GET  /appraisals/feedback/              302 200 200 200 200 200 200 200 200 200 200 403
GET  /appraisals/feedback/{asked}/      302 404 404 404 404 404 404 404 404 404 404 404
POST /appraisals/feedback/{asked}/      302 404 404 404 404 404 404 404 404 404 404 404
GET  /appraisals/feedback/{asked_tobias}/ 302 404 404 404 404 200 404 404 404 404 404 404
POST /appraisals/feedback/{asked_tobias}/ 302 404 404 404 404 409 404 404 404 404 404 404
GET  /appraisals/{appraisal}/feedback/  302 404 200 404 200 404 404 404 200 404 404 404
POST /appraisals/{appraisal}/feedback/  302 404 200 404 403 404 404 404 200 404 404 404

# Cycles of appraisals: planned by HR in scope, followed by who leads somebody in them
GET  /appraisals/                       302 200 200 200 200 200 200 200 200 200 200 403
GET  /appraisals/cycles/new/            302 403 403 403 403 403 403 403 200 403 403 403
POST /appraisals/cycles/new/            302 403 403 403 403 403 403 403 200 403 403 403
GET  /appraisals/cycles/{cycle}/        302 403 200 200 200 403 403 403 200 403 403 403
GET  /appraisals/cycles/999999/         302 403 404 404 404 403 403 403 404 403 403 403
GET  /appraisals/cycles/{cycle}/change/ 302 403 403 403 403 403 403 403 200 403 403 403
GET  /appraisals/cycles/999999/change/  302 403 403 403 403 403 403 403 404 403 403 403
POST /appraisals/cycles/{cycle}/open/   302 403 403 403 403 403 403 403 302 403 403 403
POST /appraisals/cycles/{cycle}/close/  302 403 403 403 403 403 403 403 302 403 403 403
POST /appraisals/cycles/{cycle}/add/    302 403 403 403 403 403 403 403 302 403 403 403
GET  /appraisals/cycles/{cycle}/status.csv 302 403 403 403 403 403 403 403 200 403 403 403
GET  /appraisals/templates/             302 403 403 403 403 403 403 403 200 403 403 403
GET  /appraisals/templates/new/         302 403 403 403 403 403 403 403 200 403 403 403
GET  /appraisals/templates/{template}/change/ 302 403 403 403 403 403 403 403 200 403 403 403
GET  /appraisals/templates/999999/change/ 302 403 403 403 403 403 403 403 404 403 403 403
GET  /api/v1/appraisals/                401 200 200 200 200 200 200 200 200 200 200 200

# Figures of units; those of a sibling unit stand beside one's own, its page stays closed
GET  /                                  302 200 200 200 200 200 200 200 200 200 200 200
GET  /dashboards/                       302 200 200 200 200 200 200 200 200 200 200 200
GET  /dashboards/video-es/              302 200 200 404 200 200 200 200 200 200 404 403
GET  /dashboards/video-safety/          302 404 404 404 200 200 200 200 200 200 404 403
GET  /dashboards/search-quality/        302 404 404 404 404 200 200 200 404 200 404 403
GET  /dashboards/no-such-unit/          302 404 404 404 404 404 404 404 404 404 404 403
GET  /dashboards/video-es/trend.csv     302 200 200 404 200 200 200 200 200 200 404 403
GET  /dashboards/video-es/dashboard.pdf 302 200 200 404 200 200 200 200 200 200 404 403
GET  /dashboards/video-es/digest/       302 200 200 404 200 200 200 200 200 200 404 403
POST /dashboards/video-es/digest/       302 302 302 404 302 302 302 302 302 302 404 403
GET  /dashboards/video-safety/comparison.csv 302 404 404 404 200 200 200 200 200 200 404 403
GET  /dashboards/video-safety/movement.csv?{week} 302 404 404 404 200 200 200 200 200 200 404 403
GET  /people/E-ELIF/figures/            302 200 200 404 200 404 200 404 200 404 404 403
GET  /people/E-TARIQ/figures/           302 404 404 404 404 404 200 404 404 404 404 403
GET  /people/E-NOBODY/figures/          302 404 404 404 404 404 404 404 404 404 404 403
GET  /people/E-ELIF/figures/trend.csv   302 200 200 404 200 404 404 404 200 404 404 403
GET  /people/E-ELIF/figures/comparison.csv 302 200 200 404 200 404 404 404 200 404 404 403
GET  /kpis/                             302 200 200 200 200 200 200 200 200 200 200 403
GET  /kpis/on-time-delivery/            302 200 200 200 200 200 200 200 200 200 200 403
GET  /kpis/on-time-delivery/change/     302 403 403 403 403 403 403 200 403 403 200 403
GET  /kpis/no-such/change/              302 403 403 403 403 403 403 404 403 403 404 403
GET  /kpis/changes/{change}/            302 403 403 403 200 403 403 200 403 200 200 403
POST /kpis/changes/{change}/            302 403 403 403 403 403 403 400 403 403 400 403
GET  /kpis/changes/999999/              302 403 403 403 404 403 403 404 403 404 404 403
POST /kpis/changes/{change}/withdraw/   302 403 403 403 403 403 403 302 403 403 302 403
GET  /kpis/on-time-delivery/targets/    302 200 200 200 200 200 200 200 200 200 200 403
GET  /kpis/on-time-delivery/targets/video-es/ 302 200 200 200 200 200 200 200 200 200 200 403
GET  /kpis/on-time-delivery/targets/ads-en/   302 404 404 404 404 200 200 200 200 200 200 403
POST /kpis/on-time-delivery/targets/video-es/ 302 403 400 403 400 403 403 400 403 403 400 403
POST /kpis/accuracy/targets/video-es/changes/{aim}/ 302 403 302 403 302 403 403 302 403 403 302 403
GET  /api/v1/targets/                   401 200 200 200 200 200 200 200 200 200 200 403
POST /api/v1/targets/                   401 403 400 400 400 403 403 403 403 403 403 403
GET  /api/v1/ramps/                     401 200 200 200 200 200 200 200 200 200 200 403
POST /api/v1/ramps/                     401 403 400 400 400 403 403 403 403 403 403 403
GET  /api/v1/kpis/                      401 200 200 200 200 200 200 200 200 200 200 403
GET  /api/v1/kpis/on-time-delivery/     401 200 200 200 200 200 200 200 200 200 200 403
GET  /api/v1/kpi-values/?{values}&unit=video-es 401 200 200 200 200 200 200 200 200 200 404 403
GET  /api/v1/kpi-values/?{values}&unit=ads-en 401 404 404 404 404 200 200 200 200 200 404 403
POST /api/v1/recomputes/                401 403 403 403 403 403 403 202 403 403 202 403
GET  /api/v1/recomputes/{recompute}/    401 403 403 403 403 403 403 200 403 403 200 403

# Explore: of a sibling unit the figure, nothing inside it and no rows; views of one's own
GET  /explore/                          302 200 200 200 200 200 200 200 200 200 200 403
GET  /explore/?unit=video-es            302 200 200 200 200 200 200 200 200 200 404 403
GET  /explore/?unit=search-quality      302 404 404 404 404 200 200 200 404 200 404 403
GET  /explore/?person=E-ELIF            302 200 200 404 200 404 404 404 200 404 404 403
GET  /explore/?person=E-ELIF&kpi=accuracy 302 200 200 404 200 404 200 404 200 404 404 403
GET  /explore/figures.csv?unit=video-es 302 200 200 200 200 200 200 200 200 200 404 403
GET  /explore/rows/?{rows}&unit=video-es 302 200 200 404 200 200 200 200 200 200 404 403
GET  /explore/rows/?{rows}&person=E-ELIF 302 200 200 404 200 404 404 404 200 404 404 403
GET  /explore/rows.csv?{rows}&unit=video-es 302 200 200 404 200 200 200 200 200 200 404 403
GET  /explore/views/                    302 200 200 200 200 200 200 200 200 200 200 403
POST /explore/views/                    302 400 400 400 400 400 400 400 400 400 400 403
GET  /explore/views/{view}/             302 302 302 404 302 302 302 302 302 302 404 403
POST /explore/views/{view}/             302 404 404 404 400 404 404 404 404 404 404 403
POST /explore/views/{view}/share/       302 404 404 404 302 404 404 404 404 404 404 403
POST /explore/views/{view}/delete/      302 404 404 404 302 404 404 404 404 404 404 403

# Feeds and imports
GET  /feeds/                            302 403 403 403 200 403 403 200 403 200 200 403
GET  /feeds/new/                        302 403 403 403 403 403 403 200 403 403 200 403
GET  /feeds/work_records/               302 403 403 403 200 403 403 200 403 200 200 403
POST /feeds/work_records/               302 403 403 403 403 403 403 200 403 403 200 403
GET  /feeds/kinds/                      302 403 403 403 200 403 403 200 403 200 200 403
GET  /feeds/work_records/schedule/      302 403 403 403 403 403 403 200 403 403 200 403
POST /feeds/work_records/schedule/      302 403 403 403 403 403 403 302 403 403 302 403
GET  /feeds/no-such/                    302 403 403 403 404 403 403 404 403 404 404 403
GET  /imports/{import}/                 302 403 403 403 200 403 403 200 403 200 200 403
POST /imports/{import}/                 302 403 403 403 403 403 403 200 403 403 200 403
GET  /imports/{import}/file/            302 403 403 403 403 403 403 404 403 403 404 403
GET  /imports/{import}/refused-rows/    302 403 403 403 403 403 403 404 403 403 404 403
POST /imports/{import}/rollback/        302 403 403 403 403 403 403 302 403 403 302 403
GET  /api/v1/feeds/                     401 403 403 403 200 403 403 200 403 200 200 403
GET  /api/v1/feeds/work_records/        401 403 403 403 200 403 403 200 403 200 200 403
PATCH /api/v1/feeds/work_records/       401 403 403 403 403 403 403 400 403 403 400 403
POST /api/v1/feeds/work_records/imports/        401 403 403 403 403 403 403 400 403 403 400 403
POST /api/v1/feeds/no-such/imports/     401 403 403 403 403 403 403 404 403 403 404 403
GET  /api/v1/imports/{import}/          401 403 403 403 200 403 403 200 403 200 200 403
GET  /api/v1/imports/{import}/errors/   401 403 403 403 200 403 403 200 403 200 200 403
DELETE /api/v1/imports/{import}/        401 403 403 403 403 403 403 409 403 403 409 403

# The shell
GET  /components/                       302 200 200 200 200 200 200 200 200 200 200 200
GET  /health/                           200 200 200 200 200 200 200 200 200 200 200 200
GET  /api/schema/                       200 200 200 200 200 200 200 200 200 200 200 200
GET  /api/docs/                         200 200 200 200 200 200 200 200 200 200 200 200
"""


def find_places(organisation: Organisation) -> dict[str, object]:
    """What stands in braces in the table."""
    appraisal = find_appraisal(build_cycle(organisation), organisation, "Elif")
    return {
        **hold_talk(organisation),
        **find_growth(organisation),
        "import": send_work(organisation).pk,
        "appraisal": appraisal.pk,
        **{
            f"asked{suffix}": FeedbackRequest.objects.create(
                appraisal=appraisal,
                peer=organisation.people[name],
                due_on=timezone.localdate(),
            ).pk
            for suffix, name in (("", "Mateo"), ("_tobias", "Tobias"))
        },
        "cycle": appraisal.cycle_id,
        "template": appraisal.cycle.template_id,
        "review": get_review(appraisal).pk,
        "session": appraisal.session_id,
        "self": appraisal.pk,
        "rated": put(find_appraisal(appraisal.cycle, organisation, "Mateo"), State.CALIBRATION).pk,
        "section": appraisal.cycle.template.sections.get(position=1).pk,
        "recompute": Recompute.objects.create().pk,
        "change": propose_definition(organisation).pk,
        "aim": propose_aim(organisation).pk,
        "rows": "kpi=units-per-hour&period=4w",
        "week": f"kpi=units-per-hour&from={timezone.localdate() - timedelta(days=7)}",
        "view": SavedView.objects.create(
            owner=organisation.user("Nadia"),
            name="Round",
            parameters="unit=video-es",
            shared_with=organisation.units["video-es"],
        ).pk,
        "values": "kpi=on-time-delivery&period=all&from=2026-01-01&to=2026-02-01",
        "roster": RosterImport.objects.create(
            file_name="roster.csv",
            as_of=timezone.localdate(),
            before={"people": {}, "leaders": {}, "deputies": {}},
            after={"people": {}, "leaders": {}, "deputies": {}},
        ).pk,
        "analyst_grant": organisation.user("analyst").grants.get().pk,
        "carmen_led": organisation.people["Carmen"].leaderships.get().pk,
        "mei_led": organisation.people["Mei"].leaderships.get().pk,
        "goal": (goal := set_goal(organisation.people["Elif"], GoalKind.MILESTONES)).pk,
        "goal_step": goal.milestones.earliest("pk").pk,
        "unit_goal": set_goal(organisation.units["video-safety"]).pk,
        "elif_user": organisation.user("Elif").pk,
        "mei_user": organisation.user("Mei").pk,
    }


def hold_talk(organisation: Organisation) -> dict[str, object]:
    """Let Carmen speak with Elif and write a note of each kind about it."""
    carmen = organisation.people["Carmen"]
    talk = record_conversation(
        leader=carmen,
        person=organisation.people["Elif"],
        held_on=timezone.localdate(),
        by=carmen.user,
    )
    notes = {
        kind: write_note(
            conversation=talk, author=carmen, kind=kind, words="A few words.", by=carmen.user
        )
        for kind in NoteKind
    }
    return {
        "talk": talk.pk,
        "private_note": notes[NoteKind.PRIVATE].pk,
        "shared_note": notes[NoteKind.SHARED].pk,
        "record_note": notes[NoteKind.ON_RECORD].pk,
    }


def find_growth(organisation: Organisation) -> dict[str, object]:
    level = describe_level(code="L3", name="Senior", position=3, by=None)
    add_competency(name="Judgement", words="", position=1, by=None)
    return {
        "level": level.pk,
        "step": plan_action(
            person=organisation.people["Elif"],
            words="Shadow the escalations desk.",
            due_on=timezone.localdate(),
            competency=None,
            by=organisation.user("Carmen"),
        ).pk,
        "heir": note_successor(
            unit=organisation.units["video-es"],
            person=organisation.people["Mateo"],
            standing=Standing.LATER,
            words="",
            by=organisation.user("Nadia"),
        ).pk,
    }


def propose_definition(organisation: Organisation) -> DefinitionChange:
    return propose_change(
        kpi=Kpi.objects.get(slug="on-time-delivery"),
        fields={"minimum_n": 40},
        valid_from=timezone.localdate(),
        reason="Small teams were never judged.",
        by=organisation.user("analyst"),
    )


def propose_aim(organisation: Organisation) -> TargetChange:
    return propose_target(
        kpi=Kpi.objects.get(slug="accuracy"),
        unit=organisation.units["video-es"],
        low=Decimal(95),
        high=None,
        start=timezone.localdate(),
        reason="Three good quarters.",
        by=organisation.user("analyst"),
    )


def send_work(organisation: Organisation) -> Import:
    """Let two people of each video team work for two weeks, so that there is what to compare."""
    today = timezone.localdate()
    sent = write_facts(
        "work_records",
        [
            {
                "person_id": organisation.people[name].pk,
                "queue_id": organisation.queues["spanish-standard"].pk,
                "day": today - timedelta(days=day),
                "units": 90 + day,
                "handle_seconds": 20_000,
                "productive_seconds": 25_000,
            }
            for name in ("Elif", "Mateo", "Jonas", "Greta")
            for day in range(1, 15)
        ],
    )
    recompute_changed_days()
    return sent


@dataclass(frozen=True)
class Row:
    """One line of the table: what is asked, and the code for each column."""

    method: str
    path: str
    codes: tuple[int, ...]


def read_table() -> list[Row]:
    rows = []
    for line in TABLE.splitlines():
        if line.strip() and not line.startswith("#"):
            method, path, *codes = line.split()
            assert len(codes) == len(COLUMNS), line
            rows.append(Row(method, path, tuple(map(int, codes))))
    return rows


ROWS = read_table()


def test_each_persona_gets_the_answer_of_the_table(organisation: Organisation):
    places = find_places(organisation)
    wrong = {}
    for row in ROWS:
        path = row.path.format_map(places)
        for persona, expected in zip(COLUMNS, row.codes, strict=True):
            code = ask(organisation, persona, row.method, path)
            if code != expected:
                wrong[f"{row.method} {path} as {persona}"] = f"{code}, not {expected}"
    assert wrong == {}


def ask(organisation: Organisation, persona: str, method: str, path: str) -> int:
    """Ask as a persona and undo what it did, so that the next one finds the same."""
    with transaction.atomic():
        client = Client() if persona == "anonymous" else organisation.client(persona)
        response = client.generic(method, path)
        transaction.set_rollback(True)
    return response.status_code


def test_every_url_stands_in_the_table():
    named = {
        address.name
        for address in walk_addresses()
        # The admin is Django's: test_guards asks for its sign-in, and staff alone come further.
        if not address.sample.startswith("/admin/")
    }
    in_table = {resolve(re.sub(r"{\w+}", "1", row.path.split("?")[0])).view_name for row in ROWS}
    assert in_table == named
