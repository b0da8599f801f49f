"""Use case: a person is erased from wherever Costplane keeps a name (billing-rules 30).

Sums stay as they are, to the last digit: what the person's calls cost stands under a pseudonym of
which nobody knows whose it was. It is remembered first, by a keyed hash, in one transaction with
its note in the audit log; then names are replaced, place after place. A stop at any point leaves
names that are found by the hash: whoever writes next, or asks again, ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from costplane.access.audit import AuditAction, AuditEntry
from costplane.app.erasing.ledger_names import TABLES, LedgerNames
from costplane.app.erasing.names import ErasedNames
from costplane.app.erasing.other_texts import document_without, event_without, look_without
from costplane.app.erasing.ports import ErasureStore
from costplane.core.erased_person import ErasedPerson
from costplane.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing came to: events that named the person, and other texts (events held back, looks
    in the audit log, filters) that did. `sessions` were erased with it. `elsewhere` are rows by
    column that have the name inside of tags or ids, which stay as they were sent."""

    events: int
    texts: int
    sessions: int
    elsewhere: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Erasing:
    """Erases persons. The caller is the ledger's one writer."""

    names: LedgerNames
    store: ErasureStore
    key: Callable[[], bytes]
    now: Callable[[], datetime]

    def erase(self, user: str, who: str, *, sessions: bool) -> Erasure:
        """Erase a user, and its sessions if asked. A second time changes nothing."""
        if not user.strip():
            raise InvalidInput("name the user to erase", target="user")
        known = ErasedNames(self.key(), ())
        now = self.now()
        person = ErasedPerson("User", known.digest("User", user), sessions, now)
        theirs = self._sessions(person) if sessions else set()
        # Filters tell sessions in lower case, however they were sent.
        spellings = theirs.union(session.lower() for session in theirs)
        digests = sorted(known.digest("Session", session) for session in spellings)
        further = [ErasedPerson("Session", digest, False, now) for digest in digests]
        words = "a user with its sessions" if sessions else "a user"
        self.store.begin([person, *further], self._entry(who, "ErasureBegun", words))
        events, texts = self.complete(who)
        return Erasure(events, texts, len(theirs), self.names.elsewhere(user))

    def complete_begun(self, who: str) -> None:
        """End what a stop left begun, if anything."""
        if not all(person.finished for person in self.store.all()):
            self.complete(who)

    def complete(self, who: str) -> tuple[int, int]:
        """End what was begun: no name of an erased person stands anywhere. The number of events
        and of other texts that changed."""
        persons = self.store.all()
        if not persons:
            return 0, 0
        names = ErasedNames(self.key(), persons)
        events = self.names.replace(names)
        texts = self.store.rewrite(
            partial(event_without, names=names), partial(look_without, names=names)
        ) + self.store.rewrite_kept(partial(document_without, names=names))
        if events or texts or not all(person.finished for person in persons):
            for table in TABLES:
                self.names.ledger.forget_former(table)
            self.store.shred()
            self.store.finish(self._entry(who, "PersonErased", "its names stand nowhere"))
        return events, texts

    def _sessions(self, person: ErasedPerson) -> set[str]:
        """Those that still stand under their names."""
        names = ErasedNames(self.key(), [person])
        return {s for s in self.names.sessions_of(names) if names.always("Session", s) != s}

    def _entry(self, who: str, action: AuditAction, words: str) -> AuditEntry:
        return AuditEntry(self.now(), who, action, words)
