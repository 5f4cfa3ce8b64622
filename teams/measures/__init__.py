"""What do the rooms have to say on a page that is not theirs?

Rooms offer lines that need someone, strips about a unit, what changed, and what can be found
(`offers.py`, called from `AppConfig.ready()`); home, dashboards and the search ask for them
(`selectors.py`). So floors meet here without looking up.
"""
