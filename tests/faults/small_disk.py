"""A disk that is small and can be filled to the last byte: a tmpfs of its own, with a file that takes what is free."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_STEP = 1 << 16


class SmallDisk:
    """A mounted folder; `leave` sets how many bytes of it are free."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        folder.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            pytest.skip("only root can mount a small disk; the limit on file sizes below needs nobody")

    def leave(self, free: int) -> None:
        """Let at most `free` bytes be free, rounded down to whole pages."""
        self.clear()
        take = shutil.disk_usage(self.folder).free - free
        if take > 0:
            with (self.folder / "ballast").open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, take)

    def clear(self) -> None:
        """Free what was taken."""
        (self.folder / "ballast").unlink(missing_ok=True)

    def close(self) -> None:
        """Take the disk away."""
        subprocess.run(["umount", "-l", str(self.folder)], check=True)
