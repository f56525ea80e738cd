"""What web and work both need, opened in one order and closed in reverse."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from vtp import settings
from vtp.accounts import keyring
from vtp.accounts.service import Accounts, open_accounts
from vtp.accounts.service.standing import Standing
from vtp.app import declared
from vtp.app.letterbox import Letterbox, letterbox
from vtp.audit.service import Audit
from vtp.blob.opening import open_blobs
from vtp.blob.port import Blobs
from vtp.clock import Clock, SystemClock
from vtp.db import Database, open_database
from vtp.db.schema import require_schema
from vtp.edge.limits import Limiter
from vtp.edge.origins import Origins, is_local, of_settings
from vtp.jobs.service import Jobs
from vtp.library.service import Library, open_library
from vtp.recordings.service.engines import engine_of
from vtp.runtime.service import Runtime, own_copy
from vtp.sandbox.runner import Sandbox
from vtp.settings import Settings
from vtp.telemetry.metrics import Metrics
from vtp.webhooks.service import Webhooks

# Set by `vtp serve --demo` for its children.
DEMO = "VTP_CHILD_DEMO"
# The pid of the supervisor, whose children are measured together.
_SUPERVISOR = "VTP_CHILD_OF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    settings: Settings
    clock: Clock
    metrics: Metrics
    origins: Origins
    limiter: Limiter
    db: Database
    blobs: Blobs
    sandbox: Sandbox
    jobs: Jobs
    audit: Audit
    runtime: Runtime
    webhooks: Webhooks
    letterbox: Letterbox
    accounts: Accounts
    library: Library
    standing: Standing


@asynccontextmanager
async def open_parts(
    chosen: Settings, *, clock: Clock | None = None, demo: bool = False
) -> AsyncIterator[Parts]:
    """Refuses a database that does not have exactly the schema of this program."""
    clock = clock or SystemClock()
    defaults, chosen = chosen, own_copy(chosen)
    origins, limiter = of_settings(chosen.server), Limiter(chosen.limits)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        stack.push_async_callback(limiter.close)
        db = await enter(open_database(chosen.database, clock=clock))
        await require_schema(db)
        blobs = await enter(open_blobs(chosen.blob, data_dir=chosen.data_dir))
        audit = Audit(db, clock)
        runtime = Runtime(db, clock=clock, audit=audit, defaults=defaults, live=chosen)
        await runtime.read()
        jobs = Jobs(db, chosen.jobs, declared.HANDLERS, record=audit.record)
        webhooks = Webhooks(db, clock=clock, audit=audit, jobs=jobs)
        box = letterbox(chosen, db, clock=clock, audit=audit, jobs=jobs, origins=origins, demo=demo)
        accounts = await enter(
            open_accounts(
                db,
                clock=clock,
                audit=audit,
                options=chosen.auth,
                oidc=chosen.oidc,
                secrets=keyring.load(chosen.secrets_dir),
                origin=origins.public,
                school=chosen.school,
                limit=limiter,
                scopes=declared.scopes(),
                blobs=blobs,
                jobs=jobs,
                mails=box.mails,
                notices=box.notices,
                webhooks=webhooks,
                belongings=declared.BELONGINGS,
                demo=demo,
            )
        )
        shelf = await enter(_library(chosen, db, clock=clock, audit=audit, blobs=blobs, jobs=jobs))
        yield Parts(
            settings=chosen,
            clock=clock,
            metrics=Metrics(chosen.data_dir, parent=int(os.environ.get(_SUPERVISOR, "0"))),
            origins=origins,
            limiter=limiter,
            db=db,
            blobs=blobs,
            sandbox=_sandbox(chosen, clock),
            jobs=jobs,
            audit=audit,
            runtime=runtime,
            webhooks=webhooks,
            letterbox=box,
            accounts=accounts,
            library=shelf,
            standing=Standing(db, clock=clock, demo=demo),
        )


def _sandbox(chosen: Settings, clock: Clock) -> Sandbox:
    """Its children run what is ours, and the engine that the settings name."""
    modules = engine_of(chosen.processing).modules
    return Sandbox(chosen.sandbox, clock=clock, modules=("vtp.media.", *modules))


def _library(
    chosen: Settings, db: Database, *, clock: Clock, audit: Audit, blobs: Blobs, jobs: Jobs
) -> AbstractAsyncContextManager[Library]:
    return open_library(
        db,
        clock=clock,
        audit=audit,
        blobs=blobs,
        jobs=jobs,
        options=chosen.library,
        folder=chosen.data_dir / "uploads",
    )


def demo_wanted(server: settings.Server) -> bool:
    """The demo opens its accounts only to this machine, whatever the environment says."""
    return os.environ.get(DEMO) == "1" and is_local(server.host)
