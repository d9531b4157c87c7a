"""Stored values as people read them."""

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
