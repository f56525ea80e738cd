"""What was done, by whom: rows that nobody changes, sealed into a chain of hashes."""

from vtp.db.scripts import run

revision = "0009"
down_revision = "0008"

UP = """
create sequence audit_seq;

-- One row for each thing that was done. The id is a UUIDv7 of the time, so it orders and parts.
create table audit_entry (
    id uuid primary key,
    -- In the order of their sealing; given by the trigger, never by who inserts.
    seq bigint not null,
    at timestamptz not null,
    actor_id uuid,
    via text not null check (length(via) <= 20),
    action text not null check (action ~ '^[a-z][a-z_]{0,49}$'),
    noun text not null check (noun ~ '^[a-z][a-z_]{0,49}$'),
    target_id text check (length(target_id) <= 200),
    result text not null check (result in ('done', 'refused', 'failed')),
    details jsonb not null check (pg_column_size(details) <= 16000),
    request_id text not null check (length(request_id) <= 100),
    agent text not null check (length(agent) <= 256),
    -- The address without its last part; what is left of it once the rest is forgotten.
    network text not null check (length(network) <= 64),
    -- Of the whole address with a salt; the two stand in audit_address for a while.
    address_digest bytea
) partition by range (id);

create index audit_entry_seq on audit_entry (seq);
create index audit_entry_actor on audit_entry (actor_id, id desc);
create index audit_entry_target on audit_entry (noun, target_id, id desc);
create index audit_entry_action on audit_entry (noun, action, id desc);
create index audit_entry_amiss on audit_entry (result, id desc) where result <> 'done';

create table audit_address (
    entry_id uuid primary key,
    address text not null check (length(address) <= 64),
    salt bytea not null
);

-- A batch of rows that were sealed together. leaves: 16 bytes of id and 32 of SHA-256 for each.
create table audit_seal (
    n bigint primary key,
    first_seq bigint not null,
    last_seq bigint not null,
    count integer not null check (count > 0),
    leaves bytea not null,
    previous bytea not null,
    hash bytea not null,
    signature bytea not null,
    sealed_at timestamptz not null
);

-- Where the chain begins, once the rows before were let go after their time.
create table audit_anchor (
    n bigint not null,
    hash bytea not null,
    -- Rows with a smaller id are gone, and are not missed.
    before uuid primary key,
    signature bytea not null,
    dropped_at timestamptz not null
);

-- How far one could seal once every transaction is over that had begun by then.
create table audit_horizon (
    single boolean primary key default true check (single),
    seq bigint not null,
    xid xid8 not null
);

create function audit_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'what was done stays written: % of % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end;
$$;

create function audit_number() returns trigger language plpgsql as $$
begin
    -- Before the number is drawn: whoever sees the number sees that its transaction goes on.
    perform pg_current_xact_id();
    new.seq := nextval('audit_seq');
    return new;
end;
$$;

-- The time in a UUIDv7, in milliseconds since 1970.
create function audit_milliseconds(id uuid) returns bigint language sql immutable as $$
    select ('x' || lpad(substr(replace(id::text, '-', ''), 1, 12), 16, '0'))::bit(64)::bigint
$$;

-- The smallest id of a time.
create function audit_bound(at timestamptz) returns uuid language sql immutable as $$
    select rpad(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0'), 32, '0')::uuid
$$;

-- An address may be forgotten after a day, and is never changed.
create function audit_forget() returns trigger language plpgsql as $$
begin
    if audit_milliseconds(old.entry_id) > extract(epoch from now() - interval '1 day') * 1000 then
        raise exception 'an address is kept for a day at least'
            using errcode = 'insufficient_privilege';
    end if;
    return old;
end;
$$;

-- A seal goes only when an anchor stands for it.
create function audit_unseal() returns trigger language plpgsql as $$
begin
    if not exists (select from audit_anchor where n >= old.n) then
        raise exception 'this seal is part of the chain' using errcode = 'insufficient_privilege';
    end if;
    return old;
end;
$$;

create trigger audit_numbered before insert on audit_entry
    for each row execute function audit_number();
create trigger audit_kept before update or delete on audit_entry
    for each row execute function audit_refuse();
create trigger audit_kept_whole before truncate on audit_entry
    for each statement execute function audit_refuse();

create trigger audit_address_kept before update on audit_address
    for each row execute function audit_refuse();
create trigger audit_address_kept_whole before truncate on audit_address
    for each statement execute function audit_refuse();
create trigger audit_address_forgotten before delete on audit_address
    for each row execute function audit_forget();

create trigger audit_seal_kept before update on audit_seal
    for each row execute function audit_refuse();
create trigger audit_seal_kept_whole before truncate on audit_seal
    for each statement execute function audit_refuse();
create trigger audit_unsealed before delete on audit_seal
    for each row execute function audit_unseal();

create trigger audit_anchor_kept before update or delete on audit_anchor
    for each row execute function audit_refuse();
create trigger audit_anchor_kept_whole before truncate on audit_anchor
    for each statement execute function audit_refuse();

-- For rows of a month that has no place yet: nothing is ever refused for want of one.
create table audit_elsewhere partition of audit_entry default;
create trigger audit_kept_whole before truncate on audit_elsewhere
    for each statement execute function audit_refuse();

-- Make the place of a month, with the rows that came too early for it. False: it was there.
create function audit_make_month(month date) returns boolean language plpgsql as $$
declare
    name text := 'audit_' || to_char(month, 'YYYY_MM');
    lowest uuid := audit_bound(date_trunc('month', month)::timestamp at time zone 'UTC');
    beyond uuid := audit_bound(
        (date_trunc('month', month) + interval '1 month')::timestamp at time zone 'UTC');
begin
    if to_regclass(name) is not null then
        return false;
    end if;
    lock table audit_elsewhere in access exclusive mode;
    execute format('create table %I (like audit_entry including all)', name);
    if exists (select from audit_elsewhere where id >= lowest and id < beyond) then
        -- Without its triggers while it stands alone; whoever writes waits for this.
        alter table audit_entry detach partition audit_elsewhere;
        execute format(
            'with gone as (delete from audit_elsewhere where id >= $1 and id < $2 returning *)'
            ' insert into %I select * from gone', name) using lowest, beyond;
        execute format(
            'alter table audit_entry attach partition %I for values from (%L) to (%L)',
            name, lowest, beyond);
        alter table audit_entry attach partition audit_elsewhere default;
    else
        execute format(
            'alter table audit_entry attach partition %I for values from (%L) to (%L)',
            name, lowest, beyond);
    end if;
    execute format(
        'create trigger audit_kept_whole before truncate on %I'
        ' for each statement execute function audit_refuse()', name);
    return true;
end;
$$;

-- Let a month go that an anchor stands for; how many rows that were.
create function audit_drop_month(month date) returns bigint language plpgsql as $$
declare
    name text := 'audit_' || to_char(month, 'YYYY_MM');
    beyond uuid := audit_bound(
        (date_trunc('month', month) + interval '1 month')::timestamp at time zone 'UTC');
    gone bigint;
begin
    if not exists (select from audit_anchor where before >= beyond) then
        raise exception 'no anchor stands for this month' using errcode = 'insufficient_privilege';
    end if;
    execute format('select count(*) from %I', name) into gone;
    execute format('drop table %I', name);
    return gone;
end;
$$;

select audit_make_month((now() at time zone 'UTC' + make_interval(months => months))::date)
  from generate_series(0, 2) as months;
"""

DOWN = """
drop function audit_drop_month(date);
drop function audit_make_month(date);
drop table audit_horizon;
drop table audit_anchor;
drop table audit_seal;
drop table audit_address;
drop table audit_entry;
drop function audit_unseal();
drop function audit_forget();
drop function audit_bound(timestamptz);
drop function audit_milliseconds(uuid);
drop function audit_number();
drop function audit_refuse();
drop sequence audit_seq;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
