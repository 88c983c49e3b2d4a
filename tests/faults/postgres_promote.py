"""The PostgreSQL primary killed in mid-push and its standby promoted (C12): what laptops were told is sent is there."""

from __future__ import annotations

import contextlib
import random
import shutil
import signal
import time
from urllib.parse import quote

from tests.faults.postgres_laptops import laptops_at_work
from tests.faults.result import Result
from tests.postgres import ROLE, Cluster, NotInstalled, find_programs

STANDBY = "pair"


def postgres_promote(size: int, seed: int) -> Result:
    """Kill the primary, promote its synchronous standby, build the pair anew; laptops push all the while."""
    result = Result("postgres-promote", size)
    chance = random.Random(seed)
    with contextlib.ExitStack() as ending:
        try:
            find_programs()
            primary, standby = Cluster(fsync=True), Cluster(fsync=True)
            for one in (primary, standby):
                ending.callback(one.remove)
            primary.make().start()
        except NotInstalled as why:
            return Result.skipped("postgres-promote", str(why))
        name = primary.create_database()
        hosts = quote(f"{primary.folder},{standby.folder}", safe="")
        follow(standby, primary)
        with laptops_at_work(f"postgresql://{ROLE}@/{name}?host={hosts}&target_session_attrs=read-write") as at_work:
            at_work.wait_for_answers(time.monotonic(), result)
            for _ in range(size):
                time.sleep(chance.uniform(0.0, 0.4))
                primary.stop(signal.SIGKILL)
                standby.promote()
                result.faults_fired += 1
                at_work.wait_for_answers(time.monotonic(), result)
                primary, standby = standby, primary
                shutil.rmtree(standby.data)
                follow(standby, primary)
                at_work.wait_for_answers(time.monotonic(), result)
            at_work.judge(result)
    return result.settle(size, 8 * size)


def follow(standby: Cluster, primary: Cluster) -> None:
    """Make one the standby of the other, and let the primary answer nothing from now on that the standby lacks."""
    standby.make_standby_of(primary, STANDBY)
    standby.start()
    # Only now, and after the copy: the copy must not wait for a standby of its own once it is promoted.
    primary.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
    primary.execute("SELECT pg_reload_conf()")
    last = time.monotonic() + 30
    while primary.execute("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
        assert time.monotonic() < last, primary.log() + standby.log()
        time.sleep(0.02)
