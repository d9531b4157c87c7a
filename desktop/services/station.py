"""A station: the open vault with the clock, the ids and the user that services need."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from desktop.domain.clock import Clock, today
from desktop.domain.errors import NotAllowedError
from desktop.domain.ids import IdMaker
from desktop.domain.levels import COMMUNITY
from desktop.domain.permissions import SMALL, may, require
from desktop.store import tallies
from desktop.store.vault import Vault

_KEPT_EVERY = 20  # things counted between two writes


@dataclass(frozen=True, slots=True)
class Second:
    """A second supervisor at the keyboard, and the password they typed."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Terms:
    """To whom personal data is given, what for, and on what ground (`domain.md` section 6.1, PIPL 23)."""

    recipient: str
    purpose: str
    basis: str


@dataclass(slots=True)
class Station:
    """What every service takes first. One vault, one user, one thread at a time."""

    vault: Vault
    clock: Clock
    ids: IdMaker
    user: str
    role: str
    second: Second | None = None  # consent for the next thing that needs one; used up by it
    terms: Terms | None = None  # on what terms the next export is given; used up by it
    keys_mended: bool = False  # one copy of the key file was mended from the other
    wrong_before: int = 0  # wrong passwords since the register was last open
    _counts: Counter[str] = field(default_factory=Counter, repr=False)  # of use, not yet in the vault
    _looked: dict[str, datetime] = field(default_factory=dict, repr=False)  # whose page was opened when
    _searched: str = ""

    def __post_init__(self) -> None:
        """Let the vault know the role: it is the vault that refuses."""
        self.vault.role = self.role

    @property
    def org(self) -> str:
        """The code of this station's own organisation."""
        return self.vault.identity.org

    @property
    def org_name(self) -> str:
        """The name of this station's own organisation."""
        return self.vault.identity.name

    @property
    def is_street(self) -> bool:
        """True at a street and above it (新城), False at a community."""
        return self.vault.identity.kind != COMMUNITY

    @property
    def is_practice(self) -> bool:
        """True for a practice register with invented people."""
        return self.vault.identity.practice

    def allow(self, action: str) -> None:
        """Raise NotAllowedError unless this user's role may do `action` (`domain/permissions.py`)."""
        require(self.role, action)

    def allow_print(self, people: int) -> None:
        """Raise NotAllowedError unless this user may print papers of so many people at once."""
        self.allow("print.people")
        if people > SMALL:
            self.allow("print.many")

    def refuse_limited(self, what: str) -> None:
        """Raise NotAllowedError for somebody limited to some communities: `what` is of everybody."""
        if self.vault.scope:
            raise NotAllowedError(f"您只负责部分社区，不能{what}", "请由主管来办")

    def may(self, action: str) -> bool:
        """Return True if this user's role may do `action`: what views ask before they offer it."""
        return may(self.role, action)

    def count(self, what: str, many: int = 1) -> None:
        """Count how often this user does something; never about whom. Kept in the vault now and then."""
        self._counts[what] += many
        if self._counts.total() >= _KEPT_EVERY:
            self.keep_counts()

    def count_search(self, text: str) -> None:
        """Count a search; a word that is typed on, letter by letter, is one."""
        words = text.strip()
        goes_on = bool(self._searched) and (words.startswith(self._searched) or self._searched.startswith(words))
        self._searched = words
        if words and not goes_on:
            self.count("find")

    def looks_anew(self, person: str, after_s: int) -> bool:
        """Return True if a person's page was not opened in the last seconds; it is from now on."""
        now, before = self.clock.now(), self._looked.get(person)
        self._looked[person] = now
        return before is None or not 0 <= (now - before).total_seconds() < after_s

    def keep_counts(self) -> None:
        """Write what was counted into the vault."""
        counts = dict(self._counts)
        self._counts.clear()
        if counts and not self.vault.is_read_only and self.may("draft"):
            with self.vault.jotting() as connection:
                tallies.add(connection, self.today().isoformat(), self.user, counts)

    def today(self) -> date:
        """Return the day it is in China."""
        return today(self.clock)

    def close(self) -> None:
        """Close the vault."""
        self.keep_counts()
        self.vault.close()
