"""What looks after people: made together, because all of it needs the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vtp.accounts.service.administration import Administration
from vtp.accounts.service.endings import Endings
from vtp.accounts.service.imports import Imports
from vtp.accounts.service.invitations import Invitations
from vtp.accounts.service.links import Links
from vtp.accounts.service.merging import Belongings, Merging
from vtp.accounts.service.newcomers import Newcomers
from vtp.accounts.service.pictures import Enqueue
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database
from vtp.mail.service import Mails
from vtp.notices.service import Notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    administration: Administration
    invitations: Invitations
    imports: Imports
    merging: Merging


def care(
    db: Database,
    newcomers: Newcomers,
    *,
    clock: Clock,
    audit: Audit,
    endings: Endings,
    made: Links,
    mails: Mails,
    jobs: Enqueue,
    belongings: Sequence[Belongings],
    notices: Notices,
    demo: bool,
) -> Care:
    invitations = Invitations(
        db,
        clock=clock,
        audit=audit,
        passwords=newcomers.passwords,
        newcomers=newcomers,
        made=made,
        mails=mails,
        webhooks=newcomers.webhooks,
    )
    return Care(
        administration=Administration(
            db,
            clock=clock,
            audit=audit,
            passwords=newcomers.passwords,
            newcomers=newcomers,
            endings=endings,
            notices=notices,
            webhooks=newcomers.webhooks,
            demo=demo,
        ),
        invitations=invitations,
        imports=Imports(
            db,
            clock=clock,
            audit=audit,
            invitations=invitations,
            endings=endings,
            jobs=jobs,
            demo=demo,
        ),
        merging=Merging(
            db,
            clock=clock,
            audit=audit,
            endings=endings,
            webhooks=newcomers.webhooks,
            belongings=belongings,
            demo=demo,
        ),
    )
