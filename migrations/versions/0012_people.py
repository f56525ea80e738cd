"""Looking after people: invitations, imports, merging, erasure."""

from vtp.db.scripts import run

revision = "0012"
down_revision = "0011"

UP = """
alter table app_user
    -- When the last invitation was written; null once somebody chose a password here.
    add column invited_at timestamptz,
    -- Whose the things of this account are now. It stays disabled for good.
    add column merged_into uuid references app_user check (merged_into <> id);
create index app_user_merged on app_user (merged_into) where merged_into is not null;

alter table mailed_link drop constraint mailed_link_purpose_check;
alter table mailed_link add constraint mailed_link_purpose_check
    check (purpose in ('password', 'verify', 'change', 'undo', 'invite'));

-- A list of people that somebody sent: compared first, applied after that, and as it was compared.
create table user_import (
    id uuid primary key,
    sent_by uuid not null references app_user on delete cascade,
    sent_at timestamptz not null,
    -- Gone when it was applied, or is old.
    content bytea check (octet_length(content) <= 1048576),
    state text not null check (state in
        ('comparing', 'compared', 'unreadable', 'applying', 'applied', 'refused')),
    -- Why it could not be read, or was not applied.
    fault text not null default '' check (length(fault) <= 300)
);
create index user_import_newest on user_import (sent_at desc);

create table user_import_line (
    import_id uuid not null references user_import on delete cascade,
    line integer not null check (line > 0),
    outcome text not null check (outcome in ('new', 'changed', 'same', 'wrong')),
    email text not null,
    name text not null,
    roles text[] not null,
    -- Of the account as it was compared with.
    name_before text not null,
    roles_before text[] not null,
    words text not null,
    primary key (import_id, line)
);
create index user_import_line_by_outcome on user_import_line (import_id, outcome, line);
"""

DOWN = """
drop table user_import_line;
drop table user_import;
delete from mailed_link where purpose = 'invite';
alter table mailed_link drop constraint mailed_link_purpose_check;
alter table mailed_link add constraint mailed_link_purpose_check
    check (purpose in ('password', 'verify', 'change', 'undo'));
alter table app_user drop column merged_into, drop column invited_at;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
