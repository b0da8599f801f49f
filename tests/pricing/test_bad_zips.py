"""Zip files: broken, too large, or with names that lead elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from costplane.pricing.importers import parts, read_price_sheet
from tests.pricing.agreement_sheets import EA
from tests.pricing.conftest import Refused
from tests.pricing.sheet_formats import FORMATS, Sheets, csv_of, elsewhere

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize("cut", [0.2, 0.6, 0.99])
def test_a_zip_that_is_cut(refused: Refused, tmp_path: Path, form: Sheets, cut: float) -> None:
    path = zipped(tmp_path, one=form.write([form.row]))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    assert "sheet.zip: the zip data is damaged" in refused(path).message


def test_one_bad_file_of_a_zip(refused: Refused, tmp_path: Path, form: Sheets) -> None:
    bad = form.write([elsewhere(form, **{form.price: "-1"})])
    path = zipped(tmp_path, one=form.write([form.row]), two=bad)
    assert f"\n  two line {form.second - 1}, price: " in refused(path).message


def zipped(folder: Path, **members: str) -> Path:
    path = folder / "sheet.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        for name, text in members.items():
            packed.writestr(name, text)
    return path


def test_a_zip_that_unpacks_to_gigabytes(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_LIMIT", 1 << 20)
    for members in ({"one": " " * (1 << 21)}, {"one": " " * (1 << 19), "two": " " * (1 << 20)}):
        path = zipped(tmp_path, **members)
        assert path.stat().st_size < 10_000
        assert refused(path).code == "PayloadTooLarge"


def test_a_zip_that_lies_about_its_size(refused: Refused, tmp_path: Path) -> None:
    path = zipped(tmp_path, one=csv_of([EA] * 100))
    content = path.read_bytes()
    size = len(csv_of([EA] * 100)).to_bytes(4, "little")
    assert content.count(size) == 2
    path.write_bytes(content.replace(size, (1_000).to_bytes(4, "little")))
    assert "the zip data is damaged" in refused(path).message


def test_names_in_a_zip_lead_nowhere(tmp_path: Path) -> None:
    """Folders are fine; nothing is written, wherever a name leads; what a desktop adds is no
    sheet."""
    members = {
        "../../outside.csv": csv_of([EA]),
        "/tmp/absolute.csv": csv_of([elsewhere(FORMATS["EA sheet"])]),
        "sheets/": "",
        "__MACOSX/sheets/._a.csv": "\0\5\x16\7",
        "sheets/.DS_Store": "\0Bud1",
    }
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    sheet = read_price_sheet(zipped(folder, **members), imported_at=NOW).sheet
    assert len(sheet.rows) == 2
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "b", "sheet.zip"]
