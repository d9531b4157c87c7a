"""The small numbers that stand for installations and their epochs inside a store."""

from sqlalchemy import Connection, Engine

from desktop.domain.errors import DamagedStoreError


def own_number(engine: Engine, writer: str, *, org: str) -> int:
    """Return the number of this installation and epoch."""
    with engine.connect().execution_options(yince_begin="DEFERRED") as connection:
        row = connection.exec_driver_sql("SELECT id FROM writer WHERE name=?", (writer,)).first()
        connection.rollback()
    if row is not None:
        return int(row[0])
    with engine.begin() as connection:
        return writer_number(connection, writer, org=org)


def writer_number(connection: Connection, name: str, *, org: str) -> int:
    """Return the number of a writer, giving it one if it is new."""
    row = connection.exec_driver_sql("SELECT id FROM writer WHERE name=?", (name,)).first()
    if row is None:
        row = connection.exec_driver_sql(
            "INSERT INTO writer (name, org) VALUES (?,?) RETURNING id", (name, org)
        ).first()
    if row is None:
        raise DamagedStoreError("登记库写不进去", "请从备份恢复")
    return int(row[0])
