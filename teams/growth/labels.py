"""The words of results and judgements, and of lengths of time."""

from django.utils.translation import gettext, ngettext

from teams.growth.rules import Judgement, Result, Standing, split_days


def write_result(result: str) -> str:
    """Write how somebody was found against a level."""
    words = {
        Result.BELOW: gettext("Below"),
        Result.MEETS: gettext("Meets it"),
        Result.EXCEEDS: gettext("Exceeds it"),
    }
    return words[Result(result)]


def write_judgement(judgement: str) -> str:
    """Write whether somebody is ready for a higher level."""
    words = {
        Judgement.READY_NOW: gettext("Ready now"),
        Judgement.WITHIN_A_YEAR: gettext("Within a year"),
        Judgement.NOT_YET: gettext("Not yet"),
    }
    return words[Judgement(judgement)]


def write_standing(standing: str) -> str:
    """Write how soon somebody could take up a post."""
    words = {
        Standing.READY_NOW: gettext("Ready now"),
        Standing.WITHIN_A_YEAR: gettext("Within a year"),
        Standing.LATER: gettext("Later"),
    }
    return words[Standing(standing)]


def write_time(days: float) -> str:
    """Write a length of time as people say it: '2 years 3 months', '5 months', '12 days'."""
    years, months = split_days(int(days))
    if not years and not months:
        return ngettext("%(n)s day", "%(n)s days", int(days)) % {"n": int(days)}
    parts = []
    if years:
        parts.append(ngettext("%(n)s year", "%(n)s years", years) % {"n": years})
    if months:
        parts.append(ngettext("%(n)s month", "%(n)s months", months) % {"n": months})
    return " ".join(parts)
