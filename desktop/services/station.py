"""A station: the open vault with the clock, the ids and the user that services need."""

from dataclasses import dataclass, field
from datetime import date

from desktop.domain.clock import Clock, today
from desktop.domain.ids import IdMaker
from desktop.domain.levels import COMMUNITY
from desktop.domain.permissions import SMALL, may, require
from desktop.store.vault import Vault


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

    def may(self, action: str) -> bool:
        """Return True if this user's role may do `action`: what views ask before they offer it."""
        return may(self.role, action)

    def today(self) -> date:
        """Return the day it is in China."""
        return today(self.clock)

    def close(self) -> None:
        """Close the vault."""
        self.vault.close()
