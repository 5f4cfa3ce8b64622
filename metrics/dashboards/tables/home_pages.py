"""The home page as its templates take it: what needs someone, headlines, who is below, news."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from metrics.dashboards.rules.figures import write_number, write_number_of
from metrics.dashboards.rules.needs import MOST_SHOWN, Show, keep_needs
from metrics.dashboards.rules.tiles import write_tile
from metrics.dashboards.selectors import Header, Overview
from metrics.dashboards.selectors.overviews import Glance, Part
from metrics.dashboards.tables.addresses import Owner, address, page_of
from metrics.dashboards.tables.freshness import say_day, say_freshness, say_late, say_waiting
from opsportal.lib.addresses import address_of
from opsportal.lib.letters import fold_letters
from opsportal.lib.statuses import STATUSES
from teams.access.roles import Permission
from teams.access.viewers import Viewer
from teams.measures.rules import Need, News, Strip
from teams.structure.rules import Node

# As many columns of figures as a table at a glance has room for.
MOST_COLUMNS = 4
MOST_NEWS = 6
# Statuses of figures, in the order of the legend.
LEGEND = ("met", "missed", "close", "few", "notarget", "nodata")


@dataclass(frozen=True)
class Asked:
    """What the page's address asks: which lines, all of them, and news since when.

    `since` is the reader's last visit, on the first one a week ago, or with `long` four weeks.
    """

    show: Show
    show_all: bool
    since: datetime
    is_first: bool
    long: bool

    def address(self, **changes: str) -> str:
        given = {
            "needs": "" if self.show is Show.ALL else self.show.value,
            "all": "1" if self.show_all else "",
            "news": "4w" if self.long else "",
        }
        asked = {name: value for name, value in (given | changes).items() if value}
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        return f"{address_of('metrics:home')}?{query}" if query else address_of("metrics:home")


def shape_home_page(
    viewer: Viewer,
    overview: Overview | None,
    needs: Sequence[Need],
    news: Sequence[News],
    asked: Asked,
    strips: Sequence[Strip] = (),
) -> dict[str, Any]:
    """Shape all of the home page."""
    page = {
        "title": gettext("Home"),
        "today": date_format(viewer.today, "l j F"),
        "needs": _shape_needs(viewer, needs, asked),
        "news": _shape_news(news, asked),
        "own": _shape_own(viewer),
        "strips": strips,
    }
    if overview is None:
        return page
    page |= {"header": _shape_header(viewer, overview.header), "headline": None, "glance": None}
    if overview.question is not None:
        page["headline"] = _shape_headline(overview)
        page["glance"] = _shape_glance(viewer, overview)
    return page


def _shape_header(viewer: Viewer, header: Header) -> dict[str, Any]:
    unit = header.unit
    return {
        "unit": unit.name,
        "href": page_of(Owner("unit", unit.slug)),
        "people": write_number_of(header.headcount, "person", "people"),
        "below": write_number_of(len(header.below), *_name_below(header)) if header.below else "",
        "freshness": say_freshness(header.extent),
        "late": say_late(header.late),
        "waiting": say_waiting(header.waiting_days),
    }


def _name_below(header: Header) -> tuple[str, str]:
    kinds = {node.kind for node in header.below}
    one = kinds.pop() if len(kinds) == 1 else "unit"
    return one, f"{one}s"


def _shape_needs(viewer: Viewer, needs: Sequence[Need], asked: Asked) -> dict[str, Any]:
    kept = keep_needs(needs, asked.show, viewer.today)
    shown = kept if asked.show_all else kept[:MOST_SHOWN]
    labels = {
        Show.ALL: gettext("All"),
        Show.OVERDUE: gettext("Overdue"),
        Show.WEEK: gettext("Due this week"),
    }
    return {
        "size": len(needs),
        "rows": [_shape_need(need, is_first=position == 0) for position, need in enumerate(shown)],
        "links": [
            {
                "label": f"{label} {len(keep_needs(needs, show, viewer.today))}",
                "href": asked.address(needs="" if show is Show.ALL else show.value, all=""),
                "current": show is asked.show,
            }
            for show, label in labels.items()
        ],
        "hidden": len(kept) - len(shown),
        "kept": len(kept),
        "all_url": asked.address(all="1"),
        "few_url": asked.address(all="") if asked.show_all and len(kept) > MOST_SHOWN else "",
        "blank": _say_nothing(viewer, asked.show),
    }


def _shape_need(need: Need, *, is_first: bool) -> dict[str, Any]:
    return {
        "status": need.status,
        "status_word": need.state,
        "what": need.what,
        "why": need.why,
        "who": need.who,
        "since": gettext("since %(day)s") % {"day": say_day(need.since)} if need.since else "",
        "deed": {"label": need.deed, "href": need.href},
        "first": is_first,
    }


def _say_nothing(viewer: Viewer, show: Show) -> tuple[str, str]:
    """Say that nothing is here, and what would be."""
    if show is Show.OVERDUE:
        return gettext("Nothing is overdue"), gettext("What waits too long stands here.")
    if show is Show.WEEK:
        return gettext("Nothing is due this week"), gettext("What has a day stands here before it.")
    if not viewer.led_unit_ids and not viewer.grants:
        return gettext("Nothing needs you"), gettext("What waits for you stands here.")
    return (
        gettext("Nothing needs you"),
        gettext(
            "Late data, targets that are newly missed and what waits for your decision stand "
            "here, the most pressing first."
        ),
    )


def _shape_headline(overview: Overview) -> dict[str, Any]:
    question = overview.question
    assert question is not None, "asked of a unit with data"
    owner = Owner("unit", overview.unit.slug)
    return {
        "title": f"{overview.unit.name}, {question.period.label()}",
        "against": gettext("compared with %(period)s") % {"period": question.against.label()}
        if question.against
        else "",
        "href": page_of(owner),
        "tiles": [
            {**write_tile(tile), "href": address(question, owner, kpi=tile.measure.slug)}
            for tile in overview.tiles
        ],
    }


def _shape_glance(viewer: Viewer, overview: Overview) -> dict[str, Any] | None:
    """Shape the table of what is below; of a team whose people stand elsewhere, the link alone."""
    glance = overview.glance
    if glance is None:
        return _link_to_people(viewer, overview)
    is_people = glance.kind == "people"
    kpis = [
        tile.shown
        for tile in overview.tiles
        if any(tile.measure.slug in part.figures for part in glance.parts)
    ][:MOST_COLUMNS]
    parts = sorted(glance.parts, key=lambda part: fold_letters(part.name))
    rows = [
        _shape_part(viewer, overview, part, [measure.slug for measure in kpis]) for part in parts
    ]
    if is_people:
        # Who leads, or was away, did nothing that these figures count.
        rows = [row for row in rows if any(cell["status"] != "nodata" for cell in row["cells"])]
    used = {cell["status"] for row in rows for cell in row["cells"]}
    question = overview.question
    assert question is not None, "a glance has figures"
    owner = Owner("unit", overview.unit.slug)
    return {
        "title": glance.many.capitalize(),
        "head": glance.one.capitalize(),
        "is_people": is_people,
        "heads": [{"name": measure.name, "unit": measure.unit} for measure in kpis],
        "rows": rows,
        "legend": [status for status in LEGEND if status in used],
        "more": _say_left_out(glance, len(rows)),
        "href": f"{page_of(owner)}#compare",
        "link": gettext("Compare people, with intervals")
        if is_people
        else gettext("Compare %(many)s, with intervals") % {"many": glance.many},
    }


def _say_left_out(glance: Glance, shown: int) -> str:
    left_out = glance.size - shown
    if not left_out:
        return ""
    if glance.kind == "people":
        words = ngettext(
            "%(n)s person without figures in these weeks is left out",
            "%(n)s people without figures in these weeks are left out",
            left_out,
        )
        return words % {"n": left_out}
    return gettext("%(shown)s of %(size)s %(many)s; the dashboard compares all of them") % {
        "shown": shown,
        "size": glance.size,
        "many": glance.many,
    }


def _link_to_people(viewer: Viewer, overview: Overview) -> dict[str, Any] | None:
    unit = overview.unit
    if overview.header.below or not viewer.may(Permission.READ_PERSON_KPIS, unit.id):
        return None
    return {
        "title": gettext("People"),
        "rows": [],
        "href": f"{page_of(Owner('unit', unit.slug))}#compare",
        "link": gettext("Compare the people of %(unit)s") % {"unit": unit.name},
    }


def _shape_part(
    viewer: Viewer, overview: Overview, part: Part, kpis: Sequence[str]
) -> dict[str, Any]:
    glance = overview.glance
    assert glance is not None, "the part is of one"
    is_people = glance.kind == "people"
    leaders = [] if is_people else overview.header.leaders.get(part.unit.id, [])
    return {
        "name": part.name,
        "href": page_of(Owner("person" if is_people else "unit", part.key)),
        "leader": leaders[0].name if leaders else "",
        "people": None if is_people else _count_people(viewer, overview.header, part.unit),
        "cells": [_shape_cell(overview, part, kpi) for kpi in kpis],
    }


def _count_people(viewer: Viewer, header: Header, unit: Node) -> int | None:
    """Count who is in a unit and below; None of one that stands outside of the header's unit."""
    below = viewer.tree.below(unit.id)
    if unit.id not in viewer.tree.below(header.unit.id):
        return None
    return sum(header.people.get(id_, 0) for id_ in below)


