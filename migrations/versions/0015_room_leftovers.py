"""What classes were missing."""

from vtp.db.scripts import run

revision = "0015"
down_revision = "0014"

UP = """
-- Its classes are recorded from when somebody teaches; and the cameras of all are kept, too.
alter table room add column records_itself boolean not null default false;
alter table room add column records_cameras boolean not null default false;
"""

DOWN = """
alter table room drop column records_cameras;
alter table room drop column records_itself;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
