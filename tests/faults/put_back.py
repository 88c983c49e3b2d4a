"""A laptop's vault put back from an old copy behind our back, k things ago for every k: noticed, and nothing lost."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from models.clock import Clock
from models.ids import Ids
from sync.client.http import Refused
from tests.faults.result import Result
from tests.laptops import World
from tests.verify import breaches


def put_back(size: int, seed: int) -> Result:
    """Keep a copy before each of ``size`` things a laptop writes, then go on from each copy, the newest first.

    Every second copy is given the mark that lies beside a vault, and must begin a new epoch without being taken for a
    fork; every other has none, and must be noticed at the first thing it writes. ``seed`` is not needed.
    """
    del seed
    result = Result("put-back", size)
    with tempfile.TemporaryDirectory(prefix="heard-put-back-") as name:
        folder = Path(name)
        world = World(folder, Clock(), Ids())
        sarah = world.child("1001")
        amy = world.laptop("amy", c1001="social_worker")
        card = amy.begin("this_is_me", sarah, helps_me="Biscuit").record_id
        amy.sync()
        copies = []
        for number in range(size):
            copies.append(folder / f"copy {number}")
            shutil.copytree(amy.folder, copies[-1])
            amy.edit(card, helps_me=f"Biscuit amy~{number}")
            amy.sync()
        last = amy.casebook.exchange.last_op_no()
        epoch = amy.casebook.me.device_epoch
        for number, kept in reversed(list(enumerate(copies))):
            old = world.copy(amy, f"old {number}", kept)
            has_mark = number % 2 == 0
            if has_mark:
                epoch += 1
                if not old.casebook.begin_epoch_above(epoch - 1, last):
                    result.undetected += 1
                    result.what.append(f"{size - number} ago: the mark was not heeded")
            was_forked = _forked(world)
            old.edit(card, my_hopes=f"old~{number}")
            try:
                old.sync()
                is_noticed = _forked(world)
            except Refused as error:
                is_noticed = error.code == "device_forked"
            result.faults_fired += 1
            if has_mark and not was_forked and _forked(world):
                result.what.append(f"{size - number} ago: an own restore was taken for a copy")
            if not has_mark and not is_noticed:
                result.undetected += 1
                result.what.append(f"{size - number} ago: not noticed")
            if _forked(world):
                world.join_again(old)
            old.sync()
            found = breaches([old], world.centre, world.ledger)
            result.lost += sum(one.startswith("R1") for one in found)
            result.what += found[:3]
            old.casebook.close()
            world.laptops.remove(old)
            shutil.rmtree(old.folder)
        found = breaches([], world.centre, world.ledger)
        result.lost += len(found)
        result.acknowledged = len(world.ledger.words)
        world.close()
    return result.settle(size, 2 * size)


def _forked(world: World) -> bool:
    return any(row["forked_at"] for row in world.office.devices())
