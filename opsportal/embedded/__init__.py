"""The servers of a trial: where does the portal keep its data when nobody gave it a database?

In: DATABASE_URL, REDIS_URL and OPSPORTAL_HOME, set or not. Out: PostgreSQL 18 and a Redis protocol
server, run from wheels on Unix sockets of their own, with secrets that only their owner may read.
`servers()` holds them while a command needs them; the last one to leave stops them. Whatever a
crash left behind is put right on the next start, or at once by a portal that runs. Standard library
only, no Django.
"""

from opsportal.embedded.errors import EmbeddedServerError
from opsportal.embedded.home import state_home
from opsportal.embedded.lease import is_trial, read_environment, restart_ended_servers, servers

__all__ = [
    "EmbeddedServerError",
    "is_trial",
    "read_environment",
    "restart_ended_servers",
    "servers",
    "state_home",
]
