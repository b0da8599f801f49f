"""Rules of the house that no linter knows; docstrings and annotations are ruff's and mypy's."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environment.sources import ROOT, project_files, python_sources

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MONEY = ("core", "pricing", "rating", "ledger")
VAGUE = {"process", "handle", "handler", "manager", "utils", "util", "helper", "helpers", "misc"}
NAMED_BY_LIBRARIES = {"get_route_handler", "handle", "process_bind_param", "process_result_value"}
# Put together here, so that this file does not hold what it looks for.
ELSEWHERE = re.compile(r"(?<![\w.-])/(?:{}|{})/|\.\./shared\b".format("work", "opt/wheels"))

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def definitions(path: Path) -> Iterator[Definition]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, Definition))


def words(name: str) -> set[str]:
    """`PriceSheetManager` and `price_sheet_manager` are both {price, sheet, manager}."""
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


def test_layers_and_the_homes_of_outside_libraries() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_file_has_one_subject() -> None:
    lengths = {relative(path): len(path.read_text().splitlines()) for path in python_sources()}
    assert lengths, "the sources were not found"
    assert {path: n for path, n in lengths.items() if n > LONGEST_FILE} == {}


def test_a_function_does_one_thing() -> None:
    # Without its head: the options of a command are many, but are no steps.
    long = {
        f"{relative(path)}:{node.lineno} {node.name}": (node.end_lineno or 0)
        - node.body[0].lineno
        + 1
        for path in python_sources()
        for node in definitions(path)
        if not isinstance(node, ast.ClassDef)
    }
    assert {place: n for place, n in long.items() if n > LONGEST_FUNCTION} == {}


def test_names_say_what_things_are() -> None:
    names = [(relative(path), path.stem) for path in python_sources()]
    names += [
        (relative(path), node.name) for path in python_sources() for node in definitions(path)
    ]
    vague = [(path, name) for path, name in names if words(name) & VAGUE]
    assert [(path, name) for path, name in vague if name not in NAMED_BY_LIBRARIES] == []


@pytest.mark.parametrize("package", MONEY)
def test_money_is_never_a_float(package: str) -> None:
    folder = ROOT / "src/costplane" / package
    found = [
        f"{relative(path)}:{node.lineno}"
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.expr) and is_float(node)
    ]
    assert found == []


def is_float(node: ast.expr) -> bool:
    """A float literal, a call of float(), or a column type of floats."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        return called == "float" or called.endswith((".float32", ".float64"))
    return False


def test_the_project_stands_alone() -> None:
    found = []
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{relative(path)}: {match[0]}" for match in ELSEWHERE.finditer(text)]
    assert found == []


def test_locks_name_packages_and_no_addresses() -> None:
    locks = sorted((ROOT / "requirements").glob("*.lock"))
    assert [path.name for path in locks] == ["bench.lock", "dev.lock", "runtime.lock"]
    for lock in locks:
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert not re.search(r"://|index-url|find-links", text), lock.name


def test_the_lock_of_the_page_serves_every_platform() -> None:
    """npm drops the binaries of other platforms from a lock that it writes beside node_modules."""
    text = (ROOT / "web/package-lock.json").read_text(encoding="utf-8")
    packages: dict[str, dict[str, dict[str, str]]] = json.loads(text)["packages"]
    present = {path.rpartition("node_modules/")[2] for path in packages}
    wanted = {name for entry in packages.values() for name in entry.get("optionalDependencies", {})}
    assert wanted, "the page's tools have binaries for each platform"
    assert wanted - present == set()
    assert '"resolved"' not in text
