"""A large school, and everything of it that is listed: 50,000 files, 5,000 courses, 200,000 enrolments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from vtp.attendance.store import films as watched
from vtp.courses.outline import store as outlines
from vtp.courses.store import classes, courses, enrolments, sections
from vtp.db import Db
from vtp.ids import CourseId, MediaId, SectionId, UserId
from vtp.library.model import Wanted
from vtp.library.store import files, films, items, uploads

NOW = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)


def _id(kind: str, number: int) -> UUID:
    """As `pg_temp.id` makes them in the database."""
    return UUID(f"00000000-{kind}-7000-8000-{number:012x}")


FILL = """
    create function pg_temp.id(kind text, n bigint) returns uuid language sql immutable as $$
        select ('00000000-' || kind || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
    $$;
    insert into app_user (id, email, name, roles, created_at)
    select pg_temp.id('aaaa', n), 'p' || n || '@school.test', 'Person ' || n,
           array[case when n < 400 then 'instructor' else 'student' end], now()
      from generate_series(0, 19999) n;
    insert into room (id, title, owner_id, access, member_sources, created_at)
    select pg_temp.id('bbbb', n), 'Room', pg_temp.id('aaaa', n % 400), 'members', '{}', now()
      from generate_series(0, 4999) n;
    insert into course (id, title, owner_id, visibility, state, time_zone, join_code, created_at)
    select pg_temp.id('cccc', n), 'Course ' || n || ' of algebra', pg_temp.id('aaaa', n % 400),
           (array['public', 'unlisted', 'private'])[n % 3 + 1],
           (array['published', 'published', 'draft'])[n % 7 % 3 + 1], 'UTC', 'code-' || n, now()
      from generate_series(0, 4999) n;
    insert into course_staff (course_id, user_id, role, added_at)
    select pg_temp.id('cccc', n), pg_temp.id('aaaa', (n + 1) % 400), 'co_teacher', now()
      from generate_series(0, 4999) n;
    insert into section (id, course_id, name, room_id, created_at)
    select pg_temp.id('dddd', n), pg_temp.id('cccc', n), 'A', pg_temp.id('bbbb', n), now()
      from generate_series(0, 4999) n;
    insert into enrolment (course_id, user_id, section_id, status, how, enrolled_at, changed_at)
    select pg_temp.id('cccc', n / 40), pg_temp.id('aaaa', 400 + (n * 7) % 19600),
           pg_temp.id('dddd', n / 40),
           (array['active', 'active', 'waiting', 'dropped'])[n % 11 % 4 + 1], 'self', now(), now()
      from generate_series(0, 199999) n on conflict do nothing;
    insert into enrolment_change (id, course_id, user_id, status, how, at)
    select gen_random_uuid(), course_id, user_id, 'active', 'self', now()
      from enrolment where course_id < pg_temp.id('cccc', 1000);
    insert into library_file (sha256, bytes, key, created_at)
    select decode(lpad(to_hex(n), 64, '0'), 'hex'), 1000, 'library/' || n, now()
      from generate_series(0, 44999) n;
    insert into media (id, owner_id, course_id, kind, title, file_name, state, sha256, bytes,
                       visibility, uses, created_at, changed_at, deleted_at)
    select pg_temp.id('eeee', n), pg_temp.id('aaaa', n % 400),
           case when n % 2 = 0 then pg_temp.id('cccc', n % 5000) end, 'video',
           'Lesson ' || n || ' on ' || md5(n::text), 'lesson.mp4', 'ready',
           decode(lpad(to_hex(n % 45000), 64, '0'), 'hex'), 1000,
           (array['private', 'unlisted', 'public'])[n % 3 + 1], n % 3, now(), now(),
           case when n % 97 = 0 then timestamptz '2026-01-01' end
      from generate_series(0, 49999) n;
    update library_file set film_asked_at = now() where get_byte(sha256, 31) <> 7;
    insert into film_watched (user_id, media_id, seen, position_at, watched_at)
    select pg_temp.id('aaaa', 400 + n % 19600), pg_temp.id('eeee', (n * 13) % 50000),
           '{[0, 60000)}', now(), now()
      from generate_series(0, 99999) n on conflict do nothing;
    insert into upload (id, owner_id, media_id, file_name, size, received, state, created_at,
                        expires_at)
    select pg_temp.id('eeee', n), pg_temp.id('aaaa', n % 400), pg_temp.id('eeee', n), 'lesson.mp4', 1000,
           n % 1000, (array['open', 'done'])[n % 2 + 1], now(),
           timestamptz '2026-03-12' + n * interval '1 minute'
      from generate_series(0, 19999) n;
"""

_INES, _NOOR = UserId(_id("aaaa", 7)), UserId(_id("aaaa", 777))
_ALGEBRA, _SECTION = CourseId(_id("cccc", 7)), SectionId(_id("dddd", 7))
_MINE = [_id("cccc", n) for n in range(7, 5000, 400)]
_MIDDLE = MediaId(_id("eeee", 25_000))
_LESSON = bytes(30) + (4_711).to_bytes(2)


def _library(**wanted: Any) -> Callable[[Db], Awaitable[Any]]:
    return lambda db: items.listed(db, user_id=_INES, courses=_MINE, wanted=Wanted(**wanted))


async def _alike(db: Db) -> Any:
    media = await items.by_id(db, id=MediaId(_id("eeee", 4_711)))
    assert media is not None
    return await items.alike(db, media=media, user_id=_INES, courses=_MINE)


LISTS: dict[str, Callable[[Db], Awaitable[Any]]] = {
    "files": _library(),
    "more files": _library(before=_MIDDLE),
    "videos": _library(kind="video"),
    "files with a word": _library(words="ab12"),
    "files of a course": _library(course_id=_id("cccc", 7)),
    "unused files": _library(unused=True),
    "files with a tag": _library(tag="roots"),
    "files of everybody": _library(everywhere=True),
    "files of everybody with a word": _library(everywhere=True, words="c4ca42"),
    "copies of a file": _alike,
    "some files": lambda db: items.by_ids(db, ids=[_id("eeee", n) for n in range(50)]),
    "the bin": lambda db: items.deleted_before(db, before=NOW, limit=100),
    "bytes of somebody": lambda db: files.bytes_of(db, owner_id=_INES),
    "a content": lambda db: files.key_of(db, sha256=_LESSON),
    "a film": lambda db: films.of(db, sha256=_LESSON),
    "uploads that go on": lambda db: uploads.going_on(db, owner_id=_INES, limit=100),
    "uploads of somebody": lambda db: uploads.open_of(db, owner_id=_INES),
    "uploads that ended": lambda db: uploads.ended(db, now=NOW, limit=100),
    "courses of a teacher": lambda db: courses.of_person(db, _INES, before=None, limit=50),
    "courses of a student": lambda db: courses.of_person(db, _NOOR, before=None, limit=50),
    "the catalogue": lambda db: courses.catalogue(db, asker=_NOOR, words="", before=None, limit=50),
    "the catalogue by a word": lambda db: courses.catalogue(
        db, asker=_NOOR, words="4711", before=None, limit=50
    ),
    "all courses": lambda db: courses.everything(db, asker=_INES, words="", before=None, limit=50),
    "all drafts": lambda db: courses.everything(
        db, asker=_INES, words="", state="draft", owners=True, before=None, limit=50
    ),
    "all courses by a word": lambda db: courses.everything(
        db, asker=_INES, words="4711", owners=True, before=None, limit=50
    ),
    "all courses of a person": lambda db: courses.everything(
        db, asker=_INES, words="person 377", owners=True, before=None, limit=50
    ),
    "a course": lambda db: courses.by_id(db, _ALGEBRA, asker=_NOOR),
    "a course by its code": lambda db: courses.by_code(db, "code-7", asker=_NOOR),
    "its staff": lambda db: courses.staff(db, _ALGEBRA),
    "its sections": lambda db: sections.of_course(db, _ALGEBRA),
    "sections of a teacher": lambda db: sections.taught_by(db, _ALGEBRA, _INES),
    "people of a section": lambda db: sections.people(db, _SECTION),
    "a roster": lambda db: enrolments.listed(
        db, _ALGEBRA, status=None, section_id=None, words="", after=None, limit=50
    ),
    "a whole roster": lambda db: enrolments.roll(db, _ALGEBRA),
    "enrolments of somebody": lambda db: enrolments.of_user(db, _NOOR, before=None, limit=50),
    "places that are taken": lambda db: enrolments.taken(db, _SECTION),
    "who waits": lambda db: enrolments.waiting(db, _SECTION, limit=20),
    "who gets a letter": lambda db: enrolments.readers(db, _ALGEBRA, None),
    "history of somebody": lambda db: enrolments.history(db, course_id=_ALGEBRA, user_id=_NOOR),
    "classes of a course": lambda db: classes.of_course(
        db, _ALGEBRA, section_id=None, since=NOW, until=NOW + timedelta(days=90), limit=200
    ),
    "classes of somebody": lambda db: classes.of_person(
        db, _NOOR, since=NOW, until=NOW + timedelta(days=90), limit=200
    ),
    "an outline": lambda db: outlines.nodes(db, course_id=_ALGEBRA),
    "courses that somebody edits": lambda db: outlines.taught_by(db, user_id=_INES),
    "what somebody watched": lambda db: watched.of_media(
        db, user_id=_NOOR, media_ids=[_id("eeee", n) for n in range(50)]
    ),
    "where a file stands": lambda db: outlines.courses_that_show(db, media_id=_MIDDLE),
}
