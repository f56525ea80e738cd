"""Outlines of courses."""

from vtp.db.scripts import run

revision = "0021"
down_revision = "0020"

UP = "select 1"

DOWN = "select 1"


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
