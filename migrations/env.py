"""Alembic's entry; all it does is in `vtp.db.migrate`."""

from vtp.db.migrate import run_environment

run_environment()