def _shape_cell(overview: Overview, part: Part, kpi: str) -> dict[str, Any]:
    measure = next(tile.shown for tile in overview.tiles if tile.measure.slug == kpi)
    figure = part.figures.get(kpi)
    if figure is None or figure.now.value is None:
        return {"value": "–", "status": "nodata", "word": STATUSES["nodata"].word}
    status = figure.standing.status
    return {
        "value": write_number(measure, figure.now.value),
        "status": status,
        "word": STATUSES[status].word,
        "note": figure.standing.allowance,
    }


def _shape_news(news: Sequence[News], asked: Asked) -> dict[str, Any]:
    since = timezone.localtime(asked.since)
    is_today = since.date() == timezone.localdate()
    said = f"{since:%H:%M}" if is_today else say_day(since.date())
    return {
        "rows": [
            {"title": item.title, "words": item.words, "href": item.href}
            for item in news[:MOST_NEWS]
        ],
        "more": ngettext("and %(n)s more", "and %(n)s more", len(news) - MOST_NEWS)
        % {"n": len(news) - MOST_NEWS}
        if len(news) > MOST_NEWS
        else "",
        "since": gettext("since %(when)s") % {"when": said},
        "links": [
            {
                "label": gettext("1 week") if asked.is_first else gettext("Since your last visit"),
                "href": asked.address(news=""),
                "current": not asked.long,
            },
            {
                "label": gettext("4 weeks"),
                "href": asked.address(news="4w"),
                "current": asked.long,
            },
        ],
        "blank": gettext("Nothing changed beyond noise %(since)s.")
        % {"since": gettext("since %(when)s") % {"when": said}},
    }


def _shape_own(viewer: Viewer) -> dict[str, str] | None:
    """Link to one's own figures, for who leads nobody and has no office: their work is counted."""
    if viewer.person is None or viewer.own_unit_id is None or viewer.led_unit_ids or viewer.grants:
        return None
    return {
        "label": gettext("Your own figures"),
        "href": page_of(Owner("person", viewer.person.employee_id)),
    }
