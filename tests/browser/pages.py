"""The pages that are walked in a browser: address, and the persona that opens it.

A new page is a new line here; None is someone who has not signed in.
"""

PAGES: list[tuple[str, str | None]] = [
    ("/accounts/sign-in/", None),
    ("/accounts/password-reset/", None),
    ("/", "outsider"),
    ("/components/", "member"),
    ("/dashboards/", "group_leader"),
    ("/dashboards/video-safety/", "group_leader"),
    ("/dashboards/video-safety/?table=1&period=all&queue=closed", "group_leader"),
    ("/dashboards/video-es/?kpi=units-per-hour", "team_leader"),
    ("/dashboards/organisation/", "analyst"),
    ("/kpis/", "group_leader"),
    ("/kpis/?q=due&family=timeliness", "analyst"),
    ("/kpis/on-time-delivery/", "group_leader"),
    ("/kpis/delivery-time-p90/", "analyst"),
    ("/kpis/on-time-delivery/change/", "analyst"),
    ("/kpis/on-time-delivery/targets/", "group_leader"),
    ("/kpis/on-time-delivery/targets/video-safety/", "group_leader"),
    ("/kpis/on-time-delivery/targets/video-es/", "administrator"),
    ("/feeds/", "analyst"),
    ("/feeds/work_records/", "analyst"),
    ("/feeds/work_records/schedule/", "analyst"),
    ("/feeds/kinds/", "compliance"),
    ("/feeds/new/", "administrator"),
    ("/org/", "group_leader"),
    ("/people/", "group_leader"),
    ("/people/E-ELIF/", "team_leader"),
    ("/people/join/", "hr_partner"),
    ("/people/E-ELIF/transfer/", "hr_partner"),
    ("/find/?q=video", "group_leader"),
    ("/find/", "outsider"),
    ("/rosters/", "administrator"),
    ("/access/", "administrator"),
    ("/audit/", "compliance"),
]
