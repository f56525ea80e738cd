"""Webhooks: where events are sent, and how it went."""

from vtp.db.scripts import run

revision = "0010"
down_revision = "0009"

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
