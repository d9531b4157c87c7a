"""A person's fields as lists on screen show them."""

from collections.abc import Mapping

from desktop.domain.dictionary import Field, masked
from desktop.domain.fields import Kind
from desktop.services.wording import text_of
from desktop.store.people import PersonRow


def listed_text(field: Field, row: PersonRow, orgs: Mapping[str, str]) -> str:
    """Return a field in words, masked where others may look on."""
    text = text_of(field, row.values.get(field.key), orgs=orgs)
    return text if field.kind in {Kind.CODE, Kind.CODES, Kind.BOOL, Kind.ORG} else masked(field, text)
