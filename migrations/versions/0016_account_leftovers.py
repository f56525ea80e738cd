"""Whoever listens hears when what somebody may do here has changed, by whatever process."""

from vtp.db.scripts import run

revision = "0016"
down_revision = "0015"

UP = """
create function account_changed() returns trigger language plpgsql as $$
begin
    perform pg_notify('vtp_account', new.id::text);
    return null;
end;
$$;
create trigger account_changed after update of disabled_at, roles, password_version on app_user
    for each row
    when (old.disabled_at is distinct from new.disabled_at
          or old.roles is distinct from new.roles
          or old.password_version is distinct from new.password_version)
    execute function account_changed();
"""

DOWN = """
drop trigger account_changed on app_user;
drop function account_changed();
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
