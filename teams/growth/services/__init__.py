from teams.growth.services.judgements import assess_person, judge_readiness
from teams.growth.services.plans import (
    change_action,
    drop_action,
    finish_action,
    plan_action,
    reopen_action,
)
from teams.growth.services.successors import end_successor, note_successor

__all__ = [
    "assess_person",
    "change_action",
    "drop_action",
    "end_successor",
    "finish_action",
    "judge_readiness",
    "note_successor",
    "plan_action",
    "reopen_action",
]
