from teams.access.roles import Permission
from teams.access.viewers import Viewer


def may_keep(viewer: Viewer) -> bool:
    """Tell whether someone writes levels and expectations: HR, wherever their scope is.

    There is one set of levels for the whole organisation.
    """
    return viewer.may(Permission.KEEP_COMPETENCIES)
