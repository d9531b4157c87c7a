"""Stored values as people read them."""

import re

from desktop.domain.codes import code_list
from desktop.domain.fields import Field, Kind, Value


def field_text(field: Field, value: Value) -> str:
    """Return a stored value as people read it: labels for codes, 是 and 否, money in yuan."""
    if value is None:
        return ""
    if field.kind is Kind.CODE:
        return code_list(field.codes).label_of(str(value))
    if field.kind is Kind.BOOL:
        return "是" if value else "否"
    return f"{value / 100:.2f} 元" if field.kind is Kind.MONEY and isinstance(value, int) else str(value)


_ID = re.compile(r"(?<!\d)(\d{6})(\d{5}|\d{8})(\d{3}[\dXx])(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(1\d{2})(\d{4})(\d{4})(?!\d)")


def without_numbers(text: str) -> str:
    """Return a text as a screen others can see may show it: ids and mobile numbers in it lose their middle."""
    for shape in (_ID, _MOBILE):
        text = shape.sub(lambda found: found[1] + "*" * len(found[2]) + found[3], text)
    return text
