"""What each person has seen of each video of the library, as of recordings."""

from vtp.db.scripts import run

revision = "0030"
down_revision = "0029"

UP = """
create table film_watched (
    user_id uuid not null references app_user,
    media_id uuid not null references media on delete cascade,
    -- The content that this is about: another file may have taken its place since.
    sha256 bytea check (octet_length(sha256) = 32),
    -- Milliseconds on it, each counted once however often it was played.
    seen int4multirange not null default '{}' check (seen <@ int4range(0, null)),
    -- Where they stopped, as of when.
    position_ms int not null default 0 check (position_ms >= 0),
    position_at timestamptz not null,
    -- How long they had it open before the visits that are still known.
    open_ms bigint not null default 0 check (open_ms >= 0),
    watched_at timestamptz not null,
    completed_at timestamptz,
    primary key (user_id, media_id)
);
create index film_watched_of_media on film_watched (media_id);

-- A page that is open: nothing can have been seen faster than its time allows.
create table film_visit (
    user_id uuid not null,
    media_id uuid not null,
    -- Made by the client.
    id uuid not null,
    began_at timestamptz not null,
    heard_at timestamptz not null,
    primary key (user_id, media_id, id),
    foreign key (user_id, media_id) references film_watched on delete cascade,
    check (heard_at >= began_at)
);
"""

DOWN = """
drop table film_visit;
drop table film_watched;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
