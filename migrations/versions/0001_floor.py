"""Extensions that every later revision may count on (all of them trusted: no superuser needed)."""

from vtp.db.scripts import run

revision = "0001"
down_revision = None

UP = """
create extension if not exists citext;
create extension if not exists btree_gist;
create extension if not exists ltree;
create extension if not exists pg_trgm;
create extension if not exists unaccent;
"""

DOWN = """
drop extension if exists unaccent;
drop extension if exists pg_trgm;
drop extension if exists ltree;
drop extension if exists btree_gist;
drop extension if exists citext;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
