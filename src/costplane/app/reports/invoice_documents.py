"""Invoices as files: the whole document, every amount with all its digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from costplane.app.billing.invoicing import Invoicing
from costplane.app.reports.worker import Make
from costplane.core.exact_json import json_text
from costplane.core.report import Report, ReportFile

INVOICE_DOCUMENT = "invoice-document"


def invoice_documents(invoicing: Invoicing, now: Callable[[], datetime]) -> Mapping[str, Make]:
    """The kind of report that writes the invoice of the number in its request."""

    def write(report: Report, folder: Path, _: Callable[[], None]) -> list[ReportFile]:
        invoice = invoicing.invoice(str(report.request["number"]), now())
        text = json_text(invoice)
        path = folder / f"{invoice.number}.json"
        path.write_bytes(text)
        return [ReportFile(path.name, len(text), len(invoice.lines))]

    return {INVOICE_DOCUMENT: write}
