"""A real OpenSSH server on 127.0.0.1 with files of its own, and OpenSSH's own client for it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
SFTP = shutil.which("sftp")


class SshServer:
    """sshd in the foreground, with a fresh host key, for one user and one key; SFTP alone."""

    def __init__(self, home: Path) -> None:
        self.home = home
        for folder in ("out", "in"):
            (home / "files" / folder).mkdir(parents=True)
        self.host_key = _key(home / "host")
        _key(home / "user")
        (home / "authorized").write_text((home / "user.pub").read_text())
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        (home / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {home / 'host'}\n"
            f"AuthorizedKeysFile {home / 'authorized'}\nPasswordAuthentication no\n"
            f"KbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\nPidFile none\n"
            f"PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n"
            f"ForceCommand internal-sftp\n"
        )

    def __enter__(self) -> Self:
        Path("/run/sshd").mkdir(exist_ok=True)
        self._process = subprocess.Popen([SSHD, "-D", "-f", self.home / "config"])
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return self
        raise AssertionError("sshd did not start")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(5)

    def path(self, folder: str) -> str:
        return str(self.home / "files" / folder)

    def sftp(self, commands: list[str], trusted: list[str]) -> bool:
        """Run a batch of SFTP commands, trusting the host keys that are given and no others."""
        known = self.home / "known"
        known.write_text("".join(f"[127.0.0.1]:{self.port} {key}\n" for key in trusted))
        options = [
            "BatchMode=yes", "StrictHostKeyChecking=yes", f"UserKnownHostsFile={known}",
            "GlobalKnownHostsFile=/dev/null", "IdentitiesOnly=yes",
        ]  # fmt: skip
        flags = [part for option in options for part in ("-o", option)]
        done = subprocess.run(
            [
                SFTP, "-F", "/dev/null", *flags, "-i", self.home / "user", "-P", str(self.port),
                "-b", "-", "127.0.0.1",
            ],
            input="\n".join(commands).encode(), capture_output=True, check=False, timeout=30,
        )  # fmt: skip
        return done.returncode == 0


def _key(path: Path) -> str:
    """Make a key pair; its public half without the comment."""
    command = ["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", path]
    subprocess.run(command, check=True)
    return " ".join(path.with_suffix(".pub").read_text().split()[:2])
