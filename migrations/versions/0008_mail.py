"""Mail to be sent, notices in the page, addresses to be proved."""

from vtp.db.scripts import run

revision = "0008"
down_revision = "0007"

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
