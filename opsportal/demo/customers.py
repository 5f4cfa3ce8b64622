"""What customers inside the company asked for, and what was tried in search."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import numpy as np
from numpy.random import Generator

from opsportal.demo.organisation import SAFETY, SEARCH
from opsportal.demo.stories import Storyline

# unit: (customers, request types); a type is a queue of its own.
REQUESTS = {
    SAFETY: (["Video Platform", "Ads", "Marketplace"], ["Policy guidance", "Bulk review"]),
    SEARCH: (["Web Search", "Shopping"], ["Relevance study"]),
}
REQUESTS_A_DAY = 3.2
RESPONSE = timedelta(hours=6)
DELIVERY = timedelta(days=4)
USUAL_DAYS = 2.1
# Most of this customer's requests are quick and some take very long: a fine mean, a bad P90.
TWO_FACED = "Shopping"
LONG_SHARE = 0.14
PAUSED_SHARE = 0.12


def list_requests(line: Storyline, *, random: Generator) -> Iterator[dict[str, object]]:
    """Yield requests with their clocks; of the last days some are open, and some overdue."""
    number = 0
    for unit, (customers, types) in REQUESTS.items():
        for day in range(line.days):
            for _ in range(int(random.poisson(REQUESTS_A_DAY / len(REQUESTS)))):
                number += 1
                yield _draw_request(
                    number,
                    unit,
                    customers[int(random.integers(0, len(customers)))],
                    types[int(random.integers(0, len(types)))],
                    day,
                    line,
                    random,
                )


def _draw_request(
    number: int,
    unit: str,
    customer: str,
    request_type: str,
    day: int,
    line: Storyline,
    random: Generator,
) -> dict[str, object]:
    end = datetime.combine(line.end, time(), UTC)
    received = datetime.combine(line.start + timedelta(days=day), time(7), UTC) + timedelta(
        minutes=int(random.integers(0, 600))
    )
    days = float(np.exp(random.normal(np.log(USUAL_DAYS), 0.45)))
    if customer == TWO_FACED:
        days = days * 5 if random.random() < LONG_SHARE else days * 0.45
    paused = int(random.integers(2, 30)) * 3600 if random.random() < PAUSED_SHARE else 0
    answered = received + timedelta(hours=float(np.exp(random.normal(0.9, 0.7))))
    delivered = received + timedelta(days=days, seconds=paused)
    return {
        "key": f"R-{number:06d}",
        "customer": customer,
        "request_type": request_type,
        "unit": unit,
        "received_at": received.isoformat(),
        "response_due_at": (received + RESPONSE).isoformat(),
        "first_response_at": answered.isoformat(timespec="seconds") if answered < end else "",
        "due_at": (received + DELIVERY).isoformat(),
        "delivered_at": delivered.isoformat(timespec="seconds") if delivered < end else "",
        "paused_seconds": paused if delivered < end else "",
    }


INITIATIVE = "Query understanding"
TRIAL_DAYS = 42
SEARCHES_A_DAY = 180_000
ZERO_RESULTS = {"control": 0.0412, "treatment": 0.0389}
BASKET = {"control": 31.4, "treatment": 31.6}
BUYERS_A_DAY = 5_200


def list_outcomes(line: Storyline, *, random: Generator) -> Iterator[dict[str, object]]:
    """Yield what a trial in search came to by arm: fewer empty results, no sure gain in sales."""
    for back in range(TRIAL_DAYS, 0, -1):
        day = line.end - timedelta(days=back)
        for arm, share in ZERO_RESULTS.items():
            searches = int(random.normal(SEARCHES_A_DAY, 4_000))
            empty = int(random.binomial(searches, share))
            yield _describe_outcome(day, arm, "zero_result_searches", searches, empty, empty)
            buyers = int(random.normal(BUYERS_A_DAY, 150))
            spent = random.normal(BASKET[arm], 22.0, buyers).clip(1)
            yield _describe_outcome(
                day, arm, "gmv", buyers, round(spent.sum(), 2), round((spent**2).sum(), 2)
            )


def _describe_outcome(
    day: object, arm: str, measure: str, n: int, total: float, squares: float
) -> dict[str, object]:
    return {
        "initiative": INITIATIVE,
        "date": day,
        "arm": arm,
        "measure": measure,
        "n": n,
        "total": total,
        "total_squares": squares,
    }
