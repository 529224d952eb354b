"""The sockets that LibreOffice makes for its pipes, which it leaves lying when it is killed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat

__all__ = ["keep_private", "remove_sockets"]

FOLDER = "/tmp"  # noqa: S108  # LibreOffice's choice, on all Unix systems


def _path(name: str) -> str:
    return os.path.join(FOLDER, f"OSL_PIPE_{os.getuid()}_{name}")


def keep_private(pipe: str) -> None:
    """Only this user may connect, whatever the umask was when LibreOffice made the socket."""
    if os.name == "posix":
        with contextlib.suppress(OSError):  # another LibreOffice may put it elsewhere
            os.chmod(_path(pipe), stat.S_IRWXU)


def remove_sockets(pipe: str, profile: str) -> None:
    """Removes the sockets of a LibreOffice that has ended, by its pipe and the URL of its profile."""
    if os.name != "posix":
        return
    digest = hashlib.md5(profile.encode("utf-16-le")).digest()  # noqa: S324  # LibreOffice's way to a name
    single = "".join(f"{byte:x}" for byte in digest)  # spelled as LibreOffice does, without leading zeros
    for name in (pipe, f"SingleOfficeIPC_{single}"):
        with contextlib.suppress(OSError):  # it removes them itself when it ends in good order
            os.unlink(_path(name))
