"""What somebody holds in the library, with what is in the bin, is counted without reading all."""

from vtp.db.scripts import run

revision = "0028"
down_revision = "0027"

UP = "create index media_held on media (owner_id) include (bytes);"

DOWN = "drop index media_held;"


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
