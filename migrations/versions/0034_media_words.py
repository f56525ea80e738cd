"""A word is looked for in titles, names of files and tags of a large library at once."""

from vtp.db.scripts import run

revision = "0034"
down_revision = "0033"

UP = """
-- One text, so that one index serves; a line for each, so that nothing is found across two.
create function media_words(title text, file_name text, tags text[]) returns text
    language sql immutable parallel safe
    return title || e'\\n' || coalesce(file_name, '') || e'\\n' || array_to_string(tags, e'\\n');
create index media_by_words on media using gin (media_words(title, file_name, tags) gin_trgm_ops)
    where deleted_at is null;
drop index media_by_title;
"""

DOWN = """
create index media_by_title on media using gin (title gin_trgm_ops) where deleted_at is null;
drop index media_by_words;
drop function media_words(text, text, text[]);
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
