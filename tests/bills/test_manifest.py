"""Folders of exports are what their manifest says, or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from costplane.bills.manifest import files_of
from costplane.errors import UnreadableFile


def export(folder: Path, *blobs: dict[str, Any]) -> Path:
    (folder / "part_0.csv").write_text("a,b\n")
    (folder / "part_1.csv").write_text("a,b\n1,2\n")
    told = {"manifestVersion": "2024-04-01", "blobs": list(blobs), "exportConfig": {"type": "x"}}
    (folder / "manifest.json").write_text(json.dumps(told))
    return folder


def test_the_files_are_those_that_the_manifest_names(tmp_path: Path) -> None:
    parts = (
        {"blobName": "exports/daily/20261101/part_1.csv", "byteCount": 8},
        {"blobName": "part_0.csv"},
    )
    folder = export(tmp_path, *parts)
    expected = [folder / "part_1.csv", folder / "part_0.csv"]
    assert files_of([folder]) == files_of([folder / "manifest.json"]) == expected
    assert files_of([folder / "part_0.csv"]) == [folder / "part_0.csv"]


@pytest.mark.parametrize(
    ("blob", "told"),
    [
        ({"blobName": "part_2.csv"}, "the file part_2.csv that it names is missing"),
        ({"blobName": "part_1.csv", "byteCount": 9}, "part_1.csv has 8 bytes, but it names 9"),
        ({"blobName": "../../secret.csv"}, "the file secret.csv that it names is missing"),
        ({}, "it is no manifest of an export"),
    ],
)
def test_a_folder_that_is_not_whole_is_refused(
    tmp_path: Path, blob: dict[str, Any], told: str
) -> None:
    with pytest.raises(UnreadableFile, match=told):
        files_of([export(tmp_path, blob)])


def test_a_folder_needs_a_manifest(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"has no manifest\.json; name its files"):
        files_of([tmp_path])
