"""Did the data arrive, whole?

A file or a POST comes in; its columns are mapped, its rows read and checked column by column, and
what passes goes on to records. What does not leaves as refused rows with a sentence each. Every
import is kept with its file, its counts and its errors, and can be rolled back. What a feed
promised of a day is held against what is there: what is late or missing leaves with a reason.
"""
