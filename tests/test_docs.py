"""The documentation is true: its commands run, its Python runs, its links lead somewhere.

In a block of `console` or `sh`, a line that begins with `$ ` and calls `costplane` or `curl` is
run, in the page's order, in one folder per page; the lines below it are what it prints, with `...`
for what differs from run to run. `costplane serve` and `costplane demo` go on in the background
until the page ends; their usual address in what follows means that server. Blocks of `python` run
as one program.

Where a line is nothing but one call of `costplane`, it runs in this process as its script does; on
the pages of STARTED, and where a shell has a part in it, it is started as a reader starts it.
"""

import doctest
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.cli.conftest import run_command
from tests.environment.server import running_server
from tests.environment.sources import ROOT

GUIDES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
PAGES = [*sorted(ROOT.glob("*.md")), *GUIDES[1:], ROOT / "tests/README.md"]
STARTED = {ROOT / "README.md", ROOT / "docs/first-steps.md", ROOT / "docs/command-line.md"}
ADDRESS = "http://127.0.0.1:8080"
LENIENT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
SERVING = re.compile(r"^costplane (?:serve|demo)\b")
RUN = re.compile(r"(?:^|[|;&] *)(?:\w+=\S+ )*(?:costplane|curl) ")
PLAIN = re.compile(r"costplane [^|&;<>$`*?#(){}\[\]~!\n]*")
SHOWN = {"COLUMNS": "100", "NO_COLOR": "1"}


@dataclass(frozen=True, slots=True)
class Command:
    """A command that a page shows, and what the page says it prints."""

    line: int
    text: str
    expected: str


@dataclass(frozen=True, slots=True)
class Program:
    """A block of Python that a page shows."""

    line: int
    text: str


def tokens(page: Path) -> list[Token]:
    return MarkdownIt("gfm-like", {"linkify": False}).parse(page.read_text(encoding="utf-8"))


def examples(page: Path) -> Iterator[Command | Program]:
    for token in tokens(page):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "fence" and token.info in {"console", "sh"}:
            yield from commands(line, token.content)
        elif token.type == "fence" and token.info == "python":
            yield Program(line, token.content)


def commands(line: int, block: str) -> Iterator[Command]:
    """The commands of a block; a command goes on after a backslash at the end of a line."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        found = re.match(r"(?:.*\\\n)*.*\n?", part)
        text = found[0] if found else part
        if RUN.search(text):
            yield Command(line, text.strip(), part[len(text) :])


class Reader:
    """Follows one page, in a folder of its own."""

    def __init__(self, folder: Path, servers: ExitStack, *, started: bool = True) -> None:
        self.folder = folder
        self.servers = servers
        self.started = started
        self.address = ADDRESS
        self.names: dict[str, object] = {"__name__": "page"}
        if (ROOT / "examples").is_dir():
            (folder / "examples").symlink_to(ROOT / "examples")

    def follow(self, example: Command | Program) -> None:
        text = example.text.replace(ADDRESS, self.address)
        if isinstance(example, Program):
            exec(compile(text, f"line {example.line}", "exec"), self.names)
        elif SERVING.match(text):
            self.serve(text.removesuffix("&").split()[1:])
        else:
            self.run(text, example)

    def serve(self, arguments: list[str]) -> None:
        started = running_server(self.folder, arguments[0], *arguments[1:])
        self.address = self.servers.enter_context(started).url

    def run(self, text: str, example: Command) -> None:
        line = text.replace("\\\n", " ")
        plain = PLAIN.fullmatch(line) and not self.started
        status, printed = self.call(line) if plain else self.start(text)
        assert status == 0, f"line {example.line}: {text}\n{printed}"
        if example.expected.strip():
            same = doctest.OutputChecker().check_output(example.expected, printed, LENIENT)
            assert same, f"line {example.line}: {text}\n--- prints\n{printed}"

    def call(self, line: str) -> tuple[int, str]:
        ended = run_command(self.folder / "data", tuple(shlex.split(line)[1:]))
        return ended.status, ended.out + ended.err

    def start(self, text: str) -> tuple[int, str]:
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {"PATH": programs, "COSTPLANE_DATA": str(self.folder / "data"), **SHOWN}
        done = subprocess.run(
            ["bash", "-c", text],
            cwd=self.folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_examples_do_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in SHOWN.items():
        monkeypatch.setenv(name, value)
    with ExitStack() as servers:
        reader = Reader(tmp_path, servers, started=page in STARTED)
        for example in examples(page):
            reader.follow(example)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    broken = [link for link in links(page) if not leads_somewhere(page, link)]
    assert broken == []


def links(page: Path) -> Iterator[str]:
    for token in tokens(page):
        for child in token.children or []:
            target = child.attrs.get("href") or child.attrs.get("src")
            if target and not re.match(r"[a-z]+:", str(target)):
                yield str(target)


def leads_somewhere(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not anchor or target.suffix != ".md" or anchor in anchors(target)


def anchors(page: Path) -> set[str]:
    """Names of a page's headings, as repository hosts make them."""
    stream = tokens(page)
    titles = [title.content for mark, title in pairwise(stream) if mark.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_page_can_be_reached_from_the_index() -> None:
    index = ROOT / "docs/README.md"
    reached = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    assert set(GUIDES) - reached - {index} == set()


@pytest.mark.parametrize("started", [True, False])
def test_the_reader_of_pages_notices_what_is_false(tmp_path: Path, started: bool) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ costplane --nonsense\n```\n[gone](gone.md)\n")
    [command] = examples(page)
    with ExitStack() as servers, pytest.raises(AssertionError, match="nonsense"):
        Reader(tmp_path, servers, started=started).follow(command)
    assert [link for link in links(page) if not leads_somewhere(page, link)] == ["gone.md"]
