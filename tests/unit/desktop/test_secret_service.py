"""The one file that meets a real Secret Service, of its own, in a home of its own; not run where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NEEDED = ("gnome-keyring-daemon", "dbus-run-session")
MISSING = [name for name in NEEDED if shutil.which(name) is None]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not run: this machine has no {' and no '.join(MISSING)}")

# With --daemonize the daemon would outlive its session.
IN_SESSION = """
printf %s testing | gnome-keyring-daemon --unlock --components=secrets --foreground >/dev/null 2>&1 & daemon=$!
tries=0
until "$1" -c 'from keyring.backends.SecretService import Keyring; Keyring.priority' 2>/dev/null
do tries=$((tries + 1)); [ $tries -gt 50 ] && break; sleep 0.1; done
"$@"; status=$?; kill $daemon; wait $daemon 2>/dev/null; exit $status
"""

CHILD = """
import sys
from pathlib import Path
from desktop import vault_errors
from desktop.kdf import KdfCost, KdfPolicy
from desktop.vault import OsKeyring, Vault

policy = KdfPolicy(KdfCost(8192, 1, 1), KdfCost(65536, 4, 4), 16384, 0.0, 60.0)
folder, first, second = Path(sys.argv[1]), "wobbly marmalade lantern otter", "gravel trumpet pickle sundial"
assert OsKeyring().is_there(), "the Secret Service did not start"
made = Vault(folder, policy=policy).create(first, created_with="1")
assert made.facts.has_device_secret
assert Vault(folder, policy=policy).unlock(first).key == made.key
assert Vault(folder, policy=policy).change_passphrase(first, second).has_device_secret
assert Vault(folder, policy=policy).unlock(second).key == made.key

import keyring
import json
slots = json.loads((folder / "vault.head").read_bytes())["slots"]
(name,) = [slot["secret_name"] for slot in slots if slot["secret_name"]]
keyring.delete_password("Heard", name)
try:
    Vault(folder, policy=policy).unlock(second)
except vault_errors.KeyringGone:
    pass
else:
    raise AssertionError("the vault opened without the laptop's half")
opened = Vault(folder, policy=policy).unlock_with_recovery(made.recovery_code)
assert opened.key == made.key
assert Vault(folder, policy=policy).set_passphrase(opened.key, first).has_device_secret
assert Vault(folder, policy=policy).unlock(first).key == made.key
print("done")
"""


def test_a_vault_is_made_opened_changed_and_recovered_with_a_real_secret_service(tmp_path: Path) -> None:
    for name in ("home", "run"):
        (tmp_path / name).mkdir(mode=0o700)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environment.pop("PYTHON_KEYRING_BACKEND")
    environment |= {"HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(tmp_path / "run"), "PYTHONPATH": str(ROOT)}
    command = [
        "dbus-run-session",
        "--",
        "sh",
        "-c",
        IN_SESSION,
        "sh",
        sys.executable,
        "-c",
        CHILD,
        str(tmp_path / "vault"),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
