"""What is made of recordings: work, files, copies elsewhere, and the table of encodings."""

from vtp.db.scripts import run

revision = "0017"
down_revision = "0016"

UP = """
-- Those who may see it may take it home.
alter table recording add column downloads boolean not null default false;

-- The last job of each kind; its state is told by the job.
create table recording_work (
    recording_id uuid not null references recording on delete cascade,
    kind text not null check (kind in
        ('pictures', 'previews', 'ladder', 'copies')),
    job_id uuid not null,
    asked_at timestamptz not null,
    primary key (recording_id, kind)
);

create table recording_file (
    recording_id uuid not null references recording on delete cascade,
    -- In addresses and as a file: "stage-480", "poster", "captions-en".
    name text not null check (name ~ '^[a-z0-9][a-z0-9-]{0,60}$'),
    kind text not null check (kind in
        ('rung', 'poster', 'storyboard', 'waveform', 'captions', 'movie', 'sound')),
    -- Below the folder of the recording.
    path text not null check (char_length(path) between 1 and 200),
    bytes bigint not null check (bytes >= 0),
    -- Of a rung: which picture it is of; of captions: their language and what they are called.
    of text not null default '',
    language text not null default '',
    label text not null default '' check (char_length(label) <= 100),
    codec text not null default '',
    width int not null default 0 check (width >= 0),
    height int not null default 0 check (height >= 0),
    timescale int not null default 0 check (timescale >= 0),
    header bigint not null default 0 check (header >= 0),
    -- [offset, size, start, seconds, pictures], …
    segments jsonb not null default '[]',
    made_at timestamptz not null,
    primary key (recording_id, name)
);

-- What stands in the storage as well, verified.
create table recording_copy (
    recording_id uuid not null references recording on delete cascade,
    path text not null,
    bytes bigint not null check (bytes >= 0),
    sha256 text not null,
    copied_at timestamptz not null,
    primary key (recording_id, path)
);

-- In which sizes and codecs recordings are made smaller.
create table encoding (
    name text primary key check (name ~ '^[a-z0-9][a-z0-9-]{0,30}$'),
    codec text not null check (codec in ('h264', 'h265', 'vp9', 'av1')),
    height int not null check (height between 96 and 2160),
    -- Lower is better, and larger.
    quality int not null check (quality between 0 and 63),
    -- Bits a second at the most.
    most_bits int not null check (most_bits between 50000 and 100000000),
    preset text not null default '' check (char_length(preset) <= 20),
    enabled boolean not null default false
);
insert into encoding (name, codec, height, quality, most_bits, preset, enabled) values
    ('h264-2160', 'h264', 2160, 23, 16000000, 'veryfast', true),
    ('h264-1440', 'h264', 1440, 23, 9000000, 'veryfast', true),
    ('h264-1080', 'h264', 1080, 23, 5000000, 'veryfast', true),
    ('h264-720', 'h264', 720, 23, 2800000, 'veryfast', true),
    ('h264-480', 'h264', 480, 23, 1200000, 'veryfast', true),
    ('h264-360', 'h264', 360, 23, 700000, 'veryfast', true),
    ('h264-240', 'h264', 240, 23, 400000, 'veryfast', false),
    ('h264-144', 'h264', 144, 23, 200000, 'veryfast', false),
    ('h265-1080', 'h265', 1080, 26, 3500000, 'veryfast', false),
    ('h265-720', 'h265', 720, 26, 2000000, 'veryfast', false),
    ('h265-480', 'h265', 480, 26, 900000, 'veryfast', false),
    ('h265-360', 'h265', 360, 26, 500000, 'veryfast', false),
    ('vp9-1080', 'vp9', 1080, 32, 3500000, '6', false),
    ('vp9-720', 'vp9', 720, 32, 2000000, '6', false),
    ('vp9-480', 'vp9', 480, 32, 900000, '6', false),
    ('vp9-360', 'vp9', 360, 32, 500000, '6', false),
    ('av1-1080', 'av1', 1080, 35, 2500000, '10', false),
    ('av1-720', 'av1', 720, 35, 1500000, '10', false);
"""

DOWN = """
drop table encoding;
drop table recording_copy;
drop table recording_file;
drop table recording_work;
alter table recording drop column downloads;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
