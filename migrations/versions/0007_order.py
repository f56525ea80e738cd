"""Order in classes: waiting people, guests, locks, who was kept out."""

from vtp.db.scripts import run

revision = "0007"
down_revision = "0006"

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
