"""Courses, their people, sections, the timetable, and who is enrolled."""

from vtp.db.scripts import run

revision = "0019"
down_revision = "0018"

UP = """
create table course (
    id uuid primary key,
    title text not null check (length(title) between 1 and 200),
    description text not null default '' check (length(description) <= 10000),
    owner_id uuid not null references app_user,
    visibility text not null check (visibility in ('public', 'unlisted', 'private')),
    state text not null default 'draft' check (state in ('draft', 'published', 'archived')),
    time_zone text not null,
    -- Whether people may enrol themselves where they see the course.
    open_enrolment boolean not null default true,
    -- Who knows it may enrol, whatever the visibility.
    join_code text unique check (length(join_code) between 6 and 32),
    -- The term: classes are planned within it.
    first_day date,
    last_day date,
    picture_id uuid,
    created_at timestamptz not null,
    check (first_day <= last_day)
);
create index course_in_catalogue on course (id desc)
    where visibility = 'public' and state = 'published';
create index course_of_owner on course (owner_id, id desc);
create index course_by_title on course using gin (title gin_trgm_ops);

create table course_staff (
    course_id uuid not null references course on delete cascade,
    user_id uuid not null references app_user on delete cascade,
    role text not null check (role in ('teacher', 'co_teacher', 'ta', 'observer')),
    added_at timestamptz not null,
    primary key (course_id, user_id)
);
create index course_staff_of_user on course_staff (user_id, course_id desc);

create table course_holiday (
    course_id uuid not null references course on delete cascade,
    day date not null,
    name text not null check (length(name) between 1 and 100),
    primary key (course_id, day)
);

create table section (
    id uuid primary key,
    course_id uuid not null references course on delete cascade,
    name text not null check (length(name) between 1 and 100),
    capacity integer check (capacity > 0),
    -- Where its classes are held. A room outlives the section.
    room_id uuid not null unique references room,
    created_at timestamptz not null,
    unique (course_id, name),
    unique (id, course_id)
);

-- Who teaches a section: its classes take their time.
create table section_teacher (
    section_id uuid not null references section on delete cascade,
    user_id uuid not null references app_user on delete cascade,
    primary key (section_id, user_id)
);
create index section_teacher_of_user on section_teacher (user_id);

create table venue (
    id uuid primary key,
    name citext not null unique check (length(name) between 1 and 100),
    seats integer check (seats > 0),
    created_at timestamptz not null
);

-- Classes of every week, at a local time in their own zone.
create table class_series (
    id uuid primary key,
    section_id uuid not null references section on delete cascade,
    title text not null check (length(title) between 1 and 200),
    -- ISO: Monday is 1.
    weekdays smallint[] not null
        check (cardinality(weekdays) > 0 and weekdays <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[]),
    every smallint not null default 1 check (every between 1 and 8),
    local_start time not null,
    minutes integer not null check (minutes between 5 and 1440),
    time_zone text not null,
    first_day date not null,
    last_day date not null,
    venue_id uuid references venue,
    created_at timestamptz not null,
    check (first_day <= last_day)
);
create index class_series_of_section on class_series (section_id);

create table class_session (
    id uuid primary key,
    course_id uuid not null,
    section_id uuid not null,
    -- The day that it stands for in its series, wherever it was moved since.
    series_id uuid references class_series on delete set null,
    series_day date,
    title text not null check (length(title) between 1 and 200),
    room_id uuid not null references room,
    venue_id uuid references venue,
    time_zone text not null,
    during tstzrange not null
        check (not isempty(during) and not lower_inf(during) and not upper_inf(during)
               and lower_inc(during) and not upper_inc(during)),
    starts_at timestamptz not null generated always as (lower(during)) stored,
    ends_at timestamptz not null generated always as (upper(during)) stored,
    cancelled text check (length(cancelled) between 1 and 200),
    -- Whether it takes the time of its section, venue and teachers.
    held boolean not null generated always as (cancelled is null) stored,
    -- Counts changes, for calendars.
    revision integer not null default 0,
    foreign key (section_id, course_id) references section (id, course_id) on delete cascade,
    unique (series_id, series_day),
    unique (id, during, held),
    constraint section_is_busy exclude using gist (section_id with =, during with &&)
        where (cancelled is null),
    constraint venue_is_busy exclude using gist (venue_id with =, during with &&)
        where (cancelled is null and venue_id is not null)
);
create index class_session_of_course on class_session (course_id, starts_at);
create index class_session_of_section on class_session (section_id, starts_at);
create index class_session_of_room on class_session (room_id, starts_at);

-- Who teaches a class. The time is that of the class, so that nobody is in two places at once.
create table class_teacher (
    session_id uuid not null,
    user_id uuid not null references app_user on delete cascade,
    during tstzrange not null,
    held boolean not null,
    primary key (session_id, user_id),
    foreign key (session_id, during, held) references class_session (id, during, held)
        on update cascade on delete cascade,
    constraint teacher_is_busy exclude using gist (user_id with =, during with &&) where (held)
);

-- Which class was recorded.
create table class_recording (
    recording_id uuid primary key references recording on delete cascade,
    session_id uuid not null references class_session on delete cascade
);
create index class_recording_of_session on class_recording (session_id);

create table enrolment (
    course_id uuid not null references course on delete cascade,
    user_id uuid not null references app_user on delete cascade,
    section_id uuid not null,
    status text not null check (status in ('waiting', 'active', 'completed', 'dropped')),
    how text not null check (how in ('self', 'code', 'invitation', 'list', 'hand')),
    enrolled_at timestamptz not null,
    -- Since when it is as it is: the order of those who wait.
    changed_at timestamptz not null,
    primary key (course_id, user_id),
    foreign key (section_id, course_id) references section (id, course_id)
);
create index enrolment_of_user on enrolment (user_id, course_id desc);
create index enrolment_in_section on enrolment (section_id, status, changed_at);

-- What happened to each, in order: nothing of it is forgotten when somebody is dropped.
create table enrolment_change (
    id uuid primary key,
    course_id uuid not null,
    user_id uuid not null,
    section_id uuid,
    status text not null,
    how text not null,
    by_id uuid references app_user on delete set null,
    at timestamptz not null,
    foreign key (course_id, user_id) references enrolment on delete cascade
);
create index enrolment_change_of on enrolment_change (course_id, user_id, id);

create table course_invitation (
    id uuid primary key,
    course_id uuid not null,
    section_id uuid not null,
    email citext not null,
    secret_hash bytea not null unique,
    invited_by uuid references app_user on delete set null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    taken_by uuid references app_user on delete set null,
    taken_at timestamptz,
    foreign key (section_id, course_id) references section (id, course_id) on delete cascade
);
create unique index course_invitation_open on course_invitation (course_id, email)
    where taken_at is null;

-- What staff wrote to a class.
create table course_letter (
    id uuid primary key,
    course_id uuid not null references course on delete cascade,
    section_id uuid,
    author_id uuid references app_user on delete set null,
    subject text not null check (length(subject) between 1 and 200),
    body text not null check (length(body) between 1 and 5000),
    created_at timestamptz not null,
    foreign key (section_id, course_id) references section (id, course_id) on delete cascade
);
create index course_letter_of_course on course_letter (course_id, id desc);

-- The private address of somebody's calendar; the newest counts.
create table calendar_feed (
    user_id uuid primary key references app_user on delete cascade,
    secret_hash bytea not null unique,
    created_at timestamptz not null,
    read_at timestamptz
);
"""

DOWN = """
drop table calendar_feed;
drop table course_letter;
drop table course_invitation;
drop table enrolment_change;
drop table enrolment;
drop table class_recording;
drop table class_teacher;
drop table class_session;
drop table class_series;
drop table venue;
drop table section_teacher;
drop table section;
drop table course_holiday;
drop table course_staff;
drop table course;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
