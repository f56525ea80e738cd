"""What people take home of recordings: work of more kinds."""

from vtp.db.scripts import run

revision = "0023"
down_revision = "0022"

UP = """
alter table recording_work drop constraint recording_work_kind_check;
alter table recording_work add constraint recording_work_kind_check check (kind in
    ('pictures', 'previews', 'ladder', 'copies', 'movie', 'stage', 'screen', 'sound'));
"""

DOWN = """
delete from recording_work where kind in ('movie', 'stage', 'screen', 'sound');
alter table recording_work drop constraint recording_work_kind_check;
alter table recording_work add constraint recording_work_kind_check check (kind in
    ('pictures', 'previews', 'ladder', 'copies'));
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
