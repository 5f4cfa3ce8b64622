from metrics.targets.api.targets import RampListView, TargetListView
from metrics.targets.api.values import KpiValueListView

__all__ = ["KpiValueListView", "RampListView", "TargetListView"]
