"""Ten random kills while files come in and days are recomputed: nothing lost, nothing twice.

A whole portal on a state folder of its own: supervisor, web server, worker, beat, PostgreSQL and
the Redis protocol server, sent files over HTTP by a client that repeats what was not answered.
"""

import http.client
import json
import os
import random
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import psycopg2
import pytest

from tests.opsportal.embedded.trial import begin_trial
from tests.opsportal.portal.portal_process import Portal, wait_for

SEED = 20261122
VICTIMS = [
    *["worker", "process of the worker", "process of the worker"],
    *["web server", "process of the web server", "process of the web server"],
    *["postmaster", "postmaster", "session of the database", "session of the database"],
]
FEEDS = ("days", "nights")
FIRST_DAY = date(2026, 6, 1)
DAYS = 25
ROWS_OF_A_FILE = 2_000
PEOPLE = 200
FEWEST_FILES = 8
SETTLED_SECONDS = 150
WORKING = """
    SELECT EXISTS (SELECT FROM metrics_import WHERE state IN ('received', 'processing'))
        OR EXISTS (SELECT FROM teams_operatingday WHERE changed_at IS NOT NULL)
"""

Key = tuple[str, str, date]


@dataclass
class Sent:
    """What the client has been told is taken, in order, and what must come of it."""

    portal: Portal
    token: str
    chance: random.Random
    facts: dict[Key, tuple[int, int]] = field(default_factory=dict)
    counts: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    repeats: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def send_until_stopped(self) -> None:
        number = 0
        while number < FEWEST_FILES or not self.stopped.is_set():
            feed = FEEDS[number % len(FEEDS)]
            rows = self.draw_rows()
            import_id = self.post(feed, number, rows)
            if self.chance.random() < 0.3:
                # A client that did not hear the answer asks again.
                assert self.post(feed, number, rows) == import_id
            assert import_id not in self.counts
            self.counts[import_id] = self.expect(feed, rows)
            number += 1

    def draw_rows(self) -> list[dict[str, Any]]:
        places = self.chance.sample(range(PEOPLE * DAYS), ROWS_OF_A_FILE)
        return [
            {
                "employee_id": f"E{place % PEOPLE}",
                "queue": "video",
                "date": str(FIRST_DAY + timedelta(days=place // PEOPLE)),
                "units": self.chance.randrange(3),
                "productive_seconds": 3600,
            }
            for place in places
        ]

    def post(self, feed: str, number: int, rows: list[dict[str, Any]]) -> int:
        """Send a file until it is taken; the key says that it is the same one."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"file-{number}"}
        while True:
            try:
                status, answer = ask(
                    self.portal,
                    self.token,
                    "POST",
                    f"feeds/{feed}/imports/",
                    json.dumps(rows),
                    **headers,
                )
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                status, answer = 0, {}
            if status == 202:
                import_id: int = answer["import"]
                return import_id
            assert status == 0 or status >= 500, answer
            self.repeats += 1
            time.sleep(0.2)

    def expect(self, feed: str, rows: list[dict[str, Any]]) -> tuple[int, int, int]:
        """Count what is inserted, updated and unchanged where files follow each other."""
        inserted = updated = unchanged = 0
        for row in rows:
            key = feed, row["employee_id"], date.fromisoformat(row["date"])
            before, now = self.facts.get(key), (row["units"], row["productive_seconds"])
            self.facts[key] = now
            inserted += before is None
            updated += before is not None and before != now
            unchanged += before == now
        return inserted, updated, unchanged


@pytest.fixture
def portal() -> Iterator[Portal]:
    with begin_trial() as trial:
        made = Portal(trial)
        try:
            made.wait_until_ready()
            yield made
        finally:
            made.remove()


def test_ten_kills_lose_nothing_and_count_nothing_twice(portal: Portal) -> None:
    chance = random.Random(SEED)
    said = [
        run(portal, "create_user", "ana@example.org", "--role", "analyst"),
        *(
            run(portal, "create_feed", feed, "--kind", "work_records", "--create-missing")
            for feed in FEEDS
        ),
        run(portal, "create_token", "ana@example.org"),
    ]
    sent = Sent(portal, said[-1].split()[-1], random.Random(SEED + 1))
    sender = threading.Thread(target=sent.send_until_stopped)
    sender.start()
    try:
        order = chance.sample(VICTIMS, len(VICTIMS))
        in_the_middle = [kill(portal, victim, chance) for victim in order]
    finally:
        sent.stopped.set()
        sender.join(SETTLED_SECONDS)
    assert not sender.is_alive()
    assert sum(in_the_middle) >= 8
    assert sent.repeats > 0
    wait_until_settled(portal)

    query = portal.trial.query
    assert len(sent.counts) >= FEWEST_FILES
    assert set(query("SELECT state FROM metrics_import")) == {("applied",)}
    found = query("SELECT id, inserted, updated, unchanged FROM metrics_import")
    assert {row[0]: row[1:] for row in found} == sent.counts
    facts = query(
        "SELECT feed.slug, person.employee_id, fact.day, fact.units, fact.productive_seconds "
        "FROM metrics_workrecord fact JOIN metrics_feed feed ON feed.id = fact.feed_id "
        "JOIN teams_person person ON person.id = fact.person_id"
    )
    assert len(facts) == len(sent.facts)
    assert {tuple(row[:3]): tuple(row[3:]) for row in facts} == sent.facts

    by_day: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for (_, _, day), (units, seconds) in sent.facts.items():
        by_day[day][0] += units
        by_day[day][1] += seconds
    totals = query(
        "SELECT day, sum(units)::int, sum(productive_seconds)::int FROM metrics_workrecordstotal "
        "GROUP BY day"
    )
    assert {day: rest for day, *rest in totals} == by_day
    values = read_values(portal, sent.token)
    assert {
        date.fromisoformat(value["period_start"]): [value["numerator"], value["denominator"]]
        for value in values
    } == by_day
    assert not any(value["provisional"] for value in values)


def kill(portal: Portal, victim: str, chance: random.Random) -> bool:
    """Kill one process at a random moment; tell whether an import or a recompute was going on."""
    time.sleep(chance.uniform(0.2, 2.0))
    was_working = wait_for_work(portal)
    # One that died just before is about to be started again.
    wait_for(lambda: strike(find(portal, victim), chance))
    if victim == "web server":
        # The portal's face: without it the portal ends, and whoever keeps it starts it again.
        assert portal.process.wait(60) == 1
        portal.start_again()
    return was_working


def strike(processes: list[int], chance: random.Random) -> bool:
    try:
        os.kill(chance.choice(processes), signal.SIGKILL)
    except (IndexError, ProcessLookupError):
        return False
    return True


def find(portal: Portal, victim: str) -> list[int]:
    worker = sorted(portal.children("celery --app=opsportal --quiet worker"))
    web_server = sorted(portal.children("gunicorn"))
    servers = portal.trial.servers()
    match victim:
        # Who was started first started the others.
        case "worker":
            return worker[:1]
        case "process of the worker":
            return worker[1:]
        case "web server":
            return web_server[:1]
        case "process of the web server":
            return web_server[1:]
        case "postmaster":
            return sorted(pid for pid, title in servers.items() if "/bin/postgres -D" in title)[:1]
    return [pid for pid, title in servers.items() if "opsportal opsportal [local]" in title]


def wait_for_work(portal: Portal) -> bool:
    """Wait until there is something to be interrupted."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if is_working(portal):
            return True
        time.sleep(0.02)
    return False


def wait_until_settled(portal: Portal) -> None:
    deadline = time.monotonic() + SETTLED_SECONDS
    while is_working(portal) is not False:
        assert time.monotonic() < deadline, portal.log.read_text()[-5_000:]
        time.sleep(0.2)


def is_working(portal: Portal) -> bool | None:
    """Ask the database; None while it does not answer."""
    try:
        ((working,),) = portal.trial.query(WORKING)
    except psycopg2.Error:
        return None
    return bool(working)


def run(portal: Portal, *words: str) -> str:
    command = portal.command(*words)
    assert command.returncode == 0, command.stderr
    return command.stdout


def ask(
    portal: Portal, token: str, method: str, path: str, body: str | None = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    """Call the API once; raises what a broken connection and half an answer raise."""
    connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=30)
    try:
        headers |= {"Authorization": f"Token {token}"}
        connection.request(method, f"/api/v1/{path}", body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def read_values(portal: Portal, token: str) -> list[dict[str, Any]]:
    until = FIRST_DAY + timedelta(days=DAYS)
    asked = f"kpi-values/?kpi=units-per-hour&period=day&from={FIRST_DAY}&to={until}"
    status, page = ask(portal, token, "GET", asked)
    assert (status, page["next"]) == (200, None)
    results: list[dict[str, Any]] = page["results"]
    return results
