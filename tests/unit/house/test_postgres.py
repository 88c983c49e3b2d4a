"""The temporary PostgreSQL cluster of the tests: runs unprivileged, survives its crash, leaves nothing."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psycopg
import pytest

from tests.postgres import NotInstalled, find_programs, running_cluster

try:
    find_programs()
except NotInstalled as reason:
    pytest.skip(f"not run: {reason}", allow_module_level=True)


def test_a_cluster_runs_unprivileged_and_leaves_nothing_behind() -> None:
    with running_cluster() as cluster:
        database = cluster.create_database()
        with psycopg.connect(cluster.url(database)) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
        assert Path(f"/proc/{cluster.pid}").stat().st_uid != 0
        pid, folder = cluster.pid, cluster.folder
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_was_committed_outlives_an_immediate_end_and_a_crash() -> None:
    with running_cluster(fsync=True) as cluster:
        cluster.execute("CREATE TABLE kept (number INT)")
        cluster.execute("INSERT INTO kept VALUES (1)")
        cluster.restart_immediately()
        cluster.execute("INSERT INTO kept VALUES (2)")
        cluster.stop(signal.SIGKILL)
        cluster.start()
        assert cluster.execute("SELECT number FROM kept ORDER BY number") == [(1,), (2,)]
        assert cluster.execute("SHOW fsync") == [("on",)]
