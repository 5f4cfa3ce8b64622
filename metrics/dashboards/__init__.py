"""What needs me, are we on target, what changed, which team needs help?

Judged values come in through the one selector; pages with tiles, a trend, a comparison and their
words leave. Facts are never read here.
"""
