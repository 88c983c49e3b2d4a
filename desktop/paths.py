"""Where Heard keeps what, for this worker on this laptop: never on a roaming profile, never open to others."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from desktop.files import explain
from desktop.platform import current
from desktop.platform.interface import Platform


class Paths:
    """The folders and files outside the vault. Nothing is made before it is asked for."""

    def __init__(self, platform: Platform | None = None, environment: Mapping[str, str] | None = None) -> None:
        self._platform = platform or current()
        environment = os.environ if environment is None else environment
        self.data = self._platform.data_folder(environment)
        self.logs = self._platform.log_folder(environment)
        self.run = self._platform.run_folder(environment)
        self.settings_file = self._platform.config_folder(environment) / "settings.json"
        self.usual_vault = self.data / "vault"

    def make(self, folder: Path) -> Path:
        """Make one of these folders, for this worker alone, and return it. Raises Trouble when the disk refuses."""
        try:
            self._platform.make_private_folder(folder)
        except OSError as error:
            raise explain(error, folder) from error
        return folder
