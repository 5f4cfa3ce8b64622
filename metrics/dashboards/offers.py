"""What figures themselves have to say on the home page: what is missed and new, what turned."""

from datetime import datetime

from django.utils import timezone

from metrics.dashboards.rules.alerts import Turn, describe_turn, say_miss, say_since, title_turn
from metrics.dashboards.rules.movements import title_movement
from metrics.dashboards.rules.trends import Shift
from metrics.dashboards.selectors import Overview, get_overview, list_misses, list_turns
from metrics.dashboards.selectors.overviews import Miss, split_by_parts
from metrics.dashboards.tables.addresses import Owner, address
from teams.access.viewers import Viewer
from teams.measures.rules import Need, News


def list_needs(viewer: Viewer) -> list[Need]:
    """List what misses its target and left its usual range where the viewer leads."""
    overview = get_overview(viewer)
    if overview is None:
        return []
    return [_need_of_miss(overview, miss) for miss in list_misses(viewer)]


def list_news(viewer: Viewer, since: datetime) -> list[News]:
    """List the headline figures that left their usual range since a moment, or came back to it."""
    overview = get_overview(viewer)
    if overview is None:
        return []
    turns = list_turns(overview, timezone.localdate(since))
    return [_news_of_turn(overview, turn) for turn in turns]


def _need_of_miss(overview: Overview, miss: Miss) -> Need:
    tile, question = miss.tile, overview.question
    shift = tile.trend.shift
    assert shift is not None, "a miss has left its usual range"
    assert question is not None, "a miss has data"
    leaders = overview.header.leaders.get(miss.unit.id, [])
    slug = tile.measure.slug
    return Need(
        key=f"miss:{miss.unit.slug}:{slug}",
        status="missed",
        state="Target missed",
        what=say_miss(tile.shown, miss.unit.name, tile.now, tile.aim),
        why=say_since(tile.shown, shift, tile.before),
        who=leaders[0].name if leaders else "",
        since=tile.trend.points[shift.since].period.start,
        deed="See why",
        href=address(question, Owner("unit", miss.unit.slug), kpi=slug),
    )


def _news_of_turn(overview: Overview, turn: Turn) -> News:
    slug = turn.trend.measure.slug
    question = overview.question
    assert question is not None, "what turned has data"
    words = describe_turn(turn, _find_beside(overview, slug) if turn.began else ())
    tile = next(tile for tile in overview.tiles if tile.measure.slug == slug)
    movement = split_by_parts(overview, tile) if turn.began else None
    if movement is not None and not movement.is_chance:
        words += f" {title_movement(movement)}."
    return News(
        key=f"turn:{overview.unit.slug}:{slug}",
        title=title_turn(turn),
        words=words,
        on=turn.since,
        is_signal=True,
        href=address(question, Owner("unit", overview.unit.slug), kpi=slug),
    )


def _find_beside(overview: Overview, slug: str) -> list[tuple[str, Shift]]:
    """Find what the definition says to read beside a KPI, where that has moved too."""
    wanted = overview.definitions[slug].read_beside
    return [
        (tile.measure.name, tile.trend.shift)
        for tile in overview.tiles
        if tile.measure.slug in wanted and tile.trend.shift is not None
    ]
