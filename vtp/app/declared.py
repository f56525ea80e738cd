"""Everything that is declared at import: routes, events, kinds of jobs. Listed without a server."""

from __future__ import annotations

from vtp.accounts import api as accounts_api
from vtp.accounts import hooks as accounts_hooks
from vtp.accounts import jobs as accounts_jobs
from vtp.accounts import kinds as accounts_kinds
from vtp.accounts import pages as accounts_pages
from vtp.accounts import takeout_jobs
from vtp.analytics import admin_pages, insight_api, insight_pages, plays_api, usage_api
from vtp.analytics import jobs as analytics_jobs
from vtp.analytics import merging as analytics_merging
from vtp.attendance import api as attendance_api
from vtp.attendance import (
    certificate_pages,
    certificates_api,
    earning_jobs,
    paper_jobs,
    paper_kinds,
    papers_api,
    register_api,
    report_pages,
    rules_api,
    rules_pages,
)
from vtp.attendance import films_api as attendance_films_api
from vtp.attendance import jobs as attendance_jobs
from vtp.attendance import kinds as attendance_kinds
from vtp.attendance import merging as attendance_merging
from vtp.attendance import pages as attendance_pages
from vtp.audit import api as audit_api
from vtp.audit import jobs as audit_jobs
from vtp.audit import pages as audit_pages
from vtp.courses import api as courses_api
from vtp.courses import hooks as courses_hooks
from vtp.courses import jobs as courses_jobs
from vtp.courses import kinds as courses_kinds
from vtp.courses import pages as courses_pages
from vtp.courses.outline import api as outline_api
from vtp.courses.outline import events as outline_events
from vtp.courses.outline import pages as outline_pages
from vtp.courses.service import merging as courses_merging
from vtp.edge import api_docs, assets, client_errors, health
from vtp.edge.routes import Route
from vtp.edge.sockets import upgrade
from vtp.jobs import api as jobs_api
from vtp.jobs import events as jobs_events
from vtp.jobs import jobs as jobs_jobs
from vtp.library import api as library_api
from vtp.library import jobs as library_jobs
from vtp.library import pages as library_pages
from vtp.library.service import merging as library_merging
from vtp.mail import api as mail_api
from vtp.mail import jobs as mail_jobs
from vtp.mail import pages as mail_pages
from vtp.mail import service as mail_service
from vtp.notices import api as notices_api
from vtp.notices import events as notices_events
from vtp.notices import jobs as notices_jobs
from vtp.notices import pages as notices_pages
from vtp.recordings import api as recordings_api
from vtp.recordings import (
    downloads_api,
    made_api,
    posters_api,
    timeline_api,
    upkeep_api,
    upkeep_pages,
)
from vtp.recordings import jobs as recordings_jobs
from vtp.recordings import pages as recordings_pages
from vtp.recordings import play_api as recordings_play_api
from vtp.recordings.service import merging as recordings_merging
from vtp.rooms import api as rooms_api
from vtp.rooms import events as rooms_events
from vtp.rooms import guest_pages, order_events, talk_events
from vtp.rooms import hooks as rooms_hooks
from vtp.rooms import jobs as rooms_jobs
from vtp.rooms import pages as rooms_pages
from vtp.rooms.service import merging as rooms_merging
from vtp.runtime import api as runtime_api
from vtp.runtime import pages as runtime_pages
from vtp.site import pages as site_pages
from vtp.webhooks import api as webhooks_api
from vtp.webhooks import jobs as webhooks_jobs
from vtp.webhooks import pages as webhooks_pages

EVENTS = (
    jobs_events.events,
    notices_events.events,
    rooms_events.events,
    order_events.events,
    talk_events.events,
    outline_events.events,
)
HANDLERS = (
    accounts_jobs.handlers,
    analytics_jobs.handlers,
    takeout_jobs.handlers,
    audit_jobs.handlers,
    attendance_jobs.handlers,
    paper_jobs.handlers,
    earning_jobs.handlers,
    courses_jobs.handlers,
    jobs_jobs.handlers,
    library_jobs.handlers,
    mail_jobs.handlers,
    notices_jobs.handlers,
    recordings_jobs.handlers,
    rooms_jobs.handlers,
    webhooks_jobs.handlers,
)
# What webhooks tell.
HOOKS = (*accounts_hooks.news, *courses_hooks.news, *rooms_hooks.news)
# Who moves what they keep of people, when two accounts of one person are merged.
BELONGINGS = (
    rooms_merging.move,
    attendance_merging.move,
    recordings_merging.move,
    library_merging.move,
    courses_merging.move,
    analytics_merging.move,
)
# What people can be told, and all that may be written to them.
KINDS = (
    *accounts_kinds.KINDS,
    *courses_kinds.KINDS,
    *paper_kinds.KINDS,
    *attendance_kinds.KINDS,
)
LETTERS = (
    mail_service.TEST,
    *accounts_kinds.LETTERS,
    *courses_kinds.LETTERS,
    *paper_kinds.LETTERS,
    *attendance_kinds.LETTERS,
)


def routes() -> list[Route]:
    groups = (
        health.routes,
        assets.routes,
        api_docs.routes,
        client_errors.routes,
        accounts_api.routes,
        attendance_api.routes,
        attendance_films_api.routes,
        register_api.routes,
        papers_api.routes,
        certificates_api.routes,
        rules_api.routes,
        attendance_pages.routes,
        report_pages.routes,
        certificate_pages.routes,
        rules_pages.routes,
        insight_api.routes,
        insight_pages.routes,
        audit_api.routes,
        runtime_api.routes,
        webhooks_api.routes,
        jobs_api.routes,
        library_api.routes,
        outline_api.routes,
        mail_api.routes,
        notices_api.routes,
        recordings_api.routes,
        made_api.routes,
        downloads_api.routes,
        posters_api.routes,
        upkeep_api.routes,
        timeline_api.routes,
        recordings_play_api.routes,
        courses_api.routes,
        rooms_api.routes,
        plays_api.routes,
        usage_api.routes,
        accounts_pages.routes,
        audit_pages.routes,
        library_pages.routes,
        outline_pages.routes,
        runtime_pages.routes,
        webhooks_pages.routes,
        mail_pages.routes,
        notices_pages.routes,
        recordings_pages.routes,
        upkeep_pages.routes,
        courses_pages.routes,
        rooms_pages.routes,
        guest_pages.routes,
        admin_pages.routes,
        site_pages.routes,
    )
    return [route for group in groups for route in group]


def all_routes() -> list[Route]:
    """With those that are mounted by what they belong to."""
    return [*routes(), *upgrade.routes, *mail_pages.mailbox_routes]


def scopes() -> frozenset[str]:
    """What a key may be given: all that some route or event asks of keys."""
    rules = [route.rule for route in routes() if route.is_api]
    rules += [event.rule for group in EVENTS for event in group.taken]
    return frozenset(rule.scope for rule in rules if rule.keys and not rule.anonymous)
