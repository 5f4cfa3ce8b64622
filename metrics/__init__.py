"""What happened and what it means: feeds, records, kpis, targets, dashboards, left to right."""
