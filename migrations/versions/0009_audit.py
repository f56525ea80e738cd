"""What was done, by whom: rows that nobody changes."""

from vtp.db.scripts import run

revision = "0009"
down_revision = "0008"

UP = """
select 1;
"""

DOWN = """
select 1;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
