"""What growth has to say elsewhere: what is overdue, who is ready, what happened with somebody."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Count, Min
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from opsportal.lib.addresses import address_of
from teams.access.roles import Permission
from teams.access.selectors import list_own_people
from teams.access.viewers import Viewer
from teams.competencies.models import Level
from teams.growth.labels import write_judgement
from teams.growth.models import Assessment, DevelopmentAction, Readiness
from teams.growth.policies import may_read_person, succession_unit_ids
from teams.growth.rules import STALE_AFTER, Stay, Step, StepKind, find_level_start, list_steps
from teams.growth.selectors import (
    Show,
    find_stays,
    list_newest_readiness,
    list_posts,
    list_ready,
    list_stale,
    measure_coverage,
    overdue_actions,
)
from teams.growth.tables import name_writer, write_since
from teams.measures.rules import Moment, Need, Strip
from teams.structure.models import Leadership, Person, Unit
from teams.structure.rules import Node
from teams.structure.rules.timelines import BEGINNING

NAMES_SHOWN = 3


def list_needs(viewer: Viewer) -> list[Need]:
    """List overdue steps, own and of people led, posts without successors and old judgements.

    Eight queries at most: one for a member.
    """
    if viewer.person is None:
        return []
    led = list_own_people(viewer)
    needs = _need_own_actions(viewer, viewer.person)
    if led:
        needs += _need_actions_of(viewer, led)
        needs += _need_judgements(viewer, led)
    if viewer.leads_leaders:
        needs += _need_successors(viewer)
    return needs


def list_strips(viewer: Viewer, unit: Node) -> list[Strip]:
    """Say who is ready in a unit, what is overdue and which posts nobody stands behind.

    Five queries; none for whoever does not read growth there.
    """
    if not viewer.may(Permission.READ_GROWTH, unit.id):
        return []
    below, today = viewer.tree.below(unit.id), viewer.today
    ready = len(list_ready(below, today))
    late = overdue_actions(today).filter(
        person__assignments__unit__in=below, person__assignments__valid__contains=today
    )
    overdue = late.count()
    facts = [
        gettext("*%(n)s* ready for the next level") % {"n": ready},
        ngettext("*%(n)s* action overdue", "*%(n)s* actions overdue", overdue) % {"n": overdue},
    ]
    coverage = measure_coverage(list_posts(viewer, below))
    if coverage.posts:
        words = ngettext(
            "*%(without)s* of %(n)s post without a successor",
            "*%(without)s* of %(n)s posts without a successor",
            coverage.posts,
        )
        facts.append(words % {"without": len(coverage.without), "n": coverage.posts})
    href = address_of("teams:growth-home")
    if unit.id != viewer.tree.root.id:
        href = f"{href}?unit={unit.slug}"
    return [Strip(gettext("Growth"), "stairs", tuple(facts), gettext("Growth"), href)]


def list_person_strips(viewer: Viewer, person: Person) -> list[Strip]:
    """Say how somebody stands, to whoever reads their file. Five queries at most."""
    if not may_read_person(viewer, person):
        return []
    today = viewer.today
    stays = _find_stays(viewer, person)
    stay = next((one for one in stays if one.start <= today < one.end), None)
    facts = []
    if stay and stay.level:
        time = write_since(find_level_start(stays, today), today)
        words = gettext("*%(level)s* for %(time)s") if time else "*%(level)s*"
        facts.append(words % {"level": stay.level, "time": time})
    for judged in list_newest_readiness(today, person_ids=[person.pk]):
        facts.append(
            gettext("%(judgement)s for %(level)s")
            % {"judgement": write_judgement(judged.judgement), "level": judged.level}
        )
    open_actions = DevelopmentAction.objects.filter(
        person=person, done_on__isnull=True, dropped_on__isnull=True
    )
    days = list(open_actions.values_list("due_on", flat=True))
    late = sum(day < today for day in days)
    facts.append(
        ngettext("*%(n)s* open step", "*%(n)s* open steps", len(days)) % {"n": len(days)}
        if days
        else gettext("no open steps")
    )
    if late:
        facts.append(gettext("*%(n)s* overdue") % {"n": late})
    href = address_of("teams:growth-person", person.employee_id)
    return [Strip(gettext("Growth"), "stairs", tuple(facts), gettext("Growth"), href)]


def list_story(viewer: Viewer, person: Person) -> list[Moment]:
    """Tell what happened with somebody: judgements to readers of their file, and where they were.

    Units, levels and leaderships are told to themselves and to whoever reads about them. Who stands
    behind a post is never told. Seven queries at most.
    """
    moments: list[Moment] = []
    if may_read_person(viewer, person):
        href = address_of("teams:growth-person", person.employee_id)
        moments += _tell_assessments(person, href) + _tell_readiness(person, href)
    if may_read_person(viewer, person, Permission.READ_PEOPLE):
        moments += _tell_structure(viewer, person)
    return moments


def _need_own_actions(viewer: Viewer, person: Person) -> list[Need]:
    days = list(
        overdue_actions(viewer.today)
        .filter(person=person)
        .order_by("due_on")
        .values_list("due_on", "words")
    )
    if not days:
        return []
    first, words = days[0]
    what = ngettext(
        "A step of your plan is overdue", "%(n)s steps of your plan are overdue", len(days)
    )
    return [
        Need(
            key="growth-own-actions",
            status="overdue",
            state=_say_overdue(first, viewer.today),
            what=what % {"n": len(days)},
            why=_shorten(words),
            due=first,
            deed=gettext("Your plan"),
            href=address_of("teams:growth-person", person.employee_id),
        )
    ]


def _need_actions_of(viewer: Viewer, led: Sequence[int]) -> list[Need]:
    rows = list(
        overdue_actions(viewer.today)
        .filter(person__in=led)
        .order_by()
        .values("person__name", "person__employee_id")
        .annotate(n=Count("pk"), first=Min("due_on"))
        .order_by("first", "person__name")
    )
    if not rows:
        return []
    total, first = sum(row["n"] for row in rows), rows[0]["first"]
    what = ngettext(
        "%(n)s development action of your people is overdue",
        "%(n)s development actions of your people are overdue",
        total,
    )
    href = (
        address_of("teams:growth-person", rows[0]["person__employee_id"])
        if len(rows) == 1
        else f"{address_of('teams:growth-home')}?show={Show.OVERDUE.value}"
    )
    return [
        Need(
            key="growth-actions",
            status="overdue",
            state=_say_overdue(first, viewer.today),
            what=what % {"n": total},
            why=_name_some([row["person__name"] for row in rows]),
            due=first,
            deed=gettext("See them"),
            href=href,
        )
    ]


def _need_judgements(viewer: Viewer, led: Sequence[int]) -> list[Need]:
    stale = list_stale(viewer.today, person_ids=led)
    if not stale:
        return []
    names = dict(
        Person.objects.filter(pk__in=[one.person_id for one in stale[:NAMES_SHOWN]]).values_list(
            "pk", "name"
        )
    )
    words = ngettext(
        "%(n)s judgement of readiness is older than a year",
        "%(n)s judgements of readiness are older than a year",
        len(stale),
    )
    shown = [names[one.person_id] for one in stale[:NAMES_SHOWN]]
    return [
        Need(
            key="growth-readiness",
            status="due",
            state=gettext("Judge again"),
            what=words % {"n": len(stale)},
            why=_name_some(shown, len(stale)),
            since=stale[0].on,
            due=stale[0].on + STALE_AFTER,
            deed=gettext("See who"),
            href=f"{address_of('teams:growth-home')}?show={Show.STALE.value}",
        )
    ]


def _need_successors(viewer: Viewer) -> list[Need]:
    posts = list_posts(viewer, succession_unit_ids(viewer, Permission.PLAN_GROWTH))
    coverage = measure_coverage(posts)
    if not coverage.without:
        return []
    names = [viewer.tree.nodes[post].name for post in coverage.without]
    words = ngettext(
        "The post of %(name)s has no successor",
        "%(n)s of %(posts)s leadership posts have no successor",
        len(names),
    )
    only = viewer.tree.nodes[coverage.without[0]].slug
    return [
        Need(
            key="growth-successors",
            status="missing",
            state=gettext("No successor"),
            what=words % {"n": len(names), "posts": coverage.posts, "name": names[0]},
            why=gettext("Nobody is noted who could take it up")
            if len(names) == 1
            else _name_some(names),
            deed=gettext("Note one"),
            href=address_of("teams:growth-post", only)
            if len(names) == 1
            else f"{address_of('teams:growth-home')}#posts-title",
        )
    ]


def _tell_assessments(person: Person, href: str) -> list[Moment]:
    """Tell of assessments, those of the same day, level and writer as one."""
    groups: dict[tuple[date, str, str], list[str]] = {}
    rows = Assessment.objects.filter(person=person).select_related(
        "competency", "level", "by__person"
    )
    for row in rows.order_by("on", "competency__position", "competency__name"):
        key = (row.on, row.level.code, name_writer(row.by))
        groups.setdefault(key, []).append(row.competency.name)
    return [
        Moment(
            on=on,
            kind=gettext("Assessment"),
            title=gettext("Assessed against %(level)s by %(name)s")
            % {"level": level, "name": name},
            words=", ".join(competencies),
            href=href,
            icon="checklist",
        )
        for (on, level, name), competencies in groups.items()
    ]


def _tell_readiness(person: Person, href: str) -> list[Moment]:
    rows = Readiness.objects.filter(person=person).select_related("level", "by__person")
    return [
        Moment(
            on=row.on,
            kind=gettext("Readiness"),
            title=gettext("%(judgement)s for %(level)s")
            % {"judgement": write_judgement(row.judgement), "level": row.level.code},
            words=gettext("Judged by %(name)s.") % {"name": name_writer(row.by)},
            href=href,
            icon="stairs",
        )
        for row in rows.order_by("on", "pk")
    ]


def _tell_structure(viewer: Viewer, person: Person) -> list[Moment]:
    """Tell where somebody came, moved and rose to, and what they began to lead."""
    today = viewer.today
    stays = [stay for stay in _find_stays(viewer, person) if stay.start <= today]
    units = {stay.unit_id: viewer.tree.nodes.get(stay.unit_id) for stay in stays}
    names = {unit_id: node.name for unit_id, node in units.items() if node}
    if closed := units.keys() - names.keys():
        names |= dict(Unit.objects.filter(pk__in=closed).values_list("pk", "name"))
    positions = dict(Level.objects.values_list("code", "position"))
    moments = [
        _tell_step(step, names) for step in list_steps(stays, positions) if step.on != BEGINNING
    ]
    led = Leadership.objects.filter(person=person, valid__startswith__lte=today)
    for row in led.select_related("unit").order_by("valid"):
        words = gettext("Deputises for %(unit)s") if row.is_deputy else gettext("Leads %(unit)s")
        moments.append(
            Moment(
                on=row.valid.lower,
                kind=gettext("Leading"),
                title=words % {"unit": row.unit.name},
                words=gettext("Until %(day)s.")
                % {"day": date_format(row.valid.upper - timedelta(days=1), "j M Y")}
                if row.valid.upper and row.valid.upper <= today
                else "",
                icon="flag",
            )
        )
    return moments


def _tell_step(step: Step, units: dict[int, str]) -> Moment:
    stay, before = step.stay, step.before
    words = {
        "unit": units[stay.unit_id],
        "before": units[before.unit_id] if before else "",
        "level": stay.level or gettext("no level"),
        "held": (before.level if before else "") or gettext("no level"),
    }
    kinds = {
        StepKind.JOINED: (gettext("Joining"), gettext("Joined %(unit)s"), "user-plus"),
        StepKind.RETURNED: (gettext("Joining"), gettext("Came back to %(unit)s"), "user-plus"),
        StepKind.PROMOTED: (
            gettext("Promotion"),
            gettext("From %(held)s to %(level)s"),
            "trending-up",
        ),
        StepKind.LEVEL_CHANGED: (gettext("Level"), gettext("From %(held)s to %(level)s"), "stairs"),
        StepKind.MOVED: (gettext("Move"), gettext("From %(before)s to %(unit)s"), "arrow-right"),
    }
    kind, title, icon = kinds[step.kind]
    arrived = step.kind in {StepKind.JOINED, StepKind.RETURNED}
    return Moment(
        on=step.on,
        kind=kind,
        title=title % words,
        words=gettext("At %(level)s.") % words if arrived and stay.level else "",
        icon=icon,
    )


def _find_stays(viewer: Viewer, person: Person) -> list[Stay]:
    """Find somebody's stays, once in a request: strip and story stand on the same page."""
    known: dict[int, list[Stay]] = viewer.shared.setdefault("growth.stays", {})  # type: ignore[assignment]
    if person.pk not in known:
        known[person.pk] = find_stays([person.pk]).get(person.pk, [])
    return known[person.pk]


def _say_overdue(first: date, today: date) -> str:
    days = (today - first).days
    return ngettext("Overdue %(n)s day", "Overdue %(n)s days", days) % {"n": days}


def _shorten(words: str, most: int = 120) -> str:
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _name_some(names: Sequence[str], total: int | None = None) -> str:
    """Name the first few; `total` is how many there are where not all are given."""
    shown = ", ".join(names[:NAMES_SHOWN])
    more = (len(names) if total is None else total) - len(names[:NAMES_SHOWN])
    if more > 0:
        return gettext("%(names)s and %(more)s more") % {"names": shown, "more": more}
    return shown
