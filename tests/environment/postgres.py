"""A real PostgreSQL for tests: a cluster per test process, emptied for each test."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.environment.parts import demand

# A test cluster is thrown away: it need not survive a power cut.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "40",
    "shared_buffers": "32MB",
}


@dataclass(frozen=True, slots=True)
class PostgresCluster:
    """A running cluster that is reached through a socket in `folder`, not over the network."""

    binaries: Path
    folder: Path

    def emptied_database(self) -> str:
        """SQLAlchemy URL of the cluster's database, in which nothing is and to which nobody is
        connected. To make one anew costs a second, and as much again to remove it."""
        address = f"postgresql://costplane@/postgres?host={self.folder}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return address.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """A cluster for this test process."""
    binaries = demand("postgres")
    # Not below pytest's folder: only its owner may enter that, and root may not run PostgreSQL.
    # A short name too: the path of a socket has at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="costplane-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, owner().pw_uid, owner().pw_gid)
        yield from started(PostgresCluster(binaries, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_cluster: PostgresCluster) -> str:
    """SQLAlchemy URL of an empty PostgreSQL database that this test has for itself."""
    return postgres_cluster.emptied_database()


def started(cluster: PostgresCluster) -> Iterator[PostgresCluster]:
    """Make the cluster, run it while it is used, and stop it."""
    data = str(cluster.folder / "data")
    run_unprivileged(
        cluster.binaries / "initdb",
        *("-D", data, "-U", "costplane", "--auth=trust", "--encoding=UTF8", "--no-locale"),
        "--no-sync",
    )
    settings = {**SETTINGS, "unix_socket_directories": str(cluster.folder)}
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    control = (cluster.binaries / "pg_ctl", "-D", data, "-w", "-t", "60")
    run_unprivileged(*control, "-l", str(cluster.folder / "log"), "-o", options, "start")
    try:
        yield cluster
    finally:
        run_unprivileged(*control, "-m", "immediate", "stop")


def run_unprivileged(program: Path, *arguments: str) -> None:
    """Run a program of PostgreSQL, as an unprivileged user if this is root."""
    command = [str(program), *arguments]
    user = owner().pw_name if os.geteuid() == 0 else None
    done = subprocess.run(
        command,
        cwd="/",
        user=user,
        group=owner().pw_gid if user else None,
        extra_groups=[] if user else None,
        # To files, not pipes: the server that pg_ctl starts would keep a pipe open.
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if arguments[-1] != "start" else subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr or b"").decode(errors="replace")
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {reason}")


def owner() -> pwd.struct_passwd:
    """Who runs PostgreSQL when the tests run as root: its own user, else nobody."""
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
