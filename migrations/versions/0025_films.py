"""What is made of uploaded videos: smaller sizes, sound for players, sheets of small pictures."""

from vtp.db.scripts import run

revision = "0025"
down_revision = "0024"

UP = """
alter table library_file
    -- When work on its sizes was begun, and when they were there.
    add column film_asked_at timestamptz,
    add column filmed_at timestamptz;

-- Made once for each content, however many items show it.
create table library_film (
    sha256 bytea not null references library_file on delete cascade,
    -- In addresses: "stage-720", "aac", "storyboard", "sheet-0".
    name text not null check (name ~ '^[a-z0-9][a-z0-9-]{0,40}$'),
    kind text not null check (kind in ('picture', 'sound', 'storyboard', 'sheet')),
    key text not null unique,
    bytes bigint not null check (bytes >= 0),
    codec text not null default '',
    width int not null default 0 check (width >= 0),
    height int not null default 0 check (height >= 0),
    timescale int not null default 0 check (timescale >= 0),
    header bigint not null default 0 check (header >= 0),
    -- [offset, size, start, seconds, pictures], …
    segments jsonb not null default '[]',
    primary key (sha256, name)
);
"""

DOWN = """
drop table library_film;
alter table library_file drop column film_asked_at, drop column filmed_at;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
