"""How words are typed by their pinyin initials, for lists one chooses from."""

from functools import cache

from desktop.store.readings import readings_of


@cache
def initials_of(text: str) -> str:
    """Return the first letters of a word's syllables, lower case: `离异` is `ly`."""
    return "".join(readings_of(one)[0][:1] for one in text).lower()
