"""What an action changed: returned by every service that writes, so that views refresh from it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Changes:
    """The kinds of record and the people an action touched, and the batch that can be undone.

    `topics` holds record-kind keys and the words `conflict`, `package`, `peer`, `review`,
    `setting`. `people` is empty when more than a few hundred were touched: reload everything.
    """

    batch: str = ""
    topics: frozenset[str] = frozenset()
    people: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: "Changes") -> "Changes":
        """Join two changes, keeping the later batch."""
        return Changes(other.batch or self.batch, self.topics | other.topics, self.people | other.people)

    def touches(self, *topics: str) -> bool:
        """True if any of `topics` changed."""
        return not self.topics.isdisjoint(topics)


NOTHING_CHANGED = Changes()
