"""Whom staff keep large for everybody in a class."""

from vtp.db.scripts import run

revision = "0022"
down_revision = "0021"

# A person or a guest, as in meeting_person; who is not there is large nowhere.
UP = """
alter table meeting add column pinned_person uuid;
"""

DOWN = """
alter table meeting drop column pinned_person;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
