"""How well classes and recordings reached people; each class from its plan to being watched."""

from vtp.db.scripts import run

revision = "0031"
down_revision = "0030"

UP = """
-- One page that showed a class or played a recording, as it told itself, added up.
create table play_session (
    id uuid primary key,
    -- Null: somebody who was erased. What was counted stays.
    user_id uuid references app_user on delete set null,
    meeting_id uuid references meeting on delete cascade,
    recording_id uuid references recording on delete cascade,
    began_at timestamptz not null,
    heard_at timestamptz not null,
    -- From the wish to see something to the first picture; null: none came yet.
    startup_ms int check (startup_ms >= 0),
    watched_ms bigint not null check (watched_ms >= 0),
    stalled_ms bigint not null check (stalled_ms >= 0),
    stalls int not null check (stalls >= 0),
    -- The sum of height times milliseconds, and of the milliseconds in which a height was known.
    height_ms bigint not null check (height_ms >= 0),
    sized_ms bigint not null check (sized_ms >= 0),
    changes int not null check (changes >= 0),
    received bigint not null check (received >= 0),
    lost bigint not null check (lost >= 0),
    rtt_ms int check (rtt_ms >= 0),
    broken boolean not null,
    -- The family alone, and no more of the address than names a school or a provider.
    browser text not null check (length(browser) <= 60),
    network text not null check (length(network) <= 64),
    connection text not null
        check (connection in ('wired', 'wifi', 'mobile', 'slow', 'other', 'unknown')),
    check (heard_at >= began_at),
    check (num_nonnulls(meeting_id, recording_id) = 1)
);
create index play_session_by_begin on play_session (began_at, id);
create index play_session_of_user on play_session (user_id, began_at);
create index play_session_of_meeting on play_session (meeting_id) where meeting_id is not null;
create index play_session_of_recording on play_session (recording_id)
    where recording_id is not null;

create index meeting_by_start on meeting (started_at);

-- What became of each planned class. Every figure about classes is counted from these rows.
create view class_passage as
select class.id, class.course_id, course.title as course, class.title,
       class.starts_at, class.ends_at,
       lower(register.taught) as began_at, upper(register.taught) as taught_until,
       recorded.recordings, recorded.seconds as recorded_s,
       seen.people as watched_by, seen.finished as finished_by, seen.seconds as watched_s
  from class_session class
       join course on course.id = class.course_id
       left join class_register register on register.session_id = class.id
       cross join lateral (
           select count(*) as recordings, coalesce(sum(recording.seconds), 0) as seconds
             from class_recording link join recording on recording.id = link.recording_id
            where link.session_id = class.id and recording.state <> 'failed'
       ) recorded
       cross join lateral (
           select count(distinct watched.user_id) as people,
                  count(distinct watched.user_id)
                      filter (where watched.completed_at is not null) as finished,
                  coalesce(sum((select sum(upper(one) - lower(one))
                                  from unnest(watched.seen) one)), 0) / 1000.0 as seconds
             from class_recording link join watched on watched.recording_id = link.recording_id
            where link.session_id = class.id and not isempty(watched.seen)
       ) seen
 where class.cancelled is null;
"""

DOWN = """
drop view class_passage;
drop index meeting_by_start;
drop table play_session;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
