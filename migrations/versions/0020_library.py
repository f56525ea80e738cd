"""The library: files by their content, the items that show them, and uploads that are under way."""

from vtp.db.scripts import run

revision = "0020"
down_revision = "0019"

UP = """
-- What was uploaded, once for each content, however many items show it.
create table library_file (
    sha256 bytea primary key check (octet_length(sha256) = 32),
    bytes bigint not null check (bytes >= 0),
    key text not null unique,
    created_at timestamptz not null
);

create table media (
    id uuid primary key,
    owner_id uuid not null references app_user,
    -- Those who look after this course look after the item too.
    course_id uuid,
    kind text not null check (kind in ('video', 'audio', 'image', 'document', 'file', 'link')),
    title text not null check (char_length(title) between 1 and 200),
    description text not null default '' check (char_length(description) <= 5000),
    tags text[] not null default '{}' check (cardinality(tags) <= 30),
    visibility text not null default 'private'
        check (visibility in ('private', 'unlisted', 'public')),
    state text not null check (state in ('uploading', 'processing', 'ready', 'failed')),
    -- Why it failed, as a sentence.
    reason text not null default '' check (char_length(reason) <= 300),
    file_name text not null default '' check (char_length(file_name) <= 255),
    content_type text not null default 'application/octet-stream',
    sha256 bytea references library_file,
    bytes bigint not null default 0 check (bytes >= 0),
    link text not null default '' check (char_length(link) <= 2000),
    seconds double precision check (seconds >= 0),
    width int check (width > 0),
    height int check (height > 0),
    -- What the probe told: container and codecs.
    facts jsonb not null default '{}',
    -- The picture of it, of this version; null where there is none.
    poster_id uuid,
    -- In how many places of outlines it stands; kept by those who place it.
    uses int not null default 0 check (uses >= 0),
    views bigint not null default 0 check (views >= 0),
    created_at timestamptz not null,
    changed_at timestamptz not null,
    deleted_at timestamptz,
    check ((kind = 'link') = (link <> ''))
);
create index media_of_owner on media (owner_id, id desc) where deleted_at is null;
create index media_of_course on media (course_id, id desc)
 where deleted_at is null and course_id is not null;
create index media_public on media (id desc) where deleted_at is null and visibility = 'public';
create index media_by_content on media (sha256) where sha256 is not null;
create index media_by_deletion on media (deleted_at) where deleted_at is not null;
create index media_by_title on media using gin (title gin_trgm_ops) where deleted_at is null;

create table upload (
    id uuid primary key,
    owner_id uuid not null references app_user,
    -- The item that the file will be; an older one where its file is replaced.
    media_id uuid not null references media on delete cascade,
    file_name text not null check (char_length(file_name) <= 255),
    size bigint not null check (size >= 0),
    received bigint not null default 0 check (received between 0 and size),
    state text not null default 'open' check (state in ('open', 'done')),
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index upload_of_owner on upload (owner_id, id desc) where state = 'open';
create index upload_by_end on upload (expires_at);
"""

DOWN = """
drop table upload;
drop table media;
drop table library_file;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
