"""What this process may use of the machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from biometry_cli.cores import cgroup_quota, usable_threads


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("limit", "cores"), [("100000 100000", 1.0), ("50000 100000", 0.5), ("max 100000", None)]
)
def test_a_quota_of_cgroup_v2(tmp_path: Path, limit: str, cores: float | None) -> None:
    own = write(tmp_path / "own", "0::/docker/abc\n")
    write(tmp_path / "fs" / "docker" / "abc" / "cpu.max", f"{limit}\n")
    assert cgroup_quota(tmp_path / "fs", own) == cores


def test_the_smallest_quota_on_the_way_up_counts(tmp_path: Path) -> None:
    own = write(tmp_path / "own", "0::/slice/unit\n")
    write(tmp_path / "fs" / "slice" / "unit" / "cpu.max", "300000 100000")
    write(tmp_path / "fs" / "slice" / "cpu.max", "150000 100000")
    assert cgroup_quota(tmp_path / "fs", own) == 1.5


def test_a_container_sees_its_own_group_as_the_root(tmp_path: Path) -> None:
    own = write(tmp_path / "own", "0::/\n")
    write(tmp_path / "fs" / "cpu.max", "200000 100000")
    assert cgroup_quota(tmp_path / "fs", own) == 2.0


@pytest.mark.parametrize(("quota", "cores"), [("150000", 1.5), ("-1", None)])
def test_a_quota_of_cgroup_v1(tmp_path: Path, quota: str, cores: float | None) -> None:
    own = write(tmp_path / "own", "5:memory:/job\n4:cpu,cpuacct:/job\n")
    folder = tmp_path / "fs" / "cpu,cpuacct" / "job"
    write(folder / "cpu.cfs_quota_us", quota)
    write(folder / "cpu.cfs_period_us", "100000")
    assert cgroup_quota(tmp_path / "fs", own) == cores


def test_no_groups_at_all_are_no_limit(tmp_path: Path) -> None:
    assert cgroup_quota(tmp_path / "fs", tmp_path / "absent") is None
    own = write(tmp_path / "own", "0::/a\nnonsense\n")
    write(tmp_path / "fs" / "a" / "cpu.max", "a lot")
    assert cgroup_quota(tmp_path / "fs", own) is None


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_the_affinity_of_a_process_limits_its_threads() -> None:
    script = (
        "import os\n"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from biometry_cli.cores import usable_threads\n"
        "print(usable_threads())\n"
    )
    clean = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=clean, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"


def test_what_the_user_asks_of_openmp_limits_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1,4")
    assert usable_threads() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert usable_threads() >= 1
