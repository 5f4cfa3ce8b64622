"""What happened? Typed facts, each kept once.

Checked rows of a kind come in from feeds and are inserted, updated or found unchanged by the
feed's own key; the days they touch are marked in the same transaction. Facts leave as rows for
kpis and for drilling down. What an import overwrote is kept, so that it can be rolled back.
"""
