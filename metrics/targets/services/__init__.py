from metrics.targets.services.changes import (
    approve_target,
    decline_target,
    propose_target,
    withdraw_target,
)
from metrics.targets.services.ramps import end_ramp, set_ramp
from metrics.targets.services.stretches import TargetError
from metrics.targets.services.targets import check_target, end_target, set_target

__all__ = [
    "TargetError",
    "approve_target",
    "check_target",
    "decline_target",
    "end_ramp",
    "end_target",
    "propose_target",
    "set_ramp",
    "set_target",
    "withdraw_target",
]
