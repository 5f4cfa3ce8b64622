"""Who works in the demonstration organisation, from when to when, and where."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.random import Generator

from opsportal.demo.names import LANGUAGES, draw_names, make_address
from opsportal.demo.organisation import (
    DOMAIN,
    GROUPS,
    HEADS,
    KNOWN_MEMBERS,
    LOCATIONS,
    OFFICE,
    TEAMS,
    Team,
)
from opsportal.demo.stories import COHORTS, PREDECESSORS, Storyline

ROSTER_EVERY_DAYS = 56
LEAVE_SHARE = 0.022  # of a team, between two rosters
PROMOTE_SHARE = 0.04
KNOWN = {name for names in KNOWN_MEMBERS.values() for name in names}
WEEKENDS = {"Amman": (4, 5), "Tel Aviv": (4, 5)}


@dataclass
class Person:
    """Someone of the organisation; `stays` are (from, unit), the last one lasting until `end`.

    A unit is a team's name, or the path of what stands above teams; '' is the organisation.
    """

    number: str
    name: str
    email: str
    languages: str
    location: str
    level: str
    start: date
    stays: list[tuple[date, str]]
    employment: str = "employee"
    end: date | None = None
    leads: str | None = None
    leads_from: date = date.min
    promoted_on: date = date.max
    pace: float = 1.0
    days_off: frozenset[int] = field(default_factory=lambda: frozenset({5, 6}))

    def unit_on(self, day: date) -> str:
        """Name the unit they sit in on a day that lies within their employment."""
        return next(unit for since, unit in reversed(self.stays) if since <= day)

    def level_on(self, day: date) -> str:
        """Return their level; who is promoted rises by one."""
        return f"L{int(self.level[1:]) + (day >= self.promoted_on)}"

    def is_employed(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


def roster_days(line: Storyline) -> list[date]:
    """Return the days on which the organisation sends its roster, the first day of data first."""
    count = (line.days - 1) // ROSTER_EVERY_DAYS + 1
    return [line.start + timedelta(days=ROSTER_EVERY_DAYS * n) for n in range(count)]


def hire_people(line: Storyline, *, random: Generator, size: float = 1.0) -> list[Person]:
    """Invent everyone who works at some time of the storyline; `size` scales the teams."""
    staff = _Staff(line, random)
    staff.hire_leaders()
    for team in TEAMS.values():
        staff.fill_team(team, max(3, round(team.size * size)))
    for day in staff.rosters[1:]:
        staff.let_leave(day)
        staff.exchange(day)
    return staff.people


class _Staff:
    def __init__(self, line: Storyline, random: Generator) -> None:
        self.line = line
        self.random = random
        self.rosters = roster_days(line)
        self.people: list[Person] = []
        self.addresses: set[str] = set()
        self.pools = {
            culture: draw_names(culture, random=random, domain=DOMAIN) for culture in LANGUAGES
        }

    def hire_leaders(self) -> None:
        for path, name in HEADS.items():
            self._hire_leader(name, path, level=8 if not path else 7)
        for group in GROUPS.values():
            self._hire_leader(group.leader, group.path, level=6)
        for team in TEAMS.values():
            self._hire_team_leader(team)
        for name in OFFICE:
            self._hire(name, "", "Dublin", level=4)

    def fill_team(self, team: Team, size: int) -> None:
        known = KNOWN_MEMBERS.get(team.name, [])
        cohort = min(COHORTS.get(team.name, 0), size // 3)
        cultures = self._deal_cultures(team, size)
        for place, culture in enumerate(cultures):
            name = known[place] if place < len(known) else ""
            start = self._earlier()
            if place >= size - cohort:
                start = self.line.cohort_joins_on(team.name)
            self._hire_member(team, culture, start=start, name=name)

    def let_leave(self, day: date) -> None:
        """Let some leave on a roster's day; others join in their place within weeks."""
        for person in self._members(day):
            is_known = person.name in KNOWN
            settled = (day - person.start).days > 120
            if is_known or not settled or self.random.random() >= LEAVE_SHARE:
                if settled and self.random.random() < PROMOTE_SHARE:
                    person.promoted_on = min(person.promoted_on, day)
                continue
            person.end = day
            team = TEAMS[person.unit_on(day)]
            start = day + timedelta(days=7 - day.weekday() + 7 * int(self.random.integers(0, 5)))
            self._hire_member(team, self._deal_cultures(team, 1)[0], start=start)

    def exchange(self, day: date) -> None:
        """Let two people of teams at one location change places on a roster's day."""
        members = [person for person in self._members(day) if (day - person.start).days > 200]
        self.random.shuffle(members)
        for first in members:
            for second in members:
                mine, other = first.unit_on(day), second.unit_on(day)
                is_possible = mine != other and first.location == second.location
                if is_possible and not {first.name, second.name} & KNOWN:
                    first.stays.append((day, other))
                    second.stays.append((day, mine))
                    return

    def _members(self, day: date) -> list[Person]:
        return [
            person
            for person in self.people
            if person.is_employed(day) and person.unit_on(day) in TEAMS and person.leads is None
        ]

    def _hire_team_leader(self, team: Team) -> None:
        path = team.name
        leader = self._hire_leader(team.leader, path, level=5, location=team.location)
        if team.name not in PREDECESSORS or len(self.rosters) < 3:
            return
        handed_over_on = self.rosters[len(self.rosters) // 2]
        leader.leads_from = handed_over_on
        before = self._hire_leader(PREDECESSORS[team.name], path, level=5, location=team.location)
        before.end = handed_over_on

    def _hire_leader(self, name: str, unit: str, *, level: int, location: str = "") -> Person:
        person = self._hire(name, unit, location or "Dublin", level=level)
        person.leads = unit
        return person

    def _hire_member(self, team: Team, culture: str, *, start: date, name: str = "") -> Person:
        name, email = (name, "") if name else self._next_name(culture)
        level = int(self.random.choice([2, 3, 4], p=[0.45, 0.4, 0.15]))
        is_new = start >= self.line.start
        person = self._hire(
            name, team.name, team.location, level=2 if is_new else level, start=start, email=email
        )
        person.languages = LANGUAGES[culture]
        person.employment = "vendor" if team.vendors else "employee"
        person.pace = float(np.exp(self.random.normal(0, 0.07)))
        person.days_off = self._draw_days_off(team.location)
        return person

    def _hire(
        self,
        name: str,
        unit: str,
        location: str,
        *,
        level: int,
        start: date | None = None,
        email: str = "",
    ) -> Person:
        start = start or self._earlier()
        person = Person(
            number=f"N{1001 + len(self.people)}",
            name=name,
            email=email or make_address(name, domain=DOMAIN),
            languages="en",
            location=location,
            level=f"L{level}",
            start=start,
            stays=[(date.min, unit)],
        )
        self.addresses.add(person.email)
        self.people.append(person)
        return person

    def _next_name(self, culture: str) -> tuple[str, str]:
        name, email = next(draw for draw in self.pools[culture] if draw[1] not in self.addresses)
        return name, email

    def _deal_cultures(self, team: Team, count: int) -> list[str]:
        names = list(team.cultures)
        weights = np.array(list(team.cultures.values()), dtype=float)
        return [str(c) for c in self.random.choice(names, size=count, p=weights / weights.sum())]

    def _draw_days_off(self, location: str) -> frozenset[int]:
        weekend = WEEKENDS.get(location, (5, 6))
        if self.random.random() < 0.7:
            return frozenset(weekend)
        first = int(self.random.integers(0, 7))
        return frozenset({first, (first + 1) % 7})

    def _earlier(self) -> date:
        """Draw a first day from before the data begin."""
        return self.line.start - timedelta(days=int(self.random.integers(150, 2600)))


def list_roster(people: list[Person], line: Storyline, day: date) -> Iterator[dict[str, str]]:
    """Yield the rows of a day's roster: who is employed then or joins before the next one.

    A unit is named by the path at which it stands on that day.
    """
    next_roster = day + timedelta(days=ROSTER_EVERY_DAYS)
    for person in people:
        if not (person.is_employed(day) or day < person.start < next_roster):
            continue
        leads = person.leads if person.leads is not None and person.leads_from <= day else None
        yield {
            "employee_id": person.number,
            "name": person.name,
            "email": person.email,
            "unit": make_path(person.unit_on(day), line, day),
            "leader_of": "" if leads is None else make_path(leads, line, day),
            "level": person.level_on(day),
            "employment": person.employment,
            "location": person.location,
            "time_zone": LOCATIONS[person.location].time_zone,
            "languages": person.languages,
            "start": person.start.isoformat(),
            "end": "",
        }


def make_path(unit: str, line: Storyline, day: date) -> str:
    """Return the path of a unit as it stands on a day; '' is the organisation."""
    if unit not in TEAMS:
        return unit
    return f"{GROUPS[line.group_of(unit, day)].path}/{unit}"


def find_whom_to_transfer(people: list[Person], team: str, day: date) -> str:
    """Return the number of the first member who belongs to a team before a day and ever after.

    Of whom a later roster tells a promotion, it also tells the team, so that none such will do.
    """
    return next(
        person.number
        for person in people
        if person.leads is None
        and person.end is None
        and person.start < day - timedelta(days=ROSTER_EVERY_DAYS)
        and {unit for _, unit in person.stays} == {team}
        and not day <= person.promoted_on < date.max
    )
