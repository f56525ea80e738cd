"""The table of permissions: every route and event, called as everybody, and the status asserted.

What a rule promises is derived here a second time, in words of the test. A route or an event
without a row in `CALLS` or `EVENTS` fails, so nobody can forget one.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.support import offers
from tests.support.accounts import PASSWORD
from tests.support.application import Application, Person, an_application, some_settings
from tests.support.guests import follow, open_to_guests
from tests.support.pictures import a_png
from tests.support.quiet_plane import DTLS, sound
from tests.support.socket_client import connected
from tests.support.whip import FRAGMENT, SDP
from vtp import settings
from vtp.accounts.kinds import PASSWORD_CHANGED
from vtp.accounts.model import Identity, ImportState, MakePicture, Passkey
from vtp.accounts.store import identities, imports, passkeys
from vtp.actor import Actor, Role, Via
from vtp.app import declared
from vtp.app.courses import courses
from vtp.app.hooks import endpoints
from vtp.courses.service import Courses
from vtp.courses.service.catalogue import Wish
from vtp.courses.service.timetable import Plan
from vtp.edge.routes import Route
from vtp.edge.rules import Rule
from vtp.ids import (
    CourseId,
    IdentityId,
    JobId,
    MediaId,
    MeetingId,
    NoticeId,
    PasskeyId,
    RecordingId,
    RoomId,
    SectionId,
    UploadId,
    uuid7,
)
from vtp.library.store import items, uploads
from vtp.library.tus import OFFSET_TYPE
from vtp.recordings import store as recordings
from vtp.recordings.model import Encoding
from vtp.recordings.store import made as made_store
from vtp.rooms.facts import ParticipantId
from vtp.rooms.model import Attendee, Room
from vtp.rooms.service.classrooms import Classrooms
from vtp.rooms.store import meetings, rooms, talk
from vtp.rooms.talk.messages import Message, MessageId

NOBODY = "nobody"
OWNER = "owner"
STRANGER = "stranger"
ROLES = {role.value: role for role in Role if role is not Role.STUDENT}
EVERYBODY = (NOBODY, OWNER, STRANGER, *ROLES)


@dataclass(frozen=True)
class Call:
    """How a route is called so that who may, succeeds."""

    good: int
    body: Any = None
    raw: bytes | None = None
    form: dict[str, str] | None = None
    kind: str | None = None
    # What its path names: a session, key or job of the owner, made anew for each call.
    of: str = ""
    # What somebody gets who may call it, for a thing of somebody else.
    others: int | None = None
    # A page that sends whoever is not signed in to the form.
    page: bool = False
    headers: dict[str, str] = field(default_factory=dict)


_NEW = itertools.count()


def a_free_day() -> date:
    """The owner of the table teaches at one time of each day."""
    return date(2030, 1, 1) + timedelta(days=next(_NEW))


_LINK = {"token": "A" * 43}
_PUBLISH, _WATCH = (offers.text(name).encode() for name in ("obs-publish", "chromium-watch"))
_BORN = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)

_PERSON = {"person": str(uuid7())}
_CODE = {"challenge": "none", "code": "000000"}
_PASSKEY = {
    "id": "AAAA",
    "rawId": "AAAA",
    "type": "public-key",
    "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"},
}

_LIST_KIND = "multipart/form-data; boundary=x"
_LIST = b'--x\r\nContent-Disposition: form-data; name="list"\r\n\r\nmail\r\n--x--\r\n'

_TUS = {"Tus-Resumable": "1.0.0"}
_ON = {"Upload-Offset": "0", **_TUS}
_LINK_OF_NO_COURSE = {"title": "Plot", "link": "https://plot.test/", "course": str(uuid7())}

_WEBHOOK = {"url": "https://hooks.school.test/", "events": ["meeting.started"]}

CALLS: dict[tuple[str, str], Call] = {
    ("GET", "/health/live"): Call(200),
    ("GET", "/health/ready"): Call(200),
    ("GET", "/health/startup"): Call(200),
    ("GET", "/health"): Call(200),
    ("GET", "/metrics"): Call(200),
    ("GET", "/static/{path:.+}"): Call(200, of="asset"),
    ("GET", "/api/openapi.json"): Call(200),
    ("GET", "/api/docs"): Call(200),
    ("GET", "/api/redoc"): Call(200),
    ("GET", "/socket.io/"): Call(400),  # not a WebSocket; events have a table of their own
    ("POST", "/api/v1/client-errors"): Call(204, body={"message": "it broke"}),
    ("POST", "/api/v1/auth/register"): Call(201, of="registration"),
    ("POST", "/api/v1/auth/login"): Call(200, of="login"),
    ("POST", "/api/v1/auth/refresh"): Call(200, of="refresh"),
    ("POST", "/api/v1/auth/logout"): Call(204),
    ("POST", "/api/v1/auth/password"): Call(
        204, body={"current": PASSWORD, "new": "copper lantern quiet meadow"}
    ),
    ("POST", "/api/v1/auth/password/strength"): Call(200, body={"password": "violet harbour"}),
    ("POST", "/api/v1/auth/second-factor"): Call(410, body=_CODE),  # no such challenge
    ("POST", "/api/v1/auth/second-factor/app"): Call(410, body={"challenge": "none"}),
    ("POST", "/api/v1/auth/second-factor/app/confirm"): Call(410, body=_CODE),
    ("GET", "/api/v1/auth/factors"): Call(200),
    ("POST", "/api/v1/auth/proof"): Call(204, body={"password": PASSWORD}),
    ("POST", "/api/v1/auth/proof/question"): Call(200),
    ("POST", "/api/v1/auth/authenticator"): Call(200),
    ("POST", "/api/v1/auth/authenticator/confirm"): Call(410, body=_CODE),
    ("DELETE", "/api/v1/auth/authenticator"): Call(409),  # there is none
    ("POST", "/api/v1/auth/recovery-codes"): Call(409),
    ("POST", "/api/v1/auth/passkeys/question"): Call(200, body={}),
    ("POST", "/api/v1/auth/passkeys/sign-in"): Call(410, body={"passkey": _PASSKEY}),
    ("POST", "/api/v1/auth/passkeys/new"): Call(200),
    ("POST", "/api/v1/auth/passkeys"): Call(410, body={"passkey": _PASSKEY, "name": "Phone"}),
    ("PATCH", "/api/v1/auth/passkeys/{id}"): Call(
        200, body={"name": "Old phone"}, of="passkey", others=404
    ),
    ("DELETE", "/api/v1/auth/passkeys/{id}"): Call(204, of="passkey", others=404),
    ("GET", "/api/v1/auth/identities"): Call(200),
    ("DELETE", "/api/v1/auth/identities/{id}"): Call(204, of="identity", others=404),
    # No mail server is set here: what would be sent is refused, and no link is open.
    ("POST", "/api/v1/auth/password/forgotten"): Call(409, body={"email": "noor@school.test"}),
    ("POST", "/api/v1/auth/password/reset"): Call(410, body=_LINK | {"password": "quiet lantern"}),
    ("POST", "/api/v1/auth/address/verify"): Call(410, body=_LINK),
    ("POST", "/api/v1/auth/address/verification"): Call(409),
    ("POST", "/api/v1/auth/address"): Call(
        409, body={"email": "noor@school.test", "password": PASSWORD}
    ),
    ("POST", "/api/v1/auth/address/confirm"): Call(410, body=_LINK),
    ("POST", "/api/v1/auth/address/undo"): Call(410, body=_LINK),
    ("GET", "/api/v1/notices"): Call(200),
    ("GET", "/api/v1/notices/unread"): Call(200),
    ("POST", "/api/v1/notices/{id}/read"): Call(204, of="notice", others=404),
    ("POST", "/api/v1/notices/read"): Call(204, body={}),
    ("GET", "/api/v1/notices/preferences"): Call(200),
    ("PATCH", "/api/v1/notices/preferences"): Call(
        200, body={"topic": "accounts.security", "in_page": True}
    ),
    ("GET", "/api/v1/mail"): Call(200),
    ("GET", "/api/v1/mail/bounces"): Call(200),
    ("POST", "/api/v1/mail/test"): Call(409),
    ("GET", "/api/v1/auth/sessions"): Call(200),
    ("DELETE", "/api/v1/auth/sessions/{id}"): Call(204, of="session", others=404),
    ("DELETE", "/api/v1/auth/sessions"): Call(204),
    ("GET", "/api/v1/users/me"): Call(200),
    ("PATCH", "/api/v1/users/me"): Call(200, body={"name": "Noor H."}),
    ("POST", "/api/v1/users/me/takeout"): Call(202),
    ("GET", "/api/v1/users/me/takeout"): Call(200),
    ("GET", "/api/v1/users/me/takeout/file"): Call(404),
    ("POST", "/api/v1/users/me/erasure"): Call(201),
    ("GET", "/api/v1/users/me/erasure"): Call(404),
    ("DELETE", "/api/v1/users/me/erasure"): Call(204),
    ("GET", "/api/v1/erasures"): Call(200),
    ("POST", "/api/v1/erasures/{id}/carry-out"): Call(404, of="user"),  # it is no request
    ("POST", "/api/v1/erasures/{id}/refuse"): Call(404, body={"reason": "Not yet."}, of="user"),
    ("GET", "/api/v1/users"): Call(200),
    ("GET", "/api/v1/users/{id}"): Call(200, of="user", others=404),
    ("PATCH", "/api/v1/users/{id}"): Call(200, body={"roles": ["student"]}, of="user"),
    ("POST", "/api/v1/users"): Call(201, of="new person"),
    ("POST", "/api/v1/users/invitations"): Call(
        409, body={"email": "noor@school.test", "roles": ["student"]}
    ),
    ("POST", "/api/v1/users/{id}/invitation"): Call(409, of="user"),
    ("DELETE", "/api/v1/users/{id}/invitation"): Call(409, of="user"),
    ("POST", "/api/v1/users/{id}/disable"): Call(200, of="somebody"),
    ("POST", "/api/v1/users/{id}/enable"): Call(200, of="somebody"),
    # Nobody has the other one.
    ("POST", "/api/v1/users/{id}/merge"): Call(404, body={"into": str(uuid7())}, of="somebody"),
    ("POST", "/api/v1/users/{id}/sign-out"): Call(200, of="somebody"),
    ("POST", "/api/v1/users/imports"): Call(202, raw=b"mail,name\n", kind="text/csv"),
    ("GET", "/api/v1/users/imports/{id}"): Call(200, of="import"),
    ("GET", "/api/v1/users/imports/{id}/lines"): Call(200, of="import"),
    # It cannot be read.
    ("POST", "/api/v1/users/imports/{id}/apply"): Call(409, of="import"),
    ("POST", "/api/v1/auth/invitation"): Call(
        410, body=_LINK | {"name": "Noor", "password": "quiet lantern"}
    ),
    ("PUT", "/api/v1/users/me/picture"): Call(202, raw=a_png(), kind="image/png"),
    ("DELETE", "/api/v1/users/me/picture"): Call(204),
    ("GET", "/api/v1/users/{id}/picture"): Call(404, of="user"),  # nobody here has one
    ("POST", "/api/v1/keys"): Call(201, body={"name": "script", "scopes": ["users:read"]}),
    ("GET", "/api/v1/keys"): Call(200),
    ("DELETE", "/api/v1/keys/{id}"): Call(204, of="key", others=404),
    ("GET", "/api/v1/webhooks"): Call(200),
    ("GET", "/api/v1/webhooks/events"): Call(200),
    ("POST", "/api/v1/webhooks"): Call(201, body=_WEBHOOK),
    ("GET", "/api/v1/webhooks/{id}"): Call(200, of="webhook"),
    ("PATCH", "/api/v1/webhooks/{id}"): Call(200, body={"description": "x"}, of="webhook"),
    ("DELETE", "/api/v1/webhooks/{id}"): Call(204, of="webhook"),
    ("POST", "/api/v1/webhooks/{id}/secret"): Call(200, of="webhook"),
    ("POST", "/api/v1/webhooks/{id}/test"): Call(202, of="webhook"),
    ("GET", "/api/v1/webhooks/{id}/deliveries"): Call(200, of="webhook"),
    ("POST", "/api/v1/webhooks/{id}/deliveries/{delivery_id}/redeliver"): Call(
        404,
        of="webhook",  # there is none
    ),
    # Of a class that nobody knows: it is not kept.
    ("POST", "/api/v1/analytics/plays"): Call(
        204, body={"id": str(uuid7()), "kind": "class", "of": str(uuid7())}
    ),
    ("GET", "/api/v1/analytics/plays"): Call(200),
    ("GET", "/api/v1/analytics/plays.csv"): Call(200),
    ("GET", "/api/v1/analytics/people"): Call(200),
    ("GET", "/api/v1/analytics/people.csv"): Call(200),
    ("GET", "/api/v1/analytics/usage"): Call(200),
    ("GET", "/api/v1/analytics/together"): Call(200),
    ("GET", "/api/v1/analytics/together.csv"): Call(200),
    ("GET", "/api/v1/analytics/hours"): Call(200),
    ("GET", "/api/v1/analytics/hours.csv"): Call(200),
    ("GET", "/api/v1/analytics/classes"): Call(200),
    ("GET", "/api/v1/analytics/classes.csv"): Call(200),
    ("GET", "/api/v1/analytics/quality"): Call(200),
    ("GET", "/api/v1/analytics/quality.csv"): Call(200),
    ("GET", "/api/v1/analytics/quality-days.csv"): Call(200),
    ("GET", "/api/v1/audit"): Call(200),
    ("POST", "/api/v1/audit/exports"): Call(202, body={"format": "csv"}),
    ("GET", "/api/v1/audit/exports/{id}"): Call(404, of="job"),  # it is no export
    ("POST", "/api/v1/audit/verification"): Call(202),
    ("GET", "/api/v1/users/me/activity"): Call(200),
    ("GET", "/api/v1/settings"): Call(200),
    ("PUT", "/api/v1/settings/{id}"): Call(404, body={"value": 1}, of="user"),
    ("DELETE", "/api/v1/settings/{id}"): Call(404, of="user"),
    ("GET", "/api/v1/jobs"): Call(200),
    ("GET", "/api/v1/jobs/{id}"): Call(200, of="job", others=404),
    ("POST", "/api/v1/jobs/{id}/cancel"): Call(202, of="job", others=404),
    ("POST", "/api/v1/jobs/{id}/retry"): Call(202, of="cancelled job", others=404),
    ("POST", "/api/v1/courses"): Call(201, body={"title": "Algebra II"}),
    ("GET", "/api/v1/courses"): Call(200),
    ("GET", "/api/v1/courses/{id}"): Call(200, of="course", others=404),
    ("PATCH", "/api/v1/courses/{id}"): Call(200, body={"title": "Music"}, of="course", others=404),
    ("DELETE", "/api/v1/courses/{id}"): Call(204, of="course", others=404),
    ("POST", "/api/v1/courses/{id}/publish"): Call(200, of="course", others=404),
    # Nothing of it is published.
    ("GET", "/api/v1/courses/{id}/outline"): Call(404, of="course", others=404),
    ("GET", "/api/v1/courses/{id}/outline/draft"): Call(200, of="course", others=404),
    # It names what is not there.
    ("POST", "/api/v1/courses/{id}/outline/ops"): Call(
        404,
        body={
            "op_id": str(uuid7()),
            "base": 0,
            "steps": [{"do": "delete", "id": str(uuid7())}],
        },
        of="course",
        others=404,
    ),
    ("POST", "/api/v1/courses/{id}/outline/undo"): Call(
        409, body={"op_id": str(uuid7())}, of="course", others=404
    ),
    ("POST", "/api/v1/courses/{id}/outline/redo"): Call(
        409, body={"op_id": str(uuid7())}, of="course", others=404
    ),
    ("POST", "/api/v1/courses/{id}/outline/publish"): Call(200, of="course", others=404),
    ("POST", "/api/v1/courses/{id}/archive"): Call(200, of="course", others=404),
    ("POST", "/api/v1/courses/{id}/restore"): Call(200, of="course", others=404),
    ("POST", "/api/v1/courses/{id}/code"): Call(200, of="course", others=404),
    ("DELETE", "/api/v1/courses/{id}/code"): Call(200, of="course", others=404),
    # It is no picture.
    ("PUT", "/api/v1/courses/{id}/picture"): Call(
        415, raw=b"x", kind="text/plain", of="course", others=404
    ),
    ("DELETE", "/api/v1/courses/{id}/picture"): Call(200, of="course", others=404),
    ("GET", "/api/v1/courses/{id}/picture"): Call(404, of="course", others=404),
    ("POST", "/api/v1/courses/{id}/owner"): Call(
        422, body={"email": "nobody@school.test"}, of="course", others=404
    ),
    ("GET", "/api/v1/courses/{id}/staff"): Call(200, of="course", others=404),
    ("POST", "/api/v1/courses/{id}/staff"): Call(
        422, body={"email": "nobody@school.test"}, of="course", others=404
    ),
    ("DELETE", "/api/v1/courses/{id}/staff/{user_id}"): Call(404, of="course", others=404),
    ("GET", "/api/v1/courses/{id}/sections"): Call(200, of="course", others=404),
    ("POST", "/api/v1/courses/{id}/sections"): Call(
        201, body={"name": "B"}, of="course", others=404
    ),
    ("PATCH", "/api/v1/sections/{id}"): Call(200, body={"capacity": 30}, of="section", others=404),
    ("DELETE", "/api/v1/sections/{id}"): Call(204, of="section", others=404),
    ("GET", "/api/v1/venues"): Call(200),
    ("POST", "/api/v1/venues"): Call(201, of="new venue"),
    ("PUT", "/api/v1/venues/{id}"): Call(404, of="user", body={"name": "Hall"}),
    ("DELETE", "/api/v1/venues/{id}"): Call(404, of="user"),
    ("POST", "/api/v1/sections/{id}/sessions"): Call(201, of="section to plan", others=404),
    ("POST", "/api/v1/sections/{id}/free"): Call(200, of="section to plan", others=404),
    ("GET", "/api/v1/courses/{id}/sessions"): Call(200, of="course", others=404),
    ("GET", "/api/v1/sessions"): Call(200),
    ("GET", "/api/v1/sessions/{id}"): Call(200, of="class", others=404),
    ("PATCH", "/api/v1/sessions/{id}"): Call(200, body={"title": "Roots"}, of="class", others=404),
    # Nobody has been in the class of the table, because it is still to come.
    ("GET", "/api/v1/sessions/{id}/attendance"): Call(409, of="class", others=404),
    ("GET", "/api/v1/sessions/{id}/attendance/own"): Call(409, of="class", others=404),
    ("PUT", "/api/v1/sessions/{id}/attendance/{user_id}"): Call(
        409, body={"mark": "excused", "why": "Exam"}, of="class", others=404
    ),
    ("DELETE", "/api/v1/sessions/{id}/attendance/{user_id}"): Call(409, of="class", others=404),
    ("POST", "/api/v1/sessions/{id}/attendance/confirm"): Call(409, of="class", others=404),
    ("PUT", "/api/v1/sessions/{id}/attendance/own/contest"): Call(
        409, body={"text": "I was there."}, of="class", others=404
    ),
    ("PUT", "/api/v1/sessions/{id}/attendance/{user_id}/answer"): Call(
        409, body={"text": "So you were."}, of="class", others=404
    ),
    ("GET", "/api/v1/sessions/{id}/attendance.csv"): Call(409, of="class", others=404),
    ("GET", "/api/v1/courses/{id}/attendance.csv"): Call(200, of="course", others=404),
    ("GET", "/attendance"): Call(200, page=True),
    ("GET", "/api/v1/attendance"): Call(200),
    ("GET", "/api/v1/sessions/{id}/attendance.xlsx"): Call(409, of="class", others=404),
    ("GET", "/api/v1/courses/{id}/attendance.xlsx"): Call(200, of="course", others=404),
    ("GET", "/api/v1/sessions/{id}/attendance.pdf"): Call(409, of="class", others=404),
    ("GET", "/api/v1/courses/{id}/attendance.pdf"): Call(200, of="course", others=404),
    ("POST", "/courses/{id}/attendance/report"): Call(
        303, form={"every": "week"}, of="course", others=404
    ),
    ("PUT", "/api/v1/courses/{id}/certificates/rule"): Call(204, body={}, of="course", others=404),
    ("DELETE", "/api/v1/courses/{id}/certificates/rule"): Call(204, of="course", others=404),
    ("GET", "/api/v1/courses/{id}/certificates"): Call(200, of="course", others=404),
    ("GET", "/api/v1/courses/{id}/certificates/own"): Call(200, of="course", others=404),
    # Who teaches it gets none.
    ("POST", "/api/v1/courses/{id}/certificates/own"): Call(409, of="course", others=404),
    ("GET", "/api/v1/certificates"): Call(200),
    # Nobody here has one.
    ("GET", "/api/v1/certificates/{id}"): Call(404, of="user", others=404),
    ("PUT", "/api/v1/certificates/{id}/revocation"): Call(
        404, body={"why": "A mistake"}, of="user", others=404
    ),
    ("DELETE", "/api/v1/certificates/{id}/revocation"): Call(404, of="user", others=404),
    ("GET", "/certificates"): Call(200, page=True),
    ("GET", "/certificates/{serial}"): Call(404),
    ("GET", "/courses/{id}/certificate"): Call(200, of="course", others=404, page=True),
    ("POST", "/courses/{id}/certificate"): Call(
        303,
        form={"do": "rule", "attendance": "75", "completion": "90"},
        of="course",
        others=404,
    ),
    ("GET", "/api/v1/courses/{id}/attendance/policy"): Call(200, of="course", others=404),
    ("PUT", "/api/v1/courses/{id}/attendance/policy"): Call(
        200, body={"base": 0, "policy": {"late_after": 60}}, of="course", others=404
    ),
    ("POST", "/api/v1/courses/{id}/attendance/preview"): Call(
        200, body={"policy": {}}, of="course", others=404
    ),
    ("POST", "/api/v1/courses/{id}/attendance/rerun"): Call(
        200, body={"version": 0, "why": "So it was told"}, of="course", others=404
    ),
    ("GET", "/courses/{id}/attendance/rules"): Call(200, of="course", others=404, page=True),
    ("POST", "/courses/{id}/attendance/rules"): Call(
        422, form={"do": "rerun", "version": "0"}, of="course", others=404
    ),
    # Nobody breaks before the class begins, or makes it up.
    ("PUT", "/api/v1/sessions/{id}/breaks"): Call(409, body={"items": []}, of="class", others=404),
    ("GET", "/api/v1/sessions/{id}/attendance/own/catch-up"): Call(200, of="class", others=404),
    ("GET", "/attendance/{id}"): Call(200, of="class", others=404, page=True),
    ("POST", "/attendance/{id}"): Call(409, form={"do": "confirm"}, of="class", others=404),
    ("GET", "/courses/{id}/attendance"): Call(200, of="course", others=404, page=True),
    ("GET", "/api/v1/courses/{id}/attendance"): Call(200, of="course", others=404),
    ("GET", "/api/v1/courses/{id}/attendance/own"): Call(200, of="course", others=404),
    ("GET", "/api/v1/analytics/sessions/{id}"): Call(409, of="class", others=404),
    ("GET", "/api/v1/analytics/sessions/{id}/students.csv"): Call(409, of="class", others=404),
    ("GET", "/api/v1/analytics/sessions/{id}/moments.csv"): Call(409, of="class", others=404),
    ("GET", "/api/v1/analytics/recordings/{id}"): Call(200, of="recording", others=404),
    ("GET", "/api/v1/analytics/courses/{id}"): Call(200, of="course", others=404),
    ("GET", "/api/v1/analytics/courses/{id}/classes.csv"): Call(200, of="course", others=404),
    ("GET", "/insights/{id}"): Call(200, of="class", others=404, page=True),
    ("GET", "/courses/{id}/insights"): Call(200, of="course", others=404, page=True),
    ("POST", "/api/v1/sessions/{id}/cancel"): Call(200, body={}, of="class", others=404),
    ("POST", "/api/v1/sessions/{id}/restore"): Call(200, of="cancelled class", others=404),
    ("GET", "/api/v1/courses/{id}/series"): Call(200, of="course", others=404),
    ("DELETE", "/api/v1/series/{id}"): Call(200, of="series", others=404),
    ("GET", "/api/v1/courses/{id}/holidays"): Call(200, of="course", others=404),
    ("PUT", "/api/v1/courses/{id}/holidays/{day}"): Call(
        200, body={"name": "Carnival"}, of="course", others=404
    ),
    ("DELETE", "/api/v1/courses/{id}/holidays/{day}"): Call(404, of="course", others=404),
    # Its owner teaches it, and so does whoever looks after the school.
    ("POST", "/api/v1/courses/{id}/enroll"): Call(409, body={}, of="course", others=404),
    ("DELETE", "/api/v1/courses/{id}/enroll"): Call(409, of="course", others=404),
    ("POST", "/api/v1/enrollments/code"): Call(422, body={"code": "NONE"}),
    ("POST", "/api/v1/enrollments/invitation"): Call(410, body=_LINK),
    ("GET", "/api/v1/enrollments"): Call(200),
    ("GET", "/api/v1/courses/{id}/students"): Call(200, of="course", others=404),
    ("POST", "/api/v1/courses/{id}/students"): Call(
        422, body={"email": "nobody@school.test"}, of="course", others=404
    ),
    ("PATCH", "/api/v1/courses/{id}/students/{user_id}"): Call(
        404, body={"status": "dropped"}, of="course", others=404
    ),
    ("GET", "/api/v1/courses/{id}/students/{user_id}/history"): Call(404, of="course", others=404),
    ("POST", "/api/v1/courses/{id}/roster/preview"): Call(
        200, raw=b"email\n", kind="text/csv", of="course", others=404
    ),
    # Nobody looked at it.
    ("POST", "/api/v1/courses/{id}/roster"): Call(
        409, raw=b"email\n", kind="text/csv", of="course", others=404
    ),
    ("GET", "/api/v1/courses/{id}/roster.csv"): Call(200, of="course", others=404),
    ("GET", "/api/v1/courses/{id}/invitations"): Call(200, of="course", others=404),
    ("POST", "/api/v1/courses/{id}/invitations"): Call(
        201, body={"email": "new@school.test"}, of="course", others=404
    ),
    ("DELETE", "/api/v1/courses/{id}/invitations/{invitation_id}"): Call(
        404, of="course", others=404
    ),
    ("POST", "/api/v1/courses/{id}/letters"): Call(
        202, body={"subject": "Homework", "body": "Read page 12."}, of="course", others=404
    ),
    ("GET", "/api/v1/calendar"): Call(200),
    ("POST", "/api/v1/calendar"): Call(201),
    ("DELETE", "/api/v1/calendar"): Call(204),
    ("GET", "/calendar/{secret}.ics"): Call(404),
    ("GET", "/courses"): Call(200, page=True),
    ("GET", "/courses/new"): Call(200, page=True),
    ("POST", "/courses/new"): Call(303, form={"title": "Algebra", "visibility": "private"}),
    ("POST", "/courses/code"): Call(422, form={"code": "NONE"}),
    ("GET", "/courses/invitation"): Call(200, page=True),
    ("POST", "/courses/invitation"): Call(410, form={"token": "none"}),
    ("GET", "/courses/{id}"): Call(200, of="course", others=404, page=True),
    ("POST", "/courses/{id}"): Call(303, form={"do": "code"}, of="course", others=404),
    ("POST", "/courses/{id}/picture"): Call(415, of="course", others=404),
    ("GET", "/dashboard"): Call(200, page=True),
    ("POST", "/dashboard"): Call(303, form={"do": "end"}),
    ("POST", "/api/v1/rooms"): Call(201, body={"title": "Algebra"}),
    ("GET", "/api/v1/rooms"): Call(200),
    ("GET", "/api/v1/rooms/{id}"): Call(200, of="room", others=404),
    ("PATCH", "/api/v1/rooms/{id}"): Call(200, body={"title": "Music"}, of="room", others=404),
    ("DELETE", "/api/v1/rooms/{id}"): Call(204, of="room", others=404),
    ("GET", "/join/{token}"): Call(404),
    ("POST", "/api/v1/rooms/by-link/{token}/guests"): Call(404, body={"name": "Rosa"}),
    ("GET", "/room/{id}/settings"): Call(200, of="room", others=404, page=True),
    ("GET", "/api/v1/rooms/{id}/candidates"): Call(200, of="room", others=404),
    ("POST", "/api/v1/rooms/{id}/guest-link"): Call(200, of="room", others=404),
    ("DELETE", "/api/v1/rooms/{id}/guest-link"): Call(200, of="room", others=404),
    ("GET", "/api/v1/rooms/{id}/members"): Call(200, of="room", others=404),
    ("POST", "/api/v1/rooms/{id}/members"): Call(
        422, body={"email": "nobody@school.test"}, of="room", others=404
    ),
    ("DELETE", "/api/v1/rooms/{id}/members/{user_id}"): Call(204, of="member", others=404),
    ("GET", "/api/v1/meetings"): Call(200),
    ("GET", "/api/v1/meetings/{id}"): Call(200, of="meeting", others=404),
    ("POST", "/api/v1/meetings/{id}/end"): Call(200, of="meeting", others=404),
    ("GET", "/api/v1/meetings/{id}/participants"): Call(200, of="meeting", others=404),
    # Nobody is connected, so the class is over as far as these are concerned.
    ("DELETE", "/api/v1/meetings/{id}/participants/{participant_id}"): Call(
        410, of="participant", others=404
    ),
    ("POST", "/api/v1/meetings/{id}/participants/{participant_id}/readmit"): Call(
        410, of="participant", others=404
    ),
    ("GET", "/api/v1/meetings/{id}/door"): Call(410, of="meeting", others=404),
    ("POST", "/api/v1/meetings/{id}/admit"): Call(410, body={}, of="meeting", others=404),
    ("POST", "/api/v1/meetings/{id}/decline"): Call(410, body=_PERSON, of="meeting", others=404),
    ("POST", "/api/v1/meetings/{id}/readmit"): Call(410, body=_PERSON, of="meeting", others=404),
    ("PATCH", "/api/v1/meetings/{id}/locks"): Call(
        410, body={"entry": True}, of="meeting", others=404
    ),
    ("POST", "/api/v1/meetings/{id}/mute"): Call(410, of="meeting", others=404),
    ("GET", "/api/v1/meetings/{id}/tracks"): Call(200, of="meeting", others=404),
    ("POST", "/api/v1/meetings/{id}/tracks/{track_id}/mute"): Call(410, of="track", others=404),
    ("GET", "/api/v1/meetings/{id}/stats"): Call(200, of="meeting", others=404),
    ("GET", "/api/v1/meetings/{id}/messages"): Call(200, of="meeting", others=404),
    ("DELETE", "/api/v1/meetings/{id}/messages/{message}"): Call(204, of="meeting", others=404),
    ("POST", "/api/v1/meetings/{id}/images"): Call(
        410, raw=a_png(), kind="image/png", of="meeting", others=404
    ),
    ("GET", "/api/v1/meetings/{id}/images/{image}"): Call(404, of="meeting", others=404),
    ("GET", "/api/v1/meetings/{id}/polls"): Call(200, of="meeting", others=404),
    # Nobody is in its class.
    ("POST", "/api/v1/recordings"): Call(409, of="room to record", others=404),
    ("GET", "/api/v1/recordings"): Call(200),
    ("GET", "/api/v1/recordings/{id}"): Call(200, of="recording", others=404),
    ("PATCH", "/api/v1/recordings/{id}"): Call(
        200, body={"title": "Music"}, of="recording", others=404
    ),
    ("POST", "/api/v1/recordings/{id}/pause"): Call(409, of="recording", others=404),
    ("POST", "/api/v1/recordings/{id}/resume"): Call(409, of="recording", others=404),
    ("POST", "/api/v1/recordings/{id}/stop"): Call(200, of="recording", others=404),
    ("DELETE", "/api/v1/recordings/{id}"): Call(200, of="recording", others=404),
    ("POST", "/api/v1/recordings/{id}/restore"): Call(200, of="recording", others=404),
    ("GET", "/api/v1/recordings/{id}/parts"): Call(200, of="recording", others=404),
    # It has no files.
    ("GET", "/api/v1/recordings/{id}/parts/{part}"): Call(404, of="recording", others=404),
    ("GET", "/api/v1/recordings/{id}/timeline"): Call(200, of="recording", others=404),
    ("PUT", "/api/v1/recordings/{id}/chapters"): Call(
        200, body={"chapters": [{"at": 1, "title": "One"}]}, of="recording", others=404
    ),
    ("POST", "/api/v1/recordings/{id}/work"): Call(
        202, body={"kind": "previews"}, of="recording", others=404
    ),
    ("GET", "/api/v1/recordings/{id}/poster"): Call(404, of="recording", others=404),
    ("POST", "/api/v1/recordings/{id}/poster"): Call(
        422, body={"at": 1}, of="recording", others=404
    ),
    ("PUT", "/api/v1/recordings/{id}/poster"): Call(
        422, raw=b"x", kind="image/png", of="recording", others=404
    ),
    ("DELETE", "/api/v1/recordings/{id}/poster"): Call(204, of="recording", others=404),
    ("GET", "/api/v1/recordings/{id}/storyboard"): Call(404, of="recording", others=404),
    ("GET", "/api/v1/recordings/{id}/storyboard/{sheet}"): Call(404, of="recording", others=404),
    ("GET", "/api/v1/recordings/{id}/captions"): Call(200, of="recording", others=404),
    ("GET", "/api/v1/recordings/{id}/captions/{language}"): Call(404, of="recording", others=404),
    ("PUT", "/api/v1/recordings/{id}/captions/{language}"): Call(
        422, raw=b"WEBVTT", kind="text/vtt", of="recording", others=404
    ),
    ("DELETE", "/api/v1/recordings/{id}/captions/{language}"): Call(
        404, of="recording", others=404
    ),
    ("GET", "/api/v1/encodings"): Call(200),
    ("PUT", "/api/v1/encodings/{id}"): Call(
        200,
        body={"codec": "h264", "height": 480, "quality": 23, "most_bits": 900_000},
        of="encoding",
    ),
    ("DELETE", "/api/v1/encodings/{id}"): Call(204, of="encoding"),
    ("GET", "/api/v1/storage"): Call(200),
    ("GET", "/api/v1/recordings/{id}/waveform"): Call(404, of="recording", others=404),
    # Nor anything to play.
    ("GET", "/live/{id}"): Call(404, of="room", others=404, page=True),  # no class goes on
    ("GET", "/api/v1/recordings/{id}/downloads"): Call(200, of="recording", others=404),
    ("POST", "/api/v1/recordings/{id}/downloads"): Call(
        404, body={"kind": "sound"}, of="recording", others=404
    ),
    ("GET", "/api/v1/recordings/{id}/downloads/{kind}"): Call(404, of="recording", others=404),
    ("GET", "/api/v1/recordings/{id}/gate"): Call(204, of="recording", others=403),
    ("GET", "/api/v1/recordings/{id}/playing"): Call(200, of="recording", others=404),
    ("POST", "/api/v1/recordings/{id}/links"): Call(201, of="recording", others=404),
    ("GET", "/api/v1/recordings/{id}/hls/master.m3u8"): Call(404, of="recording", others=404),
    ("GET", "/api/v1/recordings/{id}/hls/{name}.m3u8"): Call(404, of="recording", others=404),
    ("GET", "/api/v1/recordings/{id}/dash/manifest.mpd"): Call(404, of="recording", others=404),
    ("GET", "/api/v1/recordings/{id}/dash/{name}/{time}.m4s"): Call(
        404, of="recording", others=404
    ),
    ("GET", "/api/v1/recordings/{id}/hls/{name}/{number}.vtt"): Call(
        404, of="recording", others=404
    ),
    ("GET", "/api/v1/recordings/{id}/dash/{name}/{span}/{time}.cmft"): Call(
        404, of="recording", others=404
    ),
    ("GET", "/api/v1/recordings/{id}/media/{source}/init.mp4"): Call(
        404, of="recording", others=404
    ),
    ("GET", "/api/v1/recordings/{id}/media/{source}/{piece}.m4s"): Call(
        404, of="recording", others=404
    ),
    ("POST", "/api/v1/progress"): Call(200, of="recording to report", others=404),
    ("GET", "/api/v1/progress"): Call(200),
    ("GET", "/api/v1/progress/{id}"): Call(200, of="recording", others=404),
    ("OPTIONS", "/api/v1/uploads"): Call(204),
    # It does not say which version of tus it speaks.
    ("POST", "/api/v1/uploads"): Call(412),
    ("GET", "/api/v1/uploads"): Call(200),
    ("GET", "/api/v1/uploads/{id}"): Call(200, of="upload", others=404),
    ("PATCH", "/api/v1/uploads/{id}"): Call(
        204, raw=b"", kind=OFFSET_TYPE, headers=_ON, of="upload", others=404
    ),
    ("DELETE", "/api/v1/uploads/{id}"): Call(204, headers=_TUS, of="upload", others=404),
    ("GET", "/api/v1/media"): Call(200),
    ("POST", "/api/v1/media"): Call(422, raw=_LIST, kind=_LIST_KIND),
    ("POST", "/api/v1/media/links"): Call(404, body=_LINK_OF_NO_COURSE),
    ("GET", "/api/v1/media/{id}"): Call(200, of="media", others=404),
    ("PATCH", "/api/v1/media/{id}"): Call(200, body={"title": "Plot"}, of="media", others=404),
    ("DELETE", "/api/v1/media/{id}"): Call(200, of="media", others=404),
    ("POST", "/api/v1/media/{id}/restore"): Call(200, of="media", others=404),
    # A link has no file.
    ("POST", "/api/v1/media/{id}/replace"): Call(
        404, body={"by": str(uuid7())}, of="media", others=404
    ),
    ("GET", "/api/v1/media/{id}/file"): Call(404, of="media", others=404),
    ("GET", "/api/v1/media/{id}/poster"): Call(404, of="media", others=404),
    ("POST", "/api/v1/media/{id}/progress"): Call(
        200, body={"visit": str(uuid7()), "position": 0}, of="video", others=404
    ),
    ("GET", "/api/v1/media/{id}/progress"): Call(200, of="video", others=404),
    ("GET", "/api/v1/videos"): Call(200),
    ("GET", "/api/v1/videos/{id}"): Call(200, of="video", others=404),
    ("GET", "/api/v1/videos/{id}/stream"): Call(409, of="video", others=404),
    ("POST", "/api/v1/videos/{id}/views"): Call(200, of="video", others=404),
    # Its sizes are not made.
    ("GET", "/api/v1/videos/{id}/hls/master.m3u8"): Call(409, of="video", others=404),
    ("GET", "/api/v1/videos/{id}/hls/{name}.m3u8"): Call(409, of="video", others=404),
    ("GET", "/api/v1/videos/{id}/dash/manifest.mpd"): Call(409, of="video", others=404),
    ("GET", "/api/v1/videos/{id}/dash/{name}/{time}.m4s"): Call(409, of="video", others=404),
    ("GET", "/api/v1/videos/{id}/media/{source}/init.mp4"): Call(409, of="video", others=404),
    ("GET", "/api/v1/videos/{id}/media/{source}/{piece}.m4s"): Call(409, of="video", others=404),
    ("GET", "/api/v1/videos/{id}/storyboard"): Call(409, of="video", others=404),
    ("GET", "/api/v1/videos/{id}/storyboard/{sheet}"): Call(409, of="video", others=404),
    ("POST", "/whip/{id}"): Call(201, raw=_PUBLISH, kind=SDP, of="room", others=404),
    ("OPTIONS", "/whip/{id}"): Call(200, of="room"),
    ("OPTIONS", "/whip/{id}/{session}"): Call(200, of="whip"),
    ("PATCH", "/whip/{id}/{session}"): Call(428, kind=FRAGMENT, of="whip", others=404),
    ("DELETE", "/whip/{id}/{session}"): Call(200, of="whip", others=404),
    ("POST", "/whep/{id}"): Call(201, raw=_WATCH, kind=SDP, of="room", others=404),
    ("OPTIONS", "/whep/{id}"): Call(200, of="room"),
    ("OPTIONS", "/whep/{id}/{session}"): Call(200, of="whep"),
    ("PATCH", "/whep/{id}/{session}"): Call(428, kind=FRAGMENT, of="whep", others=404),
    ("DELETE", "/whep/{id}/{session}"): Call(200, of="whep", others=404),
    ("GET", "/login"): Call(200),
    ("POST", "/login"): Call(303, of="login form"),
    ("POST", "/login/second-factor"): Call(410, form=_CODE),  # no such challenge
    ("POST", "/login/set-up"): Call(410, form=_CODE),
    ("POST", "/login/passkey"): Call(422, form={"passkey": "{}"}),
    ("GET", "/login/with/{name}"): Call(404),  # no provider is configured
    ("GET", "/login/with/{name}/back"): Call(404),
    ("GET", "/login/connect"): Call(303, page=True),  # nothing waits
    ("POST", "/login/connect"): Call(303, form={}),
    ("GET", "/register"): Call(200),
    ("POST", "/register"): Call(303, of="registration form"),
    ("GET", "/setup"): Call(410),  # no link is open
    ("POST", "/setup"): Call(410, form={"token": "no"}),
    ("POST", "/logout"): Call(303, form={}),
    ("GET", "/forgotten"): Call(200),
    ("POST", "/forgotten"): Call(409, form={"email": "noor@school.test"}),
    ("GET", "/reset"): Call(410),
    ("POST", "/reset"): Call(410, form={"token": "no", "password": "quiet lantern"}),
    ("GET", "/invitation"): Call(410),
    ("POST", "/invitation"): Call(410, form={"token": "no", "name": "Noor", "password": "x"}),
    ("GET", "/address/verify"): Call(410),
    ("POST", "/address/verify"): Call(410, form={"token": "no"}),
    ("GET", "/address/confirm"): Call(410),
    ("POST", "/address/confirm"): Call(410, form={"token": "no"}),
    ("GET", "/address/undo"): Call(410),
    ("POST", "/address/undo"): Call(410, form={"token": "no"}),
    ("POST", "/address/verification"): Call(303, form={}),
    ("GET", "/notices"): Call(200, page=True),
    ("POST", "/notices/read"): Call(303, form={}),
    ("GET", "/admin/mail"): Call(200, page=True),
    ("POST", "/admin/mail/test"): Call(303, form={}),
    # Only a demo has it.
    ("GET", "/dev/mail"): Call(404),
    ("GET", "/dev/mail/{id}/html"): Call(404, of="user"),
    ("GET", "/library"): Call(200, page=True),
    ("GET", "/library/{id}"): Call(200, of="video", others=404, page=True),
    ("GET", "/courses/{id}/build"): Call(200, of="course", others=404, page=True),
    ("GET", "/courses/venues"): Call(200, page=True),
    ("POST", "/courses/venues"): Call(422, form={"do": "nothing"}),
    # Nothing is published there.
    ("GET", "/courses/{id}/items/{item}"): Call(404, of="course", others=404, page=True),
    ("POST", "/courses/{id}/items/{item}"): Call(404, form={"do": "done"}, of="course", others=404),
    ("GET", "/rooms"): Call(200, page=True),
    ("POST", "/rooms"): Call(303, form={"title": "Algebra"}),
    ("GET", "/room/{id}"): Call(200, of="room", others=404, page=True),
    ("GET", "/room/{id}/people"): Call(200, of="room", others=404, page=True),
    ("GET", "/recordings"): Call(200, page=True),
    ("GET", "/recordings/rows"): Call(200, page=True),
    ("GET", "/watch/{id}"): Call(200, of="recording", others=404, page=True),
    ("GET", "/profile"): Call(200, page=True),
    ("POST", "/profile/takeout"): Call(303, form={}),
    ("POST", "/profile/erasure"): Call(303, form={"do": "ask"}),
    ("GET", "/admin/storage"): Call(200, page=True),
    ("POST", "/admin/storage"): Call(303, form={"name": "processing.keep_days", "value": "0"}),
    ("GET", "/admin/settings"): Call(200, page=True),
    ("POST", "/admin/settings"): Call(
        303, form={"name": "school.motto", "value": "Learn", "do": "save"}
    ),
    ("GET", "/admin/erasures"): Call(200, page=True),
    ("POST", "/admin/erasures/{id}"): Call(404, form={"do": "erase"}, of="user"),
    ("GET", "/"): Call(200, page=True),
    ("GET", "/admin/courses"): Call(200, page=True),
    ("POST", "/admin/courses"): Call(422, form={"do": "nothing"}),
    ("GET", "/admin/people"): Call(200, page=True),
    # No mail server is set.
    ("POST", "/admin/people"): Call(409, form={"email": "a@school.test", "role:student": "on"}),
    ("GET", "/admin/people/{id}"): Call(200, of="user", page=True),
    ("POST", "/admin/people/{id}"): Call(303, form={"do": "disable"}, of="somebody"),
    ("GET", "/admin/people/import"): Call(200, page=True),
    ("POST", "/admin/people/import"): Call(303, raw=_LIST, kind=_LIST_KIND),
    ("GET", "/admin/people/imports/{id}"): Call(200, of="import", page=True),
    ("POST", "/admin/people/imports/{id}"): Call(303, form={}, of="import"),
    ("GET", "/admin/jobs"): Call(200, page=True),
    ("GET", "/admin/insights"): Call(200, page=True),
    ("GET", "/admin/insights/quality"): Call(200, page=True),
    ("GET", "/admin/insights/classes"): Call(200, page=True),
    ("GET", "/admin/insights/people"): Call(200, page=True),
    ("GET", "/admin/insights/plays"): Call(200, page=True),
    ("GET", "/admin/audit"): Call(200, page=True),
    ("GET", "/admin/webhooks"): Call(200, page=True),
    ("POST", "/admin/webhooks"): Call(
        200, form={"url": "https://hooks.school.test/", "event:meeting.started": "on"}
    ),
    ("GET", "/admin/webhooks/{id}"): Call(200, of="webhook", page=True),
    ("POST", "/admin/webhooks/{id}"): Call(303, form={"do": "test"}, of="webhook"),
    ("POST", "/admin/audit/verify"): Call(303, form={}),
    ("POST", "/admin/audit/export"): Call(303, form={"format": "csv"}),
    ("GET", "/admin/kit"): Call(200, page=True),
}
# Where somebody who is signed in has no business, and is sent on.
_SENT_ON = {("GET", "/login"), ("GET", "/register")}


@dataclass(frozen=True)
class Said:
    """How an event is sent so that who may, succeeds, or is answered `code`."""

    body: Any = None
    # The field that names a thing of the owner, and what others get for it.
    field: str = ""
    of: str = ""
    others: int | None = None
    code: str = ""


_PARTICIPANT = {"participant": str(uuid7())}
_TRACK = {"track": str(uuid7())}
_MESSAGE = {"message": str(uuid7())}
_POLL = {"poll": str(uuid7())}
# What somebody who is in no class is told of all that happens in classes.
_OUTSIDE = "not_in_meeting"

EVENTS: dict[str, Said] = {
    "outline.watch": Said(field="course", of="course", others=404),
    "outline.at": Said(field="course", of="course", others=404),
    "jobs.watch": Said(field="id", of="job", others=404),
    "room.join": Said(field="room", of="room", others=404),
    "room.leave": Said({}, code=_OUTSIDE),
    "room.hand": Said({"raised": True}, code=_OUTSIDE),
    "room.wait": Said(field="room", of="room", others=404),
    "room.admit": Said({}, code=_OUTSIDE),
    "room.decline": Said(_PERSON, code=_OUTSIDE),
    "room.remove": Said(_PARTICIPANT, code=_OUTSIDE),
    "room.readmit": Said(_PERSON, code=_OUTSIDE),
    "room.mute": Said(_TRACK, code=_OUTSIDE),
    "room.mute_all": Said({}, code=_OUTSIDE),
    "room.ask": Said({"source": "microphone", **_PARTICIPANT}, code=_OUTSIDE),
    "room.rather_not": Said({"source": "camera"}, code=_OUTSIDE),
    "room.lock": Said({"entry": True}, code=_OUTSIDE),
    "room.lower": Said({}, code=_OUTSIDE),
    "room.pin": Said(_PARTICIPANT, code=_OUTSIDE),
    "room.promote": Said({"cohost": True, **_PARTICIPANT}, code=_OUTSIDE),
    "room.end": Said({}, code=_OUTSIDE),
    "chat.send": Said({"text": "Hello", "key": str(uuid7())}, code=_OUTSIDE),
    "chat.delete": Said(_MESSAGE, code=_OUTSIDE),
    "chat.older": Said({"before": str(uuid7())}, code=_OUTSIDE),
    "room.react": Said({"reaction": "heart"}, code=_OUTSIDE),
    "room.lost": Said({}, code=_OUTSIDE),
    "poll.create": Said({"kind": "text", "question": "Why?"}, code=_OUTSIDE),
    "poll.open": Said(_POLL, code=_OUTSIDE),
    "poll.close": Said(_POLL, code=_OUTSIDE),
    "poll.share": Said(_POLL, code=_OUTSIDE),
    "poll.discard": Said(_POLL, code=_OUTSIDE),
    "poll.answer": Said({"choices": [0], **_POLL}, code=_OUTSIDE),
    "poll.list": Said({}, code=_OUTSIDE),
    "poll.results": Said(_POLL, code=_OUTSIDE),
    "media.transport": Said({"direction": "send"}, code=_OUTSIDE),
    "media.connect": Said(
        {"transport": "x", "dtls_parameters": msgspec.to_builtins(DTLS)}, code=_OUTSIDE
    ),
    "media.restart_ice": Said({"transport": "x"}, code=_OUTSIDE),
    "media.produce": Said(
        {
            "transport": "x",
            "kind": "audio",
            "source": "microphone",
            "rtp_parameters": msgspec.to_builtins(sound()),
        },
        code=_OUTSIDE,
    ),
    "media.pause": Said({"paused": True, **_TRACK}, code=_OUTSIDE),
    "media.unpublish": Said(_TRACK, code=_OUTSIDE),
    "media.consume": Said({"transport": "x", "rtp_capabilities": {}, **_TRACK}, code=_OUTSIDE),
    "media.resume": Said({"consumer": "x"}, code=_OUTSIDE),
    "media.hold": Said({"consumer": "x"}, code=_OUTSIDE),
    "media.prefer": Said({"consumer": "x"}, code=_OUTSIDE),
    "media.unsubscribe": Said({"consumer": "x"}, code=_OUTSIDE),
}


@dataclass
class School:
    """One of each role, and an owner of things with a stranger of the same rank."""

    application: Application
    people: dict[str, Person] = field(default_factory=dict)
    # What else a path names inside of the thing that was made last.
    inside: dict[str, str] = field(default_factory=dict)
    # Their sessions, until a route of the table ends them.
    cookies: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def opened(cls, application: Application) -> School:
        school = cls(application)
        for name in (OWNER, STRANGER):
            school.people[name] = await application.person()
        for name, role in ROLES.items():
            school.people[name] = await application.person(role)
        return school

    def actor(self, name: str) -> Actor:
        user = self.people[name].user
        return Actor(user.id, user.roles, Via.SYSTEM)

    async def cookie(self, name: str) -> str:
        """As the header of whoever is signed in."""
        app = self.application
        self.cookies[name] = await app.cookie_of(self.people[name], self.cookies.get(name, ""))
        return f"{app.by_cookie}={self.cookies[name]}"

    async def job(self) -> JobId:
        parts = self.application.parts
        async with parts.db.transaction() as tx:
            owner = self.people[OWNER].user.id
            work = MakePicture(owner, uuid7())
            return await parts.jobs.enqueue(tx, work, subject="test", owner_id=owner)

    async def thing(self, of: str) -> str:
        """The id of something that belongs to the owner."""
        owner, parts = self.people[OWNER], self.application.parts
        match of:
            case "user":
                return str(owner.user.id)
            case "session":
                another = await self.application.sign_in(owner.user)
                return another.session_id
            case "key":
                key, _ = await parts.accounts.keys.create(
                    self.actor(OWNER), name="k", scopes=None, expires_at=None
                )
                return str(key.id)
            case (
                "job"
                | "passkey"
                | "identity"
                | "webhook"
                | "notice"
                | "somebody"
                | "import"
                | "encoding"
            ):
                made = {
                    "job": self.job,
                    "passkey": self.passkey,
                    "identity": self.identity,
                    "webhook": self.webhook,
                    "notice": self.notice,
                    "somebody": self.somebody,
                    "import": self.list_of_people,
                    "encoding": self.encoding,
                }
                return str(await made[of]())
            case "cancelled job":
                job_id = await self.job()
                await parts.jobs.cancel(self.actor(OWNER), job_id=job_id)
                return str(job_id)
            case "room" | "member" | "whip" | "whep":
                room = await self.room()
                if of in {"whip", "whep"}:
                    await self.open_session(of, room)
                return str(room.id)
            case "meeting" | "participant" | "track" | "recording" | "media" | "video" | "upload":
                return str(await self.filmed(of))
        return await self.of_courses(of)

    async def of_courses(self, of: str) -> str:
        if of in {"course", "section", "section to plan"}:
            course, section = await self.course()
            return str(course if of == "course" else section)
        return str(await self.planned(of)) if of in {"class", "cancelled class", "series"} else ""

    async def course(self) -> tuple[CourseId, SectionId]:
        """Of the owner, and for nobody else."""
        owner = replace(self.actor(OWNER), roles=frozenset({Role.INSTRUCTOR}))
        made = await self.courses.catalogue.create(owner, Wish(title="Algebra II"))
        sections = await self.courses.sections.listed(owner, made.course.id)
        self.inside = {
            "{user_id}": str(uuid7()),
            "{item}": str(uuid7()),
            "{invitation_id}": str(uuid7()),
            "{day}": "2030-03-05",
        }
        return made.course.id, sections[0].id

    async def planned(self, of: str) -> UUID:
        owner, (_, section) = self.actor(OWNER), await self.course()
        day, series = a_free_day(), of == "series"
        plan = Plan(
            title="Roots",
            at=time(18),
            minutes=60,
            first_day=day,
            last_day=day if series else None,
            weekdays=(day.isoweekday(),) if series else (),
        )
        (made,) = await self.courses.timetable.plan(owner, section, plan)
        if of == "cancelled class":
            await self.courses.timetable.cancel(owner, made.id, reason="ill")
        return made.series_id if series and made.series_id else made.id

    @property
    def courses(self) -> Courses:
        return courses(self.application.parts, Classrooms())

    async def list_of_people(self) -> UUID:
        """One that cannot be read: nothing is waited for."""
        accounts, admin = self.application.parts.accounts, self.actor("admin")
        made = await accounts.imports.send(admin, b"mail\n")
        async with self.application.parts.db.transaction() as tx:
            await imports.set_state(tx, made.id, ImportState.UNREADABLE, "test")
        return made.id

    async def somebody(self) -> UUID:
        """Whose account can be closed without harm to the table."""
        return (await self.application.person()).user.id

    async def passkey(self) -> PasskeyId:
        made = Passkey(
            id=PasskeyId(uuid7()),
            user_id=self.people[OWNER].user.id,
            credential_id=uuid7().bytes,
            public_key=b"none",
            sign_count=0,
            transports=(),
            name="Phone",
            syncable=False,
            backed_up=False,
            created_at=_BORN,
        )
        async with self.application.parts.db.transaction() as tx:
            await passkeys.insert(tx, made, most=1000)
        return made.id

    async def encoding(self) -> str:
        one = Encoding(
            name="h264-480",
            codec="h264",
            height=480,
            quality=23,
            most_bits=900_000,
            preset="",
            enabled=True,
        )
        async with self.application.parts.db.transaction() as tx:
            await made_store.set_encoding(tx, one)
        return one.name

    async def recording(self) -> RecordingId:
        """Of a class that is over."""
        room, meeting_id, owner = await self.room(), MeetingId(uuid7()), self.people[OWNER].user
        recording_id = RecordingId(uuid7())
        async with self.application.parts.db.transaction() as tx:
            await meetings.insert(tx, meeting_id=meeting_id, room_id=room.id, started_at=_BORN)
            await recordings.insert(
                tx,
                id=recording_id,
                room_id=room.id,
                meeting_id=meeting_id,
                title="Algebra",
                started_by=owner.id,
                started_at=_BORN,
            )
            await recordings.finish(tx, id=recording_id, state="ready", reason="", at=_BORN)
        self.inside = {"{part}": "1", "{name}": "stage", "{source}": "1", "{piece}": "0-1"}
        self.inside |= {"{time}": "0", "{sheet}": "1", "{language}": "en", "{kind}": "sound"}
        self.inside |= {"{number}": "0", "{span}": "0-1"}
        return recording_id

    async def filmed(self, of: str) -> UUID:
        if of in {"media", "video", "upload"}:
            return await self.media(of)
        return await (self.recording() if of == "recording" else self.meeting())

    async def media(self, of: str) -> UUID:
        """A link, a video whose bytes have not come, or the upload of one."""
        made, owner = MediaId(uuid7()), self.people[OWNER].user.id
        self.inside = {"{name}": "aac", "{source}": "x-aac", "{piece}": "0-1"}
        self.inside |= {"{time}": "0", "{sheet}": "0"}
        given: Any = {"id": made, "owner_id": owner, "course_id": None, "title": "x", "at": _BORN}
        async with self.application.parts.db.transaction() as tx:
            if of == "media":
                await items.insert_link(tx, link="https://plot.test/", **given)
                return made
            await items.insert(tx, kind="video", file_name="x.mp4", **given)
            await uploads.insert(
                tx,
                id=UploadId(made),
                owner_id=owner,
                media_id=made,
                file_name="x.mp4",
                size=10,
                at=_BORN,
                expires_at=datetime.now(UTC) + timedelta(days=1),
            )
        return made

    async def identity(self) -> IdentityId:
        made = Identity(
            id=IdentityId(uuid7()),
            user_id=self.people[OWNER].user.id,
            issuer="https://id.test",
            subject=str(uuid7()),
            label="noor@id.test",
            created_at=_BORN,
        )
        async with self.application.parts.db.transaction() as tx:
            await identities.insert(tx, made)
        return made.id

    async def webhook(self) -> UUID:
        """The only one: there may be 50 of them, and the table makes more."""
        found, admin = endpoints(self.application.parts), self.actor("admin")
        for one in await found.listed(admin):
            await found.delete(admin, one.id)
        self.inside = {"{delivery_id}": str(uuid7())}
        made, _ = await found.create(
            admin, url="https://hooks.test/", description="", events=["meeting.started"]
        )
        return made.id

    async def open_session(self, protocol: str, room: Room) -> None:
        """Of an encoder or a player."""
        owner = await self.application.sign_in(self.people[OWNER].user)
        given = _PUBLISH if protocol == "whip" else _WATCH
        url = f"{self.application.url}/{protocol}/{room.id}"
        headers = {"Content-Type": SDP, **owner.bearer}
        async with self.application.http.post(url, data=given, headers=headers) as answer:
            self.inside = {"{session}": answer.headers["Location"].rpartition("/")[2]}

    async def notice(self) -> NoticeId:
        notices, owner = self.application.parts.letterbox.notices, self.actor(OWNER)
        async with self.application.parts.db.transaction() as tx:
            await notices.tell(tx, owner.require_user(), PASSWORD_CHANGED)
        return (await notices.listed(owner, before=None, limit=1))[0].id

    async def room(self) -> Room:
        """For members, of whom there is one: the owner, who needs no membership."""
        owner = self.people[OWNER].user
        room = Room(
            id=RoomId(uuid7()),
            title="Algebra",
            owner_id=owner.id,
            access="members",
            member_sources=(),
            created_at=_BORN,
        )
        async with self.application.parts.db.transaction() as tx:
            await rooms.insert(tx, room)
            await rooms.put_member(tx, room_id=room.id, user_id=owner.id, role="member", at=_BORN)
        self.inside = {"{user_id}": str(owner.id)}
        return room

    async def meeting(self) -> MeetingId:
        """With the owner in it, as far as the database knows."""
        room, meeting_id = await self.room(), MeetingId(uuid7())
        owner = self.people[OWNER].user
        attendee = Attendee(
            id=ParticipantId(uuid7()),
            person=owner.id,
            guest=False,
            name=owner.name,
            role="host",
            joined_at=_BORN,
            removed_at=None,
        )
        said = Message(
            id=MessageId(uuid7()),
            author=owner.id,
            name=owner.name,
            role="host",
            sent_at=_BORN,
            text="Welcome",
        )
        async with self.application.parts.db.transaction() as tx:
            await meetings.insert(tx, meeting_id=meeting_id, room_id=room.id, started_at=_BORN)
            await meetings.insert_participant(tx, meeting_id, attendee)
            await talk.insert(tx, meeting_id=meeting_id, message=said, key=said.id)
        self.inside = {
            "{participant_id}": str(attendee.id),
            "{track_id}": str(uuid7()),
            "{message}": str(said.id),
            "{image}": str(uuid7()),
        }
        return meeting_id

    async def restore(self, name: str, route: Route) -> None:
        """Undo what would change the answers that follow."""
        if name != NOBODY and route.path == "/api/v1/auth/password":
            await self.application.reset_password(self.people[name].user)

    async def forget_keys(self, name: str) -> None:
        keys, actor = self.application.parts.accounts.keys, self.actor(name)
        for key in await keys.listed(actor, before=None, limit=50):
            await keys.delete(actor, key.id)


@pytest.fixture
async def school(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[School]:
    async with an_application(some_settings(database_settings, tmp_path)) as application:
        yield await School.opened(application)


def all_routes() -> list[Route]:
    return declared.all_routes()


def row_of(route: Route) -> Call:
    return CALLS[route.method, route.path]


def expected(rule: Rule, call: Call, name: str) -> int:
    """What the rule promises to `name`, in the words of this test."""
    if rule.anonymous:
        return call.good
    if name == NOBODY:
        return 303 if call.page else 401
    role = ROLES.get(name, Role.STUDENT)
    if rule.owned:
        return call.good if name == OWNER or role in (rule.roles or ()) else call.others or 404
    if rule.roles is not None and role not in rule.roles:
        return 403
    return call.others if call.others and name != OWNER else call.good


async def arguments(school: School, route: Route, call: Call, name: str) -> dict[str, Any]:
    """The path, the headers and the body of one call."""
    path = route.path
    if call.of == "asset":
        path = school.application.asset()
    elif "{id}" in path:
        path = path.replace("{id}", await school.thing(call.of))
        for name_inside, value in school.inside.items():
            path = path.replace(name_inside, value)
    headers = {"Origin": school.application.url, **call.headers}
    if call.kind:
        headers["Content-Type"] = call.kind
    elif call.form == {}:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return {"path": path, "headers": headers, **await body(school, call)}


async def body(school: School, call: Call) -> dict[str, Any]:
    known = school.people[STRANGER].user
    match call.of:
        case "registration" | "registration form":
            new = {"email": f"new{next(_NEW)}@school.test", "name": "New", "password": PASSWORD}
            return {"data" if "form" in call.of else "json": new}
        case "new person":
            new = {"email": f"new{next(_NEW)}@school.test", "name": "New", "password": PASSWORD}
            return {"json": {**new, "roles": ["student"]}}
        case "login" | "login form":
            shown = {"email": known.email, "password": PASSWORD}
            return {"data" if "form" in call.of else "json": shown}
        case "room to record":
            return {"json": {"room_id": str((await school.room()).id)}}
        case "recording to report":
            told = {"recording_id": str(await school.recording()), "visit": str(uuid7())}
            return {"json": {**told, "position": 0}}
        case "refresh":
            tokens = await school.application.sign_in(known)
            return {"json": {"refresh_token": tokens.refresh_token}}
    made = {
        "new venue": {"name": f"Room {next(_NEW)}"},
        "section to plan": {"at": "18:00:00", "first_day": a_free_day().isoformat()},
    }
    if (given := made.get(call.of, call.body)) is not None:
        return {"json": given}
    return {} if call.raw is None and call.form is None else {"data": call.raw or call.form}


def test_every_route_has_its_row() -> None:
    assert {(route.method, route.path) for route in all_routes()} == set(CALLS)


def test_every_event_has_its_row() -> None:
    assert {event.name for group in declared.EVENTS for event in group.taken} == set(EVENTS)


def test_no_two_rules_share_a_name_and_differ() -> None:
    by_name: dict[tuple[str, str], Rule] = {}
    for route in all_routes():
        rule = by_name.setdefault((route.rule.noun, route.rule.right), route.rule)
        assert rule.roles == route.rule.roles, route.path


def test_a_rule_says_so_where_others_do_not_find_the_thing() -> None:
    wrong = [
        route.path
        for route in all_routes()
        if (row_of(route).others is not None) != route.rule.owned
    ]
    assert wrong == []


# Every route is called by each of them; those that stand for a kind of right are quick enough.
_SOON = {NOBODY, OWNER, "admin"}
_CALLERS = [
    pytest.param(name, id=name, marks=() if name in _SOON else pytest.mark.slow)
    for name in EVERYBODY
]


@pytest.mark.parametrize("name", _CALLERS)
async def test_everybody_may_what_the_table_says(school: School, name: str) -> None:
    wrong = {}
    for route in all_routes():
        call = row_of(route)
        given = await arguments(school, route, call, name)
        if name != NOBODY:
            given["headers"]["Cookie"] = await school.cookie(name)
        status, said = await school.application.call(route.method, given.pop("path"), **given)
        want = expected(route.rule, call, name)
        if name != NOBODY and (route.method, route.path) in _SENT_ON:
            want = 303
        if status != want:
            wrong[f"{route.method} {route.path}"] = (status, want, said)
        await school.restore(name, route)
    assert wrong == {}


# What is answered well and leaves no row in the record, and why.
_WITH_THE_CLASS = "what happens inside of a class is kept with the class"
_A_QUESTION = "asks for what has to be proved, and changes nothing"
_OWN_NOTICES = "what one has read and wants to hear is nobody else's business"
_ONLY_LOOKS = "says what would be, and changes nothing"
_NO_MAIL = "without a mail server nothing is sent"
UNWRITTEN = {
    ("POST", "/api/v1/notices/{id}/read"): _OWN_NOTICES,
    ("POST", "/api/v1/notices/read"): _OWN_NOTICES,
    ("POST", "/notices/read"): _OWN_NOTICES,
    ("PATCH", "/api/v1/notices/preferences"): _OWN_NOTICES,
    ("POST", "/address/verification"): _NO_MAIL,
    ("POST", "/admin/mail/test"): _NO_MAIL,
    ("POST", "/admin/people/imports/{id}"): "the list of the table is empty: nothing changes",
    ("POST", "/api/v1/analytics/plays"): "figures of one's own line, told by a page",
    ("POST", "/api/v1/client-errors"): "goes to the log, and is nobody's act",
    ("POST", "/api/v1/auth/refresh"): "goes on with a session whose beginning is written",
    ("POST", "/api/v1/auth/proof"): "says who one is once more; what is done with it is written",
    ("POST", "/api/v1/auth/proof/question"): _A_QUESTION,
    ("POST", "/api/v1/auth/password/strength"): "judges what somebody types, and changes nothing",
    ("POST", "/login/connect"): "nothing waits to be connected at the table",
    ("POST", "/api/v1/auth/authenticator"): _A_QUESTION,
    ("POST", "/api/v1/auth/passkeys/question"): _A_QUESTION,
    ("POST", "/api/v1/auth/passkeys/new"): _A_QUESTION,
    ("PATCH", "/api/v1/auth/passkeys/{id}"): "its name is for its owner alone",
    ("POST", "/api/v1/sections/{id}/free"): _ONLY_LOOKS,
    ("POST", "/api/v1/courses/{id}/roster/preview"): _ONLY_LOOKS,
    ("POST", "/api/v1/meetings/{id}/end"): "the class of the table is over: nothing changes",
    ("POST", "/api/v1/recordings/{id}/links"): "who watches writes nothing, with a link neither",
    ("DELETE", "/api/v1/recordings/{id}/poster"): "that of the table has none: nothing changes",
    ("POST", "/api/v1/recordings/{id}/stop"): "that of the table is over: nothing changes",
    ("POST", "/api/v1/meetings/{id}/images"): _WITH_THE_CLASS,
    ("DELETE", "/api/v1/meetings/{id}/messages/{message}"): _WITH_THE_CLASS,
    ("DELETE", "/api/v1/courses/{id}/certificates/rule"): "that of the table gives none",
    ("POST", "/api/v1/progress"): "what one watched is nobody else's business",
    ("POST", "/api/v1/media/{id}/progress"): "what one watched is nobody else's business",
    ("PATCH", "/api/v1/uploads/{id}"): "it is written once it is whole",
    ("DELETE", "/api/v1/uploads/{id}"): "of what was never there nothing is written",
    ("POST", "/api/v1/videos/{id}/views"): "counts, and names nobody",
    ("POST", "/whip/{id}"): _WITH_THE_CLASS,
    ("DELETE", "/whip/{id}/{session}"): _WITH_THE_CLASS,
    ("POST", "/whep/{id}"): _WITH_THE_CLASS,
    ("DELETE", "/whep/{id}/{session}"): _WITH_THE_CLASS,
}


async def test_whatever_changes_something_is_written_down(school: School) -> None:
    silent = set()
    count = "select count(*) from audit_entry"
    for route in all_routes():
        if route.method in {"GET", "OPTIONS"}:
            continue
        call = row_of(route)
        name = "admin" if route.rule.roles and not route.rule.owned else OWNER
        given = await arguments(school, route, call, name)
        given["headers"]["Cookie"] = await school.cookie(name)
        before = await school.application.parts.db.fetchval(count)
        status, _ = await school.application.call(route.method, given.pop("path"), **given)
        if status < 400 and await school.application.parts.db.fetchval(count) == before:
            silent.add((route.method, route.path))
        await school.restore(name, route)
    assert sorted(silent - set(UNWRITTEN)) == []
    assert set(UNWRITTEN) <= set(CALLS)


# Who reads these reads what is about others.
_ABOUT_OTHERS = {
    "/api/v1/users",
    "/api/v1/users/{id}",
    "/api/v1/audit",
    "/api/v1/erasures",
    "/api/v1/mail",
    "/api/v1/courses/{id}/roster.csv",
    "/api/v1/courses/{id}/attendance.xlsx",
    "/api/v1/courses/{id}/attendance.pdf",
    "/api/v1/courses/{id}/certificates",
    "/api/v1/analytics/courses/{id}",
    "/api/v1/analytics/people",
    "/admin/insights/people",
    "/courses/{id}/insights",
    "/admin/people",
    "/admin/people/{id}",
    "/admin/audit",
    "/admin/erasures",
    "/admin/mail",
}


async def test_whoever_reads_about_others_is_written_down(school: School) -> None:
    silent = set(_ABOUT_OTHERS)
    count = "select count(*) from audit_entry"
    for route in all_routes():
        if route.method != "GET" or route.path not in _ABOUT_OTHERS:
            continue
        given = await arguments(school, route, row_of(route), "admin")
        given["headers"]["Cookie"] = await school.cookie("admin")
        before = await school.application.parts.db.fetchval(count)
        status, _ = await school.application.call("GET", given.pop("path"), **given)
        assert status == 200, route.path
        if await school.application.parts.db.fetchval(count) > before:
            silent.discard(route.path)
    assert silent == set()


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("none", OWNER),
        ("right", "admin"),
        ("wrong", OWNER),
        pytest.param("none", "admin", marks=pytest.mark.slow),
        pytest.param("right", OWNER, marks=pytest.mark.slow),
        pytest.param("wrong", "admin", marks=pytest.mark.slow),
    ],
)
async def test_a_key_may_what_its_scopes_say(school: School, scope: str, name: str) -> None:
    wrong = {}
    known = declared.scopes()
    for route in all_routes():
        call, rule = row_of(route), route.rule
        if not route.is_api:
            continue
        chosen = {"none": None, "right": {rule.scope} & known, "wrong": known - {rule.scope}}[scope]
        if scope != "none" and not chosen:
            continue
        given = await arguments(school, route, call, name)
        _, key = await school.application.parts.accounts.keys.create(
            school.actor(name), name="k", scopes=chosen, expires_at=None
        )
        given["headers"]["X-API-Key"] = key
        status, said = await school.application.call(route.method, given.pop("path"), **given)
        want = expected(rule, call, name)
        if not rule.anonymous and (not rule.keys or scope == "wrong"):
            want = 403
        if status != want:
            wrong[f"{route.method} {route.path}"] = (status, want, said)
        await school.restore(name, route)
        await school.forget_keys(name)
    assert wrong == {}


@pytest.mark.parametrize("name", _CALLERS[1:])
async def test_events_are_for_whom_the_table_says(school: School, name: str) -> None:
    port = int(school.application.url.rpartition(":")[2])
    token = school.people[name].access_token
    for event in (event for group in declared.EVENTS for event in group.taken):
        said = EVENTS[event.name]
        named = {said.field: await school.thing(said.of)} if said.field else {}
        async with connected(port, auth={"token": token}, Host=f"127.0.0.1:{port}") as client:
            ack = await client.call(event.name, {**(said.body or {}), **named})
        want = expected(event.rule, Call(200, others=said.others), name)
        code = ack.get("error", {}).get("code", "")
        assert (code == "not_found") == (want == 404), (event.name, ack)
        if want == 200:
            assert code == said.code, (event.name, ack)


# --- guests -----------------------------------------------------------------------------------
async def test_a_guest_of_one_room_opens_nothing_else(school: School) -> None:
    """Every route and event there is, with the pass of a guest of another room."""
    app = school.application
    own, link = await open_to_guests(app, await app.person(Role.INSTRUCTOR))
    guest = await follow(app, link)
    wrong = {}
    for route in all_routes():
        call, rule = row_of(route), route.rule
        given = await arguments(school, route, call, NOBODY)
        brought = [given["headers"].get("Cookie"), guest.headers["Cookie"]]
        given["headers"]["Cookie"] = "; ".join(one for one in brought if one)
        status, said = await app.call(route.method, given.pop("path"), **given)
        want = expected(rule, call, NOBODY)
        if rule.guests or (rule.linked and want == 401):
            # They are somebody, for whom it is not there; nginx asks in its own words.
            want = 403 if route.path.endswith("/gate") else 404
        if status != want:
            wrong[f"{route.method} {route.path}"] = (status, want, said)
        await school.restore(NOBODY, route)
    assert wrong == {}
    assert (await app.call("GET", f"/room/{own}", headers=guest.headers))[0] == 200


async def test_events_let_a_guest_no_further_than_their_class(school: School) -> None:
    app = school.application
    _, link = await open_to_guests(app, await app.person(Role.INSTRUCTOR))
    guest = await follow(app, link)
    port = int(app.url.rpartition(":")[2])
    headers = {"Host": f"127.0.0.1:{port}", "Origin": app.url, **guest.headers}
    codes = {}
    for event in (event for group in declared.EVENTS for event in group.taken):
        said = EVENTS[event.name]
        named = {said.field: await school.thing(said.of)} if said.field else {}
        async with connected(port, **headers) as client:
            ack = await client.call(event.name, {**(said.body or {}), **named})
        code = ack.get("error", {}).get("code", "")
        wanted = "unauthenticated"
        if event.rule.guests:
            wanted = "not_found" if said.of else _OUTSIDE
        if code != wanted:
            codes[event.name] = (code, wanted)
    assert codes == {}
