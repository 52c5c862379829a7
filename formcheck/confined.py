"""Locks the doors of a process: no network, no more than so much memory, and no threads that only wait.

A network namespace can only be left by a process of one thread, so this is called, and this module imported,
before numpy starts its own. Where the system has no such thing (macOS, Windows, some containers), Python
itself refuses every connection, and MediaPipe's metrics are kept home by the landmarker as everywhere.
Processes started later inherit namespace and limit.
"""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000  # of unshare(2)
METRICS = "FORMCHECK_MEDIAPIPE_METRICS"  # whoever allows MediaPipe to send its metrics allows it a network
THRIFT = {
    "MALLOC_ARENA_MAX": "1",  # glibc's heaps, one a thread else, keep 250 MB more of what is freed
    "OPENCV_FOR_THREADS_NUM": "1",  # those of OpenCV, MediaPipe's too, spin while they wait: a tenth more
}
"""What a process that runs the model has in its environment."""
OUTWARD = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind")
NO_NETWORK = "An analysis has no network."


def leave_network() -> None:
    """Give this process an empty network, where the system can; refuse it in any case."""
    if os.environ.get(METRICS) == "allow":
        return
    sys.addaudithook(_refuse)
    if sys.platform == "linux":
        user, group = os.getuid(), os.getgid()
        system = ctypes.CDLL(None, use_errno=True)
        if system.unshare(NEW_USER | NEW_NETWORK) == 0:
            with suppress(OSError):  # then files it makes belong to the same user all the same
                _stay(user, group)


def _stay(user: int, group: int) -> None:
    """Be the same user in the new namespace."""
    lines = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
    for name, line in lines.items():
        Path(f"/proc/self/{name}").write_text(line, encoding="ascii")


def _refuse(event: str, _: object) -> None:
    if event in OUTWARD:
        raise PermissionError(NO_NETWORK)


def limit_memory(most_mb: int) -> None:
    """Let this process and each of its children allocate so much; more ends in a MemoryError or a crash."""
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = most_mb * 2**20
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
