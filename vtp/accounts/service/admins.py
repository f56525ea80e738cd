"""What all admins are told, because any of them may see to it."""

from __future__ import annotations

from collections.abc import Mapping

from vtp.accounts.store import own_data
from vtp.db import Db
from vtp.notices.service import Notices
from vtp.notices.topics import Kind


async def tell_admins(
    tx: Db, notices: Notices, kind: Kind, values: Mapping[str, str], *, link: str = ""
) -> None:
    for admin in await own_data.admins(tx):
        await notices.tell(tx, admin, kind, values, link=link)
