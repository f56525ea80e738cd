"""What accounts were missing."""

from vtp.db.scripts import run

revision = "0016"
down_revision = "0015"

UP = "select 1"

DOWN = "select 1"


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
