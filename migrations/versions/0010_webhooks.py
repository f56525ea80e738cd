"""Webhooks: where news goes, and how each delivery went."""

from vtp.db.scripts import run

revision = "0010"
down_revision = "0009"

UP = """
create table webhook_endpoint (
    id uuid primary key,
    url text not null check (length(url) <= 2000),
    description text not null check (length(description) <= 200),
    events text[] not null check (cardinality(events) between 1 and 100),
    -- Encrypted with a key that the database does not know.
    secret bytea not null,
    -- Signs as well for a while after another one was made.
    secret_before bytea,
    secret_before_until timestamptz,
    created_by uuid,
    created_at timestamptz not null,
    -- Since when nothing was delivered; null after a success.
    failing_since timestamptz,
    disabled_at timestamptz,
    disabled_why text check (disabled_why in ('admin', 'failing', 'gone'))
);

create table webhook_delivery (
    id uuid primary key,
    endpoint_id uuid not null references webhook_endpoint on delete cascade,
    -- The same for all endpoints that are told, and for each time that it is sent again.
    message_id uuid not null,
    event text not null check (length(event) <= 100),
    body bytea not null,
    created_at timestamptz not null,
    state text not null check (state in ('waiting', 'delivered', 'failed')),
    attempts integer not null default 0,
    next_at timestamptz,
    last_at timestamptz,
    last_status integer,
    last_seconds real,
    last_error text check (length(last_error) <= 500)
);
create index webhook_delivery_of_endpoint on webhook_delivery (endpoint_id, id desc);
create index webhook_delivery_created_at on webhook_delivery (created_at);
"""

DOWN = """
drop table webhook_delivery;
drop table webhook_endpoint;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
