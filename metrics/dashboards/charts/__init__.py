"""The figures that static/js/charts.js draws, as plain dictionaries; colours are theme tokens.

plotly.py is not imported on the web path: the tests hold every figure against it instead.
"""

from metrics.dashboards.charts.funnels import draw_funnel, funnel_axis
from metrics.dashboards.charts.series import Series, SeriesChart, draw_series, series_axis
from metrics.dashboards.charts.trends import draw_trend, make_axis

__all__ = [
    "Series",
    "SeriesChart",
    "draw_funnel",
    "draw_series",
    "draw_trend",
    "funnel_axis",
    "make_axis",
    "series_axis",
]
