"""What happens in classes, written down and told for real."""

from __future__ import annotations

from vtp import settings
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database
from vtp.jobs.service import Jobs
from vtp.rooms.service.chronicle import Chronicle
from vtp.webhooks.jobs import handlers
from vtp.webhooks.service import Webhooks


def some_webhooks(db: Database, clock: Clock) -> Webhooks:
    jobs = Jobs(db, settings.Jobs(), [handlers])
    return Webhooks(db, clock=clock, audit=Audit(db, clock), jobs=jobs)


def a_chronicle(db: Database, clock: Clock) -> Chronicle:
    return Chronicle(Audit(db, clock), some_webhooks(db, clock))
