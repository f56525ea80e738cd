"""Second factors, passkeys and accounts of other providers."""

from vtp.db.scripts import run

revision = "0011"
down_revision = "0010"

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
