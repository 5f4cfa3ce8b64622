"""What an answer says in words: its title, what is drawn, and a row of the table."""

from collections.abc import Sequence

from metrics.dashboards.rules.figures import Measure, write_number, write_value
from metrics.dashboards.rules.trends import name_start
from opsportal.lib.periods import Grain, Period


def title_parts(
    measure: Measure,
    span: Period,
    whole: tuple[str, float | None],
    parts: Sequence[tuple[str, float | None]],
    one: str,
) -> str:
    """Say from where to where the parts reach, and where the whole lies.

    As in 'Units per hour by team: 31.2 (Video ES) to 35.1 (Video DE), Video Safety 33.0 units/h'.
    """
    known = sorted((value, name) for name, value in parts if value is not None)
    head = f"{measure.name} by {one}"
    if not known:
        return f"{head}: no data in {span.label()}"
    (least, first), (most, last) = known[0], known[-1]
    whole_name, whole_value = whole
    # An index has none where nobody outside does the same work.
    of_whole = "" if whole_value is None else f", {whole_name} {write_value(measure, whole_value)}"
    if len(known) == 1:
        return f"{head}: {first} {write_number(measure, least)}{of_whole}"
    return (
        f"{head}: {write_number(measure, least)} ({first}) to {write_number(measure, most)} "
        f"({last}){of_whole}"
    )


def title_whole(measure: Measure, span: Period, name: str, value: float | None) -> str:
    """Say the one figure that was asked for."""
    if value is None:
        return f"{measure.name} of {name}: no data in {span.label()}"
    return f"{measure.name} of {name}: {write_value(measure, value)}, {span.label()}"


def describe_lines(
    measure: Measure,
    grain: Grain,
    *,
    coloured: int,
    grey: int,
    left_out: int,
    many: str,
    axis_start: float,
    is_open: bool,
) -> str:
    """Say what a chart of several lines draws, in what unit, and from where its axis starts."""
    unit = f", {measure.unit}," if measure.unit else ""
    sentences = [f"{measure.name}{unit} by {grain}; dashed the whole."]
    if grey:
        others = "1 other" if grey == 1 else f"{grey} others"
        sentences.append(f"The {coloured} {many} with the largest n in colour, {others} grey.")
    if left_out:
        sentences.append(f"{left_out} more stand in the table alone.")
    if is_open:
        sentences.append("What lies on the grey strip is still provisional.")
    if axis_start:
        sentences.append(f"The axis starts at {axis_start:g}.".replace("-", "−"))
    return " ".join(sentences)


def name_row(period: Period, grain: Grain, now: Period) -> str:
    """Name a period at the head of its row."""
    return period.label() if grain is Grain.ALL else name_start(period, grain, now.start)
