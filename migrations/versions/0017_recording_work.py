"""What is made of recordings."""

from vtp.db.scripts import run

revision = "0017"
down_revision = "0016"

UP = "select 1"

DOWN = "select 1"


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
