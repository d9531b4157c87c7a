"""A station: the open vault with the clock, the ids and the user that services need."""

from dataclasses import dataclass
from datetime import date

from desktop.domain.clock import Clock, today
from desktop.domain.ids import IdMaker
from desktop.store.vault import Vault


@dataclass(slots=True)
class Station:
    """What every service takes first. One vault, one user, one thread at a time."""

    vault: Vault
    clock: Clock
    ids: IdMaker
    user: str
    role: str

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
        """True at a street, False at a community."""
        return self.vault.identity.kind == "street"

    @property
    def is_practice(self) -> bool:
        """True for a practice register with invented people."""
        return self.vault.identity.practice

    def today(self) -> date:
        """Return the day it is in China."""
        return today(self.clock)

    def close(self) -> None:
        """Close the vault."""
        self.vault.close()
