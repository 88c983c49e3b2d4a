"""PostgreSQL ended at once and started again in mid-push (C12): what laptops were told is sent is there, once."""

from __future__ import annotations

import random
import time

from tests.faults.postgres_laptops import laptops_at_work
from tests.faults.result import Result
from tests.postgres import NotInstalled, running_cluster


def postgres_restart(size: int, seed: int) -> Result:
    """Four laptops push through two servers; again and again the database ends without a checkpoint and recovers."""
    result = Result("postgres-restart", size)
    chance = random.Random(seed)
    try:
        with (
            running_cluster(fsync=True) as cluster,
            laptops_at_work(cluster.url(cluster.create_database())) as at_work,
        ):
            at_work.wait_for_answers(time.monotonic(), result)
            for _ in range(size):
                time.sleep(chance.uniform(0.0, 0.4))
                cluster.restart_immediately()
                result.faults_fired += 1
                at_work.wait_for_answers(time.monotonic(), result)
            at_work.judge(result)
    except NotInstalled as why:
        return Result.skipped("postgres-restart", str(why))
    return result.settle(size, 8 * size)
