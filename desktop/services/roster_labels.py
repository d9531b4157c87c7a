"""What problems, changes and questions call the field they are about."""

from desktop.domain.dictionary import PERSON, kind_of


def field_label(key: str) -> str:
    """Return the Chinese name of a field; the key itself for one that is a column's own header."""
    if key in {"phone", "contact", "tag"}:
        return kind_of(key).label
    return next((one.label for one in PERSON.fields if one.key == key), key)
