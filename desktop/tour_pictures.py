"""The tour's pictures: each screen in every look, wide and small, and judged by eye and ear while it stands there."""

from __future__ import annotations

from pathlib import Path

from desktop.looks import Shown
from desktop.puppet import Puppet

WIDE, SMALL, TALL = (1366, 768), (1024, 600), (1024, 2400)


class Pictures:
    """Called with an app and a name it saves that screen; ``taken`` are the files, ``faults`` what was found wrong."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self.taken: list[Path] = []
        self.faults: list[str] = []

    def __call__(self, app: Puppet, name: str, at: str = "") -> None:
        """Save a screen in every look and both sizes, with ``at`` in sight. It stands light and wide afterwards."""
        for shown in Shown:
            app.ask("look", shown=shown.value)
            for size, mark in ((WIDE, ""), (SMALL, "_1024")):
                self._stand(app, size, at)
                path = self._out / f"{name}{mark}_{shown.value}.png"
                app.grab(path)
                self.taken.append(path)
                self._judge(app, path.stem, listen=shown is Shown.LIGHT)
            if shown is Shown.LARGE:
                # What stands further down than a small screen shows is judged as well.
                self._stand(app, TALL, "")
                self._judge(app, f"{name}_tall_{shown.value}")
        app.ask("look", shown=Shown.LIGHT.value)
        self._stand(app, WIDE, at)

    def _stand(self, app: Puppet, size: tuple[int, int], at: str) -> None:
        app.ask("resize", width=size[0], height=size[1])
        if at:
            app.ask("focus", name=at)

    def _judge(self, app: Puppet, stem: str, *, listen: bool = False) -> None:
        self.faults += [f"{stem}: {fault}" for fault in app.ask("judge", listen=listen)]
