"""Free memory as the system and a process's control groups say it."""

import pytest

from causattn.base import free_gb, memory


@pytest.fixture
def system(tmp_path, monkeypatch):
    machine = tmp_path / "meminfo"
    machine.write_text("MemTotal: 99000000 kB\nMemAvailable: 8000000 kB\n")
    own = tmp_path / "own"
    own.write_text("0::/user/job\n")
    (tmp_path / "groups" / "user" / "job").mkdir(parents=True)
    for name, path in (("_MEMINFO", machine), ("_OWN", own), ("_GROUP", tmp_path / "groups")):
        monkeypatch.setattr(memory, name, path)
    return tmp_path / "groups"


def limit(group, most, used, **stat):
    (group / "memory.max").write_text(f"{most}\n")
    (group / "memory.current").write_text(f"{used}\n")
    (group / "memory.stat").write_text("".join(f"{k} {v}\n" for k, v in stat.items()))


def test_without_a_limit_the_machine_decides(system):
    assert free_gb() == pytest.approx(8.192)
    limit(system, "max", 10**9)
    assert free_gb() == pytest.approx(8.192)


def test_files_that_were_read_count_as_free(system):
    limit(system, 4 * 10**9, 3 * 10**9)
    assert free_gb() == pytest.approx(1)
    limit(system, 4 * 10**9, 3 * 10**9, anon=10**9, inactive_file=10**9, active_file=5 * 10**8)
    assert free_gb() == pytest.approx(2.5)


def test_the_smallest_of_the_groups_above_counts(system):
    limit(system, 6 * 10**9, 0)
    limit(system / "user", 2 * 10**9, 10**9)
    limit(system / "user" / "job", 3 * 10**9, 10**9)
    assert free_gb() == pytest.approx(1)


def test_a_system_that_says_nothing(system, monkeypatch):
    monkeypatch.setattr(memory, "_MEMINFO", system / "absent")
    monkeypatch.setattr(memory, "_OWN", system / "absent")
    assert free_gb() is None
