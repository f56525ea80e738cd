"""What accounts hold about a person, to be taken away by them and to be erased."""

from __future__ import annotations

from vtp.actor import Gone
from vtp.db import Db

# Each selects rows with an `id` for the person $1. Hashes and secrets stay where they are.
sheets = {
    "account": """
        select id, email, name, roles, language, time_zone, theme, email_verified_at,
               created_at, disabled_at, password_hash is not null as has_password
          from app_user where id = $1
    """,
    "sessions": """
        select id, kind, address, agent, time_zone, proved_by, created_at, last_seen_at, expires_at
          from session where user_id = $1
    """,
    "api-keys": """
        select id, name, prefix, scopes, created_at, expires_at, last_used_at
          from api_key where user_id = $1
    """,
    "authenticator": "select user_id as id, created_at from authenticator where user_id = $1",
    "passkeys": """
        select id, name, syncable, backed_up, created_at, last_used_at
          from passkey where user_id = $1
    """,
    "accounts-elsewhere": """
        select id, issuer, subject, label, created_at, last_used_at
          from identity where user_id = $1
    """,
    "lists-of-people": """
        select l.import_id as id, i.sent_at, l.line, l.email, l.name, l.roles, l.outcome
          from user_import_line l
          join user_import i on i.id = l.import_id
          join app_user u on lower(u.email::text) = lower(l.email)
         where u.id = $1
    """,
    "erasure-requests": """
        select id, state, asked_at, decided_at, reason from erasure_request where user_id = $1
    """,
}
kept: tuple[str, ...] = ("erasure.kept.account",)

# What stands for an address that is no more. The ending is reserved: no mail ever leads there.
_NOWHERE = "erased-%s@erased.invalid"


async def erase(tx: Db, gone: Gone, /) -> None:
    """All that opens the account, and all that says who it was; a row without a person stays."""
    await tx.execute(
        """
        update app_user
           set email = $2, name = $3, password_hash = null,
               password_version = password_version + 1, picture_id = null,
               picture_upload_id = null, email_verified_at = null, time_zone = 'UTC',
               language = 'en', theme = 'auto', roles = array['student']
         where id = $1
        """,
        gone.user_id,
        _NOWHERE % gone.user_id.hex,
        gone.called,
    )
    for statement in (
        "delete from session where user_id = $1",
        "delete from api_key where user_id = $1",
        "delete from authenticator where user_id = $1",
        "delete from recovery_code where user_id = $1",
        "delete from passkey where user_id = $1",
        "delete from identity where user_id = $1",
        "delete from challenge where user_id = $1",
        "delete from mailed_link where user_id = $1",
        "delete from takeout where user_id = $1",
        "update erasure_request set reason = '' where user_id = $1",
    ):
        await tx.execute(statement, gone.user_id)
    # Somebody who came from elsewhere, and has not said yet whose account they mean.
    await tx.execute(
        "delete from challenge where position($1 in lower(facts::text)) > 0", gone.email
    )
    # A list with this person that waits would bring them back.
    await tx.execute(
        """
        update user_import set content = null, state = 'refused'
         where content is not null
           and position($1 in lower(convert_from(content, 'LATIN1'))) > 0
        """,
        gone.email,
    )
    await tx.execute("delete from user_import_line where lower(email) = $1", gone.email)
