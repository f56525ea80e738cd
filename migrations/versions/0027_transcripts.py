"""Captions that an engine writes: work of one more kind."""

from vtp.db.scripts import run

revision = "0027"
down_revision = "0026"

UP = """
alter table recording_work drop constraint recording_work_kind_check;
alter table recording_work add constraint recording_work_kind_check check (kind in
    ('pictures', 'previews', 'ladder', 'copies', 'movie', 'stage', 'screen', 'sound', 'captions'));
"""

DOWN = """
delete from recording_work where kind = 'captions';
alter table recording_work drop constraint recording_work_kind_check;
alter table recording_work add constraint recording_work_kind_check check (kind in
    ('pictures', 'previews', 'ladder', 'copies', 'movie', 'stage', 'screen', 'sound'));
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
