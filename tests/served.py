"""A council served over loopback from a thread, for tests that need a real line and the client that ships."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from sync.server.app import build_app_on
from sync.server.centre import Centre
from sync.wire import SPOKEN, Spoken


@contextmanager
def served(centre: Centre, speaks: Spoken = SPOKEN) -> Iterator[str]:
    """Serve an opened centre, which stays open afterwards. Yields the address."""
    config = uvicorn.Config(
        build_app_on(centre, speaks), lifespan="off", log_config=None, access_log=False, ws="none", loop="asyncio"
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as ear:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [ear]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{ear.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()
