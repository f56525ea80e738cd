"""What became of accounts in another process: a command on the terminal, another server, a job.

Heard in PostgreSQL as it is committed, so that whoever was disabled there is out here at once.
"""

from __future__ import annotations

from collections.abc import Collection

from vtp import settings
from vtp.accounts.service.endings import Endings
from vtp.ids import UserId
from vtp.jobs.people import ChangedPeople

_CHANGES = "vtp_account"
# More people than this at once are not remembered: all who are connected are looked at anyway,
# every `sockets.recheck_interval`.
_MOST = 10_000


def watch(database: settings.Database, endings: Endings) -> ChangedPeople:
    async def tell(changed: Collection[UserId]) -> None:
        for user_id in changed:
            await endings.changed(user_id)

    return ChangedPeople(database, _CHANGES, tell, most=_MOST)
