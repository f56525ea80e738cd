"""PostgreSQL: the pool, transactions, what a lost connection means, migrations."""

from vtp.db.connection import Db, Row
from vtp.db.database import Database, open_database

__all__ = ["Database", "Db", "Row", "open_database"]
