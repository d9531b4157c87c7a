"""What every table of the vault is registered in."""

from sqlalchemy import MetaData

METADATA = MetaData()
