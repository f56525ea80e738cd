"""The library and its uploads."""

from vtp.db.scripts import run

revision = "0020"
down_revision = "0019"

UP = "select 1"

DOWN = "select 1"


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
