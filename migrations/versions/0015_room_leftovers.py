"""What classes were missing."""

from vtp.db.scripts import run

revision = "0015"
down_revision = "0014"

UP = "select 1"

DOWN = "select 1"


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
