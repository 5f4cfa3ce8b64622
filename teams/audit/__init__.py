"""Who did what, and who read what?

Every service that writes records its act here, in its own transaction; reads of people's files
by others come in the same way. Events leave only to those who may read the log; the database
itself refuses to change or delete one.
"""
