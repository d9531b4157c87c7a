"""The data dictionary: every kind of record and every field, defined once.

People are in `person_fields`, what hangs on them in `person_records`, the rest in `house_records`.
Forms, tables, roster mapping, 册/表/卡, masks, sync and conflict screens all read it.
Adding a field is one entry here and one migration.
"""

from desktop.domain.fields import Field, Kind, Policy, RecordKind, Value, grouped
from desktop.domain.house_records import HOUSE_RECORDS, ORG, STAFF
from desktop.domain.person_fields import PERSON_FIELDS, PURPOSES
from desktop.domain.person_records import CARD, CONTACT, PERSON_RECORDS, PHONE, TAG, VISIT

__all__ = [
    "CARD",
    "CONTACT",
    "KINDS",
    "ORG",
    "PERSON",
    "PERSON_RECORDS",
    "PHONE",
    "STAFF",
    "TAG",
    "VISIT",
    "Field",
    "Kind",
    "Policy",
    "RecordKind",
    "Value",
    "grouped",
    "kind_of",
    "masked",
    "person_field",
    "purpose_of",
]

PERSON = RecordKind("person", "人员", PERSON_FIELDS)

KINDS: dict[str, RecordKind] = {kind.key: kind for kind in (PERSON, *PERSON_RECORDS, *HOUSE_RECORDS)}


def kind_of(key: str) -> RecordKind:
    """Return the record kind named `key`; KeyError if there is none."""
    return KINDS[key]


def person_field(key: str) -> Field:
    """Return the person field named `key`; KeyError if there is none."""
    return PERSON.field(key)


def purpose_of(field: Field) -> str:
    """Return why a field of a person is kept: its own purpose, or that of its group."""
    return field.purpose or PURPOSES.get(field.group, "")


def masked(field: Field, text: str) -> str:
    """Return `text` as a list on screen may show it: fields of privacy 3 and up lose their middle.

    An 18-digit id keeps 6 leading and 4 trailing characters; a phone 3 and 4; other text its
    first two characters (`security.md` threat 3).
    """
    if field.privacy < 3 or not text or "***" in text:  # masked already, by the levels
        return text
    if field.kind is Kind.ID_NUMBER or (len(text) >= 15 and text[:14].isdigit()):
        return text[:6] + "*" * max(len(text) - 10, 4) + text[-4:]
    if field.kind is Kind.PHONE and len(text) >= 7:
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    if field.kind in {Kind.CODE, Kind.BOOL, Kind.DATE}:
        return text
    return text[:2] + "***" if len(text) > 2 else text
