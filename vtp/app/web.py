"""The web process: HTTP, pages and Socket.IO on one loop."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from aiohttp import web

from vtp.accounts import watch as accounts_watch
from vtp.accounts.api import ACCOUNTS, SCHOOL
from vtp.accounts.api.asking import ERASURE, TAKEOUTS
from vtp.accounts.pages import SCOPES
from vtp.actor import Actor
from vtp.analytics.insight_api import INSIGHTS
from vtp.analytics.plays_api import TELLING
from vtp.analytics.service.looking import Looking
from vtp.analytics.service.telling import Telling
from vtp.analytics.usage_api import LOOKING
from vtp.app import declared, figures, health, media_figures
from vtp.app.archive import exporting
from vtp.app.attending import certificates, reports
from vtp.app.classes import Classes, open_classes, standing
from vtp.app.courses import courses, desk, leaving, outlines
from vtp.app.hooks import endpoints
from vtp.app.insights import insights
from vtp.app.loop import Told, fed
from vtp.app.observers import HttpObserver, SocketObserver
from vtp.app.own_data import erasure, takeouts
from vtp.app.parts import Parts, demo_wanted, open_parts
from vtp.attendance.api import WATCHING
from vtp.attendance.certificates_api import CERTIFICATES
from vtp.attendance.films_api import VIEWING
from vtp.attendance.register_api import BOOKS
from vtp.attendance.report_pages import REPORTS
from vtp.audit.api import EXPORTING, READING, VERIFYING, Begins
from vtp.audit.service.reading import Reading
from vtp.courses.api.asking import COURSES
from vtp.courses.outline.api import OUTLINES
from vtp.courses.outline.company import Company
from vtp.courses.outline.events import COMPANY
from vtp.courses.pages.learning import DESK
from vtp.edge import api_docs, assets
from vtp.edge.auth import AUTHENTICATE, PASSES
from vtp.edge.bodies import BODY_IDLE, MAX_BODY
from vtp.edge.front import Front
from vtp.edge.health import CLOCK, HEALTH, METRICS, METRICS_TOKEN
from vtp.edge.html import PAGES, TEXTS, Pages
from vtp.edge.limits import LIMITER
from vtp.edge.origins import ORIGINS
from vtp.edge.routes import mount
from vtp.edge.server import Listener
from vtp.edge.sockets.facade import Sockets
from vtp.edge.sockets.upgrade import attach
from vtp.edge.texts import Texts
from vtp.edge.tls import Certificate, certificate
from vtp.ids import UserId
from vtp.jobs import events as jobs_events
from vtp.jobs.api import JOBS
from vtp.jobs.handlers import Catalogue
from vtp.jobs.watch import Watch
from vtp.library.api.asking import LIBRARY, VIEWERS
from vtp.mail import pages as mail_pages
from vtp.mail.api import MAILS
from vtp.notices import events as notices_events
from vtp.notices import watch as notices_watch
from vtp.notices.api import NOTICES
from vtp.recordings.api import RECORDINGS
from vtp.recordings.play_api import DELIVERY
from vtp.rooms.api.asking import ROOMS
from vtp.runtime.api import RUNTIME
from vtp.settings import Server, Settings
from vtp.site.navigation import navigation
from vtp.site.pages import SITE, Site
from vtp.tasks import Tasks
from vtp.telemetry import logs, loop_lag
from vtp.telemetry.health import Health
from vtp.telemetry.watchdog import Watchdog
from vtp.webhooks.api import ENDPOINTS

_log = structlog.get_logger()

# Told to sockets when the server goes: come back after so many seconds.
_RETRY_AFTER = 2.0


def make(parts: Parts, sockets: Sockets, classes: Classes, state: Health) -> web.Application:
    """The application, not yet listening; its parts are opened and closed by the caller."""
    texts, files = Texts(), assets.Assets()
    pages = Pages(
        school=parts.settings.school,
        assets=files,
        texts=texts,
        viewer=partial(_viewer, parts),
        navigation=partial(navigation, texts),
    )
    front = Front(
        origins=parts.origins,
        limiter=parts.limiter,
        clock=parts.clock,
        observe=HttpObserver(parts.metrics),
        error_page=pages.error,
    )
    app = web.Application(middlewares=[front.middleware()])
    app[PAGES], app[assets.ASSETS], app[TEXTS] = pages, files, texts
    _fill(app, parts, state)
    app[ROOMS], app[PASSES] = classes.rooms, classes.rooms.guests
    app[RECORDINGS], app[WATCHING] = classes.recordings, classes.watching
    app[VIEWING] = app[VIEWERS] = classes.viewing
    app[DELIVERY] = parts.settings.delivery
    app[COURSES] = courses(parts, classes.rooms.classrooms)
    app[BOOKS] = classes.books
    app[INSIGHTS] = insights(parts, app[BOOKS])
    app[TELLING] = Telling(parts.db, clock=parts.clock)
    app[LOOKING] = Looking(
        parts.db, clock=parts.clock, audit=parts.audit, upkeep=classes.recordings.upkeep
    )
    app[OUTLINES] = outlines(parts, app[COURSES], sockets)
    app[COMPANY] = Company()
    app[DESK] = desk(parts, app[COURSES], app[OUTLINES], classes.learning)
    app[CERTIFICATES] = certificates(parts, app[BOOKS], app[DESK].reader)
    app[REPORTS] = reports(parts, app[BOOKS])
    all_routes = declared.routes()
    mount(app, all_routes)
    attach(app, sockets)
    if parts.letterbox.mails.has_mailbox:
        mount(app, mail_pages.mailbox_routes)
    app[api_docs.DOCUMENT] = api_docs.Description(all_routes)
    return app


async def _viewer(parts: Parts, actor: Actor) -> Mapping[str, Any] | None:
    """With what is at the top of every page: how much was not read, and what is to be done."""
    seen = await parts.accounts.people.viewer(actor)
    if seen is None or actor.user_id is None:
        return seen
    box = parts.letterbox
    return {
        **seen,
        "unread": await box.notices.unread(actor.user_id),
        "asked_to_verify": box.mails.arrives and not seen["verified"],
        "mail_arrives": box.mails.arrives,
        "mailbox": box.mails.has_mailbox,
    }


def _fill(app: web.Application, parts: Parts, state: Health) -> None:
    """What handlers ask the application for."""
    server = parts.settings.server
    app[AUTHENTICATE] = parts.accounts.credentials
    app[ORIGINS], app[LIMITER] = parts.origins, parts.limiter
    app[BODY_IDLE], app[MAX_BODY] = server.body_idle_timeout, server.max_body
    app[MAILS], app[NOTICES] = parts.letterbox.mails, parts.letterbox.notices
    app[ACCOUNTS], app[JOBS], app[SCOPES] = parts.accounts, parts.jobs, declared.scopes()
    app[RUNTIME] = parts.runtime
    app[LIBRARY] = parts.library
    app[TAKEOUTS], app[ERASURE] = takeouts(parts), erasure(parts, demo=demo_wanted(server))
    app[SCHOOL] = parts.settings.school
    app[HEALTH], app[METRICS], app[CLOCK] = state, parts.metrics, parts.clock
    app[METRICS_TOKEN] = server.metrics_token
    app[READING] = Reading(parts.db, audit=parts.audit, names=parts.accounts.people)
    app[EXPORTING] = exporting(parts)
    app[ENDPOINTS] = endpoints(parts)
    app[VERIFYING] = Begins(parts.db, audit=parts.audit, jobs=parts.jobs)
    app[SITE] = Site(
        accounts=parts.accounts,
        jobs=parts.jobs,
        kinds=Catalogue(declared.HANDLERS),
        health=state,
        clock=parts.clock,
    )


@asynccontextmanager
async def serving(parts: Parts, *, force: asyncio.Event | None = None) -> AsyncIterator[Listener]:
    """The whole server, listening. Leaving the block drains it; the pool closes after that.

    Classes that go on are waited for, up to a limit; `force` ends the waiting.
    """
    state = health.of(parts)
    options = parts.settings.server
    sockets = Sockets(
        parts.settings.sockets,
        declared.EVENTS,
        clock=parts.clock,
        observe=SocketObserver(parts.metrics),
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(state.close)
        classes = await stack.enter_async_context(open_classes(parts, sockets))
        app = make(parts, sockets, classes, state)
        tasks = Tasks(_report)
        stack.push_async_callback(tasks.close)
        tasks.start("loop-lag", loop_lag.watch(parts.metrics, parts.clock))
        sockets.on_gone.append(leaving(tasks, sockets, app[COMPANY]))
        sockets.start(app, partial(standing, parts, classes.rooms))
        stack.push_async_callback(sockets.close)
        watch = Watch(parts.db, parts.settings.database, parts.clock)
        watch.on_change(partial(jobs_events.tell, sockets))
        watch.on_change(partial(figures.count_ended, parts.metrics))
        tasks.start("jobs.watch", watch.run())
        database, tell = parts.settings.database, partial(notices_events.tell, sockets)
        tasks.start("notices.watch", notices_watch.watch(parts.db, database, tell).run())
        tasks.start("accounts.watch", accounts_watch.watch(database, parts.accounts.endings).run())
        tasks.start("settings.follow", parts.runtime.follow())
        tasks.start("jobs.figures", figures.watch_jobs(parts))
        figures.watch_pool(parts)
        media_figures.watch_plane(parts.metrics, classes)
        tasks.start("media.figures", media_figures.PeerWatch(parts.metrics, classes).run())
        parts.accounts.on_ended.append(partial(_close_sockets, sockets))
        parts.accounts.on_changed.append(sockets.refresh_user)
        listener, pair = Listener(app, options), certificate(options)
        await listener.setup()
        stack.push_async_callback(listener.cleanup)
        await _listen(listener, options, pair)
        if pair is not None:
            tasks.start("tls", pair.watch())
        state.starting = False
        yield listener
        state.draining = True
        await asyncio.sleep(options.drain_delay)
        await classes.rooms.drain(force or asyncio.Event())
        await sockets.drain(
            reason="restart", retry_after=_RETRY_AFTER, within=options.shutdown_timeout
        )


async def _listen(listener: Listener, server: Server, pair: Certificate | None) -> None:
    context = pair.context if pair else None
    await web.TCPSite(listener, server.host, server.port, ssl_context=context).start()


async def run(chosen: Settings, told: Told) -> int:
    logs.set_up(chosen.log, process="web")
    # Each call into libsrtp lets other threads run: they give back sooner than after 5 ms.
    sys.setswitchinterval(0.0005)
    dog = Watchdog(os.environ)
    async with (
        open_parts(chosen, demo=demo_wanted(chosen.server)) as parts,
        serving(parts, force=told.force),
        fed(dog),
    ):
        await _greet(parts)
        dog.ready()
        await told.stop.wait()
        dog.stopping()
        _log.info("web.stopping")
    _log.info("web.stopped")
    return 0


async def _greet(parts: Parts) -> None:
    _log.info("web.listening", url=parts.origins.public)
    if "NOTIFY_SOCKET" in os.environ:
        return  # standard output is the journal: `vtp user add` makes the first administrator
    if link := await parts.accounts.first_admin.link():
        # On the terminal and nowhere else: whoever reads a log must not become administrator.
        minutes = round(parts.settings.auth.setup_lifetime / 60)
        sys.stdout.write(f"Set up the first administrator, within {minutes} min:\n  {link}\n")
        sys.stdout.flush()


async def _close_sockets(sockets: Sockets, user_id: UserId, credential_id: UUID | None) -> None:
    """What was opened with a credential ends with it; None is everything of that person."""
    if credential_id is None:
        await sockets.close_user(user_id)
    else:
        await sockets.close_credential(credential_id)


def _report(task: str, error: BaseException) -> None:
    _log.error("web.task_failed", task=task, exc_info=error)
