"""How many processor threads are worth starting here.

What the machine has is not what this process may use: a container's quota (cgroup v1 and v2) and
an affinity mask both take from it, and neither shows in ``os.cpu_count()``.
"""

import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
_OWN_CGROUP = Path("/proc/self/cgroup")
# Turns that a waiting OpenMP thread spins before it sleeps. Measured on two cores: 1,000 trains as
# fast as the library's own 300,000 on an idle machine, and no slower beside a busy process.
_SPINS = "1000"


def limit_spinning() -> None:
    """Let waiting threads sleep soon, so that a busy machine is not slowed by their waiting.

    OpenMP reads this once, when it is loaded: call it before torch is imported. A value that the
    user set stays.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)


def usable_threads() -> int:
    """Threads that this process can run at the same time, at least 1.

    The smallest of the affinity mask, the container's quota in whole cores, and
    ``OMP_NUM_THREADS`` where it is set.
    """
    limits = [float(_affinity())]
    quota = cgroup_quota()
    if quota is not None:
        limits.append(quota)
    wanted = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
    if wanted.isdigit() and int(wanted) > 0:
        limits.append(float(wanted))
    return max(1, int(min(limits)))


def cgroup_quota(root: Path = _CGROUP, own: Path = _OWN_CGROUP) -> float | None:
    """Processor time a second that control groups allow, in cores; None without a limit.

    Every group from this process's own up to the root can set one, and the smallest counts.

    Args:
        root: where control groups are mounted.
        own: lists the groups of this process.
    """
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    quotas: list[float] = []
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if controllers and "cpu" not in controllers.split(","):
            continue
        # In a container the mount often shows the group itself as its root, so the root counts too.
        for base in [root] if not controllers else [root / controllers, root / "cpu"]:
            for folder in _upwards(base, group):
                quota = _quota_v2(folder) if not controllers else _quota_v1(folder)
                if quota is not None:
                    quotas.append(quota)
    return min(quotas, default=None)


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _upwards(base: Path, group: str) -> list[Path]:
    """The folder of a group and those of all groups above it."""
    parts = [part for part in group.split("/") if part not in ("", "..")]
    return [base.joinpath(*parts[:depth]) for depth in range(len(parts), -1, -1)]


def _quota_v2(folder: Path) -> float | None:
    words = _words(folder / "cpu.max")
    if len(words) != 2 or words[0] == "max":
        return None
    return _ratio(*words)


def _quota_v1(folder: Path) -> float | None:
    quota, period = _words(folder / "cpu.cfs_quota_us"), _words(folder / "cpu.cfs_period_us")
    return _ratio(quota[0], period[0]) if len(quota) == len(period) == 1 else None


def _ratio(quota: str, period: str) -> float | None:
    try:
        cores = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):
        return None
    return cores if cores > 0 else None  # -1 says that there is no limit


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split()
    except OSError:
        return []
