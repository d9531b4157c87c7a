"""How words are typed by their pinyin initials, for lists one chooses from."""

from functools import cache

from desktop.store.readings import readings_of, sort_key


@cache
def initials_of(text: str) -> str:
    """Return the first letters of a word's syllables, lower case: `离异` is `ly`."""
    return "".join(readings_of(one)[0][:1] for one in text).lower()


def letter_of_name(name: str) -> str:
    """Return the letter under which a name stands in an index, surnames read as surnames are: 单田芳 is S."""
    first = sort_key(name)[:1].upper()
    return first if first.isascii() and first.isalpha() else "#"
