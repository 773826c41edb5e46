"""Whether an error says that there is no room left where the registry writes: on the disk of its database or of its files."""

import errno
import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError

# Of PostgreSQL: disk_full.
_SQLSTATES: Final = frozenset({"53100"})
# A quota that is used up is for whoever writes what a full disk is.
_NUMBERS: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_out_of_room(error: BaseException) -> bool:
    """Whether this error is a full disk or a quota used up, as the system, SQLite or PostgreSQL says it."""
    if isinstance(error, DBAPIError):
        if isinstance(error.orig, sqlite3.Error):
            return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        return getattr(error.orig, "sqlstate", None) in _SQLSTATES
    return isinstance(error, OSError) and error.errno in _NUMBERS
