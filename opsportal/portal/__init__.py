"""The portal on one machine: how does `make demo` keep its processes?

In: the port, the state folder, with or without the demonstration organisation. Out: web server,
worker and beat as child processes that start together, are restarted or end the portal when they
die, and stop in order. In production the same three commands run under docker-compose.yml or the
Procfile instead.
"""
