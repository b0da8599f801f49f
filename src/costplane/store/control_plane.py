"""The control plane as one thing to open: catalog, prices, settings and quarantine."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from costplane.errors import InvalidInput
from costplane.store.access import StoredAccess
from costplane.store.agreements import StoredAgreements
from costplane.store.arm_resources import StoredArmResources
from costplane.store.catalog_writer import Catalog
from costplane.store.commitments import StoredCommitments
from costplane.store.counts import StoredCounts
from costplane.store.database import Database, parse_address
from costplane.store.erasures import StoredErasures
from costplane.store.estimates import StoredEstimates
from costplane.store.identity import given_id, read_id
from costplane.store.invoices import StoredInvoices
from costplane.store.leases import StoredLeases
from costplane.store.log_segments import StoredLogSegments
from costplane.store.lots import StoredLots
from costplane.store.posting_keys import StoredPostingKeys
from costplane.store.price_sheets import PriceSheets
from costplane.store.quarantine import StoredQuarantine
from costplane.store.reports import StoredReports
from costplane.store.reratings import StoredReratings
from costplane.store.schema import upgrade
from costplane.store.secrets import StoredSecrets
from costplane.store.sessions import StoredSessions
from costplane.store.settings import StoredSettings


class ControlPlane:
    """The small, transactional part of what Costplane keeps. Threads may share one.

    `catalog` is a CatalogWriter, `prices` a PriceStore, `agreements` an AgreementStore,
    `settings` a Settings, `secrets` a Secrets, `quarantine` a Quarantine, `invoices` an
    InvoiceStore and BillingPeriods, `lots` a LotStore, `commitments` a CommitmentStore and
    `posting_keys` a PostingKeys (the ports of catalog, pricing, billing, app).
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.catalog = Catalog(database)
        self.prices = PriceSheets(database)
        self.agreements = StoredAgreements(database)
        self.settings = StoredSettings(database)
        self.quarantine = StoredQuarantine(database)
        self.estimates = StoredEstimates(database)
        self.counts = StoredCounts(database)
        self.invoices = StoredInvoices(database)
        self.lots = StoredLots(database)
        self.commitments = StoredCommitments(database)
        self.posting_keys = StoredPostingKeys(database)
        self.access = StoredAccess(database)
        self.secrets = StoredSecrets(database)
        self.sessions = StoredSessions(database)
        self.reratings = StoredReratings(database)
        self.erasures = StoredErasures(database)
        self.reports = StoredReports(database)
        self.leases = StoredLeases(database)
        self.log_segments = StoredLogSegments(database)
        self.arm = StoredArmResources(database)

    @classmethod
    def open(cls, address: str | Path, known: str | None = None) -> ControlPlane:
        """Open an SQLite file, made if missing, or a URL such as
        postgresql+psycopg://user@host/database, and bring its tables up to date.

        Raises InvalidInput for an address of another kind, or where the control plane is not the
        one with the id `known`, which is left as it is; Unavailable if the database does not
        answer or belongs to a newer Costplane.
        """
        database = Database(parse_address(address))
        try:
            if known is not None and read_id(database) != known:
                place = database.url.render_as_string(hide_password=True)
                raise InvalidInput(f"the control plane at {place} is another than {known}")
            upgrade(database)
        except BaseException:
            database.close()
            raise
        return cls(database)

    @cached_property
    def id(self) -> str:
        """What tells it from any other control plane, whatever address it is reached by."""
        return given_id(self._database)

    def close(self) -> None:
        """Give all connections back. The control plane is not used afterwards."""
        self._database.close()
