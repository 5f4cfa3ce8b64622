"""What is to be found in the demonstration, and what is done to the figures so that it is there.

Each story is what an experienced group leader would want to be told, and be able to check, within
two minutes. Where it stands in the structure alone, organisation.py has it: Video EN 1 works the
easy queue, Video Escalations has four people.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from opsportal.demo.organisation import (
    ANSWERS_AND_SHOPPING,
    DE_VIDEO,
    EN_HIGH,
    EN_STANDARD,
    ES_VIDEO,
    LOCAL_SEARCH,
    SEARCH_RELEVANCE,
    TEAMS,
    VIDEO_AR,
    VIDEO_DE,
    VIDEO_EN_1,
    VIDEO_EN_2,
    VIDEO_ES,
    VIDEO_ESCALATIONS,
)


@dataclass(frozen=True)
class Story:
    """Something true of the data that a careless reader of figures would miss."""

    title: str
    where: str


STORIES = [
    Story(
        "Video ES stopped delivering on time three weeks ago, Video DE a little",
        "Video Safety, on-time delivery: outside its usual range; most of it is Video ES, whose "
        "backlog grows because more comes in than its people can do.",
    ),
    Story(
        "Video Escalations looks bad and is only small",
        "Video Safety, on-time delivery by team over four weeks: the lowest but one, on fewer "
        "than a hundred items due. Over a quarter of a year it is like the others.",
    ),
    Story(
        "Video EN 1 looks fast because its queue is easy",
        "Video Safety, units per hour by team: far above Video EN 2. Choose either English queue "
        "alone, and Video EN 2 is the faster one in both.",
    ),
    Story(
        "Merging two review steps cut the handling time of English video, and its accuracy",
        "Video EN 1 and Video EN 2, average handle time: an eighth lower since six weeks ago. Read "
        "beside it accuracy in the two English queues: it fell by some five points that week.",
    ),
    Story(
        "A customer whose slowest tenth hides behind a fine median",
        "Search Operations, delivery time: half of the requests are there within two days; P90 "
        "says what Shopping waits for one of seven of its own.",
    ),
    Story(
        "What two sites charge in dollars moves with the exchange rate",
        "Video DE, cost per unit: it steps with each quarter, and nobody there worked otherwise.",
    ),
    Story(
        "Newcomers are on their way",
        "Video AR, units per hour by person: three people joined nine weeks ago; two more joined "
        "Video ES five weeks ago.",
    ),
    Story(
        "The vendors' report is late, and another came a week late",
        "Feeds: the vendors' queue report has nothing of the last two days, so that Video DE and "
        "Marketplace Listings end before the others; one week of it came as a file of its own.",
    ),
    Story(
        "A week of the vendors' figures was corrected afterwards",
        "Feeds, the vendors' queue report: a file that updates what the one before it said.",
    ),
    Story(
        "Local Search moved to another group",
        "The org chart on two dates: it stood under Search Relevance, and its figures of that time "
        "still count there.",
    ),
    Story(
        "A leader rates leniently",
        "Appraisals, calibration of Video Safety: Samuel Brandt's ratings lie above what the "
        "evidence carries, by most and well beyond chance.",
    ),
    Story(
        "A leader has not spoken to anyone for weeks",
        "Ads and Commerce Integrity, one-to-ones: nobody of Scam Response for some two months.",
    ),
    Story(
        "Somebody disputes an appraisal",
        "Home of the HR partner: the words of a person of Ads and Commerce Integrity wait for an "
        "answer.",
    ),
    Story(
        "A transfer was entered late",
        "Video EN 1 and Video EN 2: one person had moved five weeks before anyone wrote it down; "
        "the days since are restated.",
    ),
]

# How many people joined a team together.
COHORTS = {VIDEO_AR: 3, VIDEO_ES: 2}
LENIENT_LEADER = "Samuel Brandt"
# Some of whose reviews are not in when the group is about to calibrate.
LATE_LEADER = "Yusuf Rahmani"
SILENT_LEADER = "Tomasz Wójcik"
PREDECESSORS = {"Scam Response": "Marek Olszewski"}

# Whoever is first in the roster of the first team moves to the second.
LATE_TRANSFER = (VIDEO_EN_1, VIDEO_EN_2)
PLANNED_TRANSFER = ("Relevance EN", "Search Safety")

ONBOARDING_WEEKS = 2
RAMP_WEEKS = 12


@dataclass(frozen=True)
class Storyline:
    """When each story happens, counted back from `end`, the day after the last day of data."""

    end: date
    days: int

    @property
    def start(self) -> date:
        return self.end - timedelta(days=self.days)

    @property
    def delay_began_on(self) -> date:
        return _monday(self.end - timedelta(days=20))

    @property
    def steps_merged_on(self) -> date:
        return _monday(self.end - timedelta(days=41))

    @property
    def moved_late_on(self) -> date:
        return _monday(self.end - timedelta(days=34))

    @property
    def moves_ahead_on(self) -> date:
        return _monday(self.end + timedelta(days=20))

    @property
    def reorganised_on(self) -> date:
        return _monday(self.end - timedelta(days=self.days * 2 // 5))

    @property
    def late_week(self) -> tuple[date, date]:
        """The week, half-open, whose vendors' report came a week late in a file of its own."""
        start = _monday(self.end - timedelta(days=70))
        return start, start + timedelta(days=7)

    @property
    def corrected_week(self) -> tuple[date, date]:
        """The week, half-open, of which the vendors first counted too few misses."""
        start = _monday(self.end - timedelta(days=49))
        return start, start + timedelta(days=7)

    def cohort_joins_on(self, team: str) -> date:
        """Return the first day of those who joined a team together."""
        return _monday(self.end - timedelta(days=62 if team == VIDEO_AR else 34))

    def handle_time_factor(self, queue: str, day: date) -> float:
        """Return what handling time is multiplied by: less since the steps were merged."""
        is_merged = queue in {EN_STANDARD, EN_HIGH} and day >= self.steps_merged_on
        return 0.87 if is_merged else 1.0

    def volume_factor(self, team: str, queue: str, day: date) -> float:
        """Return what comes in, as a multiple of what the team usually finishes."""
        if day < self.delay_began_on:
            return 1.0
        return {(VIDEO_ES, ES_VIDEO): 1.12, (VIDEO_DE, DE_VIDEO): 1.04}.get((team, queue), 1.0)

    def on_time_share(self, team: str, day: date) -> float:
        """Return the share of due items that a team delivers in time, before chance."""
        usual = TEAMS[team].on_time
        if team == VIDEO_ES and day >= self.delay_began_on:
            return usual - 0.135
        if team == VIDEO_DE and day >= self.delay_began_on:
            return usual - 0.045
        if team == VIDEO_ESCALATIONS and day >= self.end - timedelta(days=28):
            # Bad luck with five items, no more: too few for anyone to tell.
            return usual - 0.06
        return usual

    def has_arrived(self, team: str, day: date) -> bool:
        """Tell whether a team's queue report of a day is there."""
        return not TEAMS[team].vendors or day < self.end - timedelta(days=2)

    def pace_in_week(self, week: int) -> float:
        """Return the speed of someone in their n-th week, 0 being the first; 1 is everyone's."""
        return min(1.0, 0.5 + 0.5 * max(0, week - ONBOARDING_WEEKS) / (RAMP_WEEKS - 2))

    def group_of(self, team: str, day: date) -> str:
        """Name the group above a team on a day."""
        if team == LOCAL_SEARCH:
            return SEARCH_RELEVANCE if day < self.reorganised_on else ANSWERS_AND_SHOPPING
        return TEAMS[team].group


def _monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())
