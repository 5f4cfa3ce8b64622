"""Headline figures in all their states."""

from typing import Any

from opsportal.samples.figures import wave
from opsportal.samples.names import LONG_NAME


def sample_tiles() -> list[dict[str, Any]]:
    fallen = [v - (3.4 if i > 8 else 0) for i, v in enumerate(wave(94, 0.6))]
    gaps = [None if 9 < i < 14 else v for i, v in enumerate(wave(0.72, 0.03))]
    return [
        {
            "name": "On-time delivery",
            "href": "#",
            "chosen": True,
            "value": "91.2",
            "unit": "%",
            "spark": {
                "values": fallen,
                "band": (92.1, 95.8),
                "target": 94,
                "signals": (9, 15, 21, 27),
            },
            "change": "−2.6 pp",
            "before": "93.8",
            "status": "missed",
            "target": "target ≥ 94.0",
            "interval": "90.9 – 91.5, n 45,878",
            "signal": "Outside its usual range since 3 Nov",
            "explain": {
                "formula": "(due − missed) ÷ due × 100",
                "numerator": "41,841",
                "denominator": "45,878",
                "n": "45,878 items due",
                "version": "version 2, since 1 Jan",
                "href": "#",
                "computed": "22 Nov, 02:03",
            },
        },
        {
            "name": "Units per hour",
            "href": "#",
            "value": "41.8",
            "spark": {"values": wave(40.7, 1.4, 0.05), "band": (38.8, 44.0), "target": 40},
            "change": "+3.1",
            "before": "38.7",
            "status": "met",
            "target": "target ≥ 40.0",
            "interval": "41.5 – 42.1, n 412,306",
        },
        {
            "name": "Cost per correct unit",
            "href": "#",
            "value": "0.94",
            "prefix": "€",
            "spark": {"values": wave(0.96, 0.02, -0.001), "band": (0.9, 0.99), "target": 0.96},
            "change": "−0.03",
            "before": "€0.97",
            "status": "close",
            "target": "target ≤ €0.96",
            "interval": "0.91 – 0.97, rates of 1 Oct",
        },
        {
            "name": "Agreement (α)",
            "href": "#",
            "value": "0.71",
            "spark": {"values": gaps, "target": 0.8},
            "change": "−0.02",
            "before": "0.73",
            "status": "few",
            "interval": "n 64 of 200 needed",
        },
        {
            "name": "Utilisation",
            "href": "#",
            "value": "78.4",
            "unit": "%",
            "spark": {"values": wave(78, 1.1), "band": (76, 80.6)},
            "change": "+0.2 pp",
            "before": "78.2",
            "status": "provisional",
            "note": "attendance late since 21 Nov",
        },
        {
            "name": "Cost per unit",
            "status": "nodata",
            "note": "no cost rate from 1 Nov",
            "action": {"label": "Add the rate", "href": "#"},
        },
        {
            "name": LONG_NAME,
            "href": "#",
            "value": "1,234,567.8",
            "unit": "items a day",
            "status": "notarget",
        },
    ]
