"""The demonstration's appraisals: one cycle under way in Trust & Safety, one that was before.

What leaders rate follows the evidence and chance, but for one who rates leniently: that is to be
found in the calibration. All goes through the services behind everyone's pages.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone
from psycopg2.extras import DateRange

from opsportal.demo.names import make_address
from opsportal.demo.organisation import COMMERCE, DOMAIN, HR_PARTNER, SAFETY, VIDEO_SAFETY
from opsportal.demo.stories import LATE_LEADER, LENIENT_LEADER
from teams.access.viewers import Viewer, get_viewer
from teams.accounts.models import User
from teams.appraisals.models import (
    Appraisal,
    CalibrationSession,
    Cycle,
    EvidenceItem,
    Review,
    ReviewKind,
    Section,
    Template,
)
from teams.appraisals.rules.transitions import Action
from teams.appraisals.services.calibration import close_session
from teams.appraisals.services.cycles import Planned, create_template, open_cycle, plan_cycle
from teams.appraisals.services.evidence import gather_evidence
from teams.appraisals.services.reviews import save_part
from teams.appraisals.services.steps import take_step
from teams.structure.models import Leadership, Person, Unit

TEMPLATE = "Half-year appraisal"
SECTIONS = (
    Planned("Quality of decisions", "Decides as the policy says, and explains the hard cases.", 30),
    Planned("Productivity", "Keeps the pace that the queues ask for, without cost to quality.", 25),
    Planned("Policy knowledge", "Knows the policies of the queues, and asks before guessing.", 25),
    Planned("Working with others", "Makes the people around them better.", 10),
    Planned("Growth", "Moves towards what was agreed.", 10),
)
KPIS = ("accuracy", "critical-error-rate", "overturn-rate", "units-per-hour")
HALF_YEAR = timedelta(days=184)
# Who is new in a short demonstration joined before this; younger ones are not rated.
LEAST_TENURE = timedelta(days=28)
ONE_DAY = timedelta(days=1)
# Who disputes, in the order of units and names, and why.
DISPUTES_AT = 7
DISPUTE = (
    "Two weeks of audits in which my decisions were overturned were counted against me, and "
    "the appeals were later upheld. I ask that they are left out."
)
# By part: what is said of somebody who does better than others, as well, and less well.
WORDS: dict[str, tuple[str, str, str]] = {
    "Quality of decisions": (
        "Right more often than the others on the same queues (E1), and clear about why.",
        "As right as the others on the same queues (E1). The errors were in borderline cases.",
        "Below the others on the same queues (E1). We go through two audited cases each week.",
    ),
    "Productivity": (
        "Ahead of the pace of the queues (E4), and it did not cost quality.",
        "At the pace of the queues (E4).",
        "Behind the pace of the queues (E4); long reviews of clear cases are the reason.",
    ),
    "Policy knowledge": (
        "Wrote case notes that other teams now use.",
        "Knows the policies, and asks when a case is new.",
        "Still unsure where two policies meet; the refresher is booked.",
    ),
    "Working with others": (
        "Took over the Tuesday case review and kept it on time.",
        "Shares what they know when asked.",
        "",
    ),
    "Growth": (
        "Shadowed two joiners, and wants to lead the next group of them.",
        "Wants to learn a second queue next half-year.",
        "We agree first on the basics, then on what comes next.",
    ),
}
OWN_WORDS = {
    "Quality of decisions": "I decided the hard cases with care and asked for a second look.",
    "Productivity": "I kept the pace, but for the weeks of the new tool.",
    "Growth": "I would like to train joiners.",
}


def build_appraisals(*, start: date, end: date, seed: int) -> None:
    """Open both cycles and let people write; what stands already stays as it is.

    Each is of half a year, or of half of what there is between `start` and `end`.
    """
    length = min(HALF_YEAR, (end - start - LEAST_TENURE) // 2)
    judith = User.objects.get(email=make_address(HR_PARTNER, domain=DOMAIN))
    past = f"{COMMERCE}, half-year to {end - length - ONE_DAY:%B %Y}"
    present = f"{SAFETY}, half-year to {end - ONE_DAY:%B %Y}"
    if not Cycle.objects.filter(name=past).exists():
        _run_past_cycle(past, end, length, _Writers(judith, Random(f"{seed} past appraisals")))
    if not Cycle.objects.filter(name=present).exists():
        _run_present_cycle(present, end, length, _Writers(judith, Random(f"{seed} appraisals")))


@transaction.atomic
def _run_past_cycle(name: str, end: date, length: timedelta, writers: "_Writers") -> None:
    """A group whose cycle before is shared: one person disputes, a few have not answered."""
    appraisals = _open(name, COMMERCE, (end - length * 2, end - length), end, writers)
    merits = _weigh(appraisals)
    for appraisal in appraisals:
        writers.write_own(appraisal)
        writers.write_reviews(appraisal, merits)
    for session in CalibrationSession.objects.filter(appraisals__in=appraisals).distinct():
        close_session(session=session, by=writers.chair_of(session))
    for number, appraisal in enumerate(appraisals):
        chair = writers.chair_of(appraisal.session)
        writers.take(appraisal, Action.SIGN_OFF, chair)
        writers.take(appraisal, Action.SHARE, writers.closing_leader(appraisal))
        if number == DISPUTES_AT:
            writers.take(appraisal, Action.DISPUTE, user_of(appraisal.person), DISPUTE)
        elif number % 9:
            writers.take(appraisal, Action.ACKNOWLEDGE, user_of(appraisal.person))


@transaction.atomic
def _run_present_cycle(name: str, end: date, length: timedelta, writers: "_Writers") -> None:
    """A department within its cycle: one group is about to calibrate, the other has begun."""
    appraisals = _open(name, SAFETY, (end - length, end), end, writers)
    merits = _weigh(appraisals)
    for appraisal in appraisals:
        leader = writers.closing_leader(appraisal)
        if appraisal.session is not None and appraisal.session.unit.name == VIDEO_SAFETY:
            writers.write_own(appraisal)
            is_late = leader.person.name == LATE_LEADER and writers.chance.random() < 0.4
            is_known = appraisal.person.name in {"Elif Demir"}
            writers.write_reviews(appraisal, merits, is_draft=is_late or is_known)
        elif writers.chance.random() < 0.55:
            writers.write_own(appraisal)


def _open(
    name: str, unit: str, period: tuple[date, date], today: date, writers: "_Writers"
) -> list[Appraisal]:
    template = Template.objects.filter(name=TEMPLATE).first() or create_template(
        name=TEMPLATE, sections=SECTIONS, by=writers.hr
    )
    cycle = plan_cycle(
        name=name,
        period=DateRange(*period),
        unit=Unit.objects.get(name=unit),
        template=template,
        kpis=list(KPIS),
        joined_before=period[1] - LEAST_TENURE,
        by=writers.hr,
        self_by=today + timedelta(days=1),
        review_by=today + timedelta(days=3),
        calibrate_by=today + timedelta(days=6),
        sign_by=today + timedelta(days=9),
        share_by=today + timedelta(days=11),
        answer_by=today + timedelta(days=18),
    )
    open_cycle(cycle=cycle, by=writers.hr)
    appraisals = list(
        cycle.appraisals.select_related("person__user", "session__unit", "cycle").order_by(
            "unit__name", "person__name"
        )
    )
    gather_evidence(appraisals=appraisals)
    return appraisals


def _weigh(appraisals: Iterable[Appraisal]) -> dict[int, float]:
    """Weigh people by their evidence, 0 to 1: how many they do better than, figure by figure."""
    places: dict[int, list[float]] = {}
    for key in KPIS:
        items = EvidenceItem.objects.filter(appraisal__in=appraisals, kind="kpi", key=key)
        merits = {
            item.appraisal_id: (item.adjusted if item.adjusted is not None else item.value)
            * (-1 if item.direction == "lower" else 1)
            for item in items
            if item.value is not None
        }
        for appraisal_id, merit in merits.items():
            below = sum(other < merit for other in merits.values())
            places.setdefault(appraisal_id, []).append(below / len(merits))
    return {id_: sum(found) / len(found) for id_, found in places.items()}


def user_of(person: Person) -> User:
    user = person.user
    assert user is not None, "a roster gives everybody a sign-in"
    return user


class _Writers:
    """Those who write and decide, each with what they may see, which is read once."""

    def __init__(self, hr: User, chance: Random) -> None:
        self.hr = hr
        self.chance = chance
        self._viewers: dict[int, Viewer] = {}

    def take(self, appraisal: Appraisal, action: Action, by: User, words: str = "") -> None:
        take_step(appraisal=appraisal, action=action, by=by, words=words, viewer=self._viewer(by))

    def closing_leader(self, appraisal: Appraisal) -> User:
        review = appraisal.reviews.select_related("author__user").get(is_closing=True)
        return user_of(review.author)

    def chair_of(self, session: CalibrationSession | None) -> User:
        """Find who leads the group of a session today, else HR."""
        assert session is not None
        lead = Leadership.objects.filter(
            unit=session.unit_id, is_deputy=False, valid__contains=timezone.localdate()
        ).first()
        return self.hr if lead is None else user_of(lead.person)

    def write_own(self, appraisal: Appraisal) -> None:
        review = appraisal.reviews.get(kind=ReviewKind.SELF)
        for section in self._sections(appraisal):
            if section.name in OWN_WORDS:
                self._save(review, section, OWN_WORDS[section.name], None)
        self.take(appraisal, Action.SUBMIT_SELF, user_of(appraisal.person))

    def write_reviews(
        self, appraisal: Appraisal, merits: Mapping[int, float], *, is_draft: bool = False
    ) -> None:
        """Let each leader rate and write; a draft lacks its last parts and is not submitted."""
        merit = merits.get(appraisal.pk, 0.5)
        for review in appraisal.reviews.filter(kind=ReviewKind.LEADER, waived_at=None):
            sections = self._sections(appraisal)
            for section in sections[:3] if is_draft else sections:
                rating = self._rate(merit, lenient=review.author.name == LENIENT_LEADER)
                better, same, worse = WORDS[section.name]
                words = better if rating > 3 else same if rating == 3 else worse
                self._save(review, section, words, rating)
            if not is_draft:
                # All of it was gathered a moment ago, together: nothing to read anew one by one.
                appraisal.evidence.filter(frozen_at=None).update(frozen_at=timezone.now())
                self.take(appraisal, Action.SUBMIT_REVIEW, user_of(review.author))

    def _rate(self, merit: float, *, lenient: bool) -> int:
        exact = 3.1 + 1.5 * (merit - 0.5) + self.chance.gauss(0, 0.55) + (0.8 if lenient else 0)
        return min(max(round(exact), 1), 5)

    def _save(self, review: Review, section: Section, words: str, rating: int | None) -> None:
        by = user_of(review.author)
        save_part(
            review=review,
            section=section,
            words=words,
            rating=rating,
            version=0,
            by=by,
            viewer=self._viewer(by),
        )

    def _sections(self, appraisal: Appraisal) -> list[Section]:
        return list(appraisal.cycle.template.sections.all())

    def _viewer(self, user: User) -> Viewer:
        if user.pk not in self._viewers:
            self._viewers[user.pk] = get_viewer(user)
        return self._viewers[user.pk]
