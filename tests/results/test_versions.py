"""What a result says about the source and the libraries it came from."""

import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from causattn.results import commits_since, source_commit, versions

versions_module = import_module("causattn.results.versions")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one commit that holds the source."""
    source = tmp_path / "package" / "results" / "source.py"
    source.parent.mkdir(parents=True)
    source.write_text("one")
    (tmp_path / ".gitignore").write_text("installed\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    named = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    git(tmp_path, *named, "commit", "--quiet", "--message", "first")
    monkeypatch.setattr(versions_module, "_THIS", source)
    return tmp_path


def test_commits_since_count_what_is_measured_alone(checkout):
    first = source_commit()
    assert commits_since(first, "package") == 0
    named = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for place in ("package/results/source.py", ".gitignore", "package/new.py"):
        (checkout / place).write_text("changed")
        git(checkout, "add", ".")
        git(checkout, *named, "commit", "--quiet", "--message", "next")
    assert commits_since(first, "package") == 2
    assert commits_since(first, "package", ".gitignore") == 3
    assert commits_since("123456789abc", "package") is None


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_commit_of_the_source(checkout):
    head = git(checkout, "rev-parse", "HEAD")
    assert source_commit() == source_commit("package") == head[:12]


def test_commit_says_where_what_is_measured_has_changed(checkout):
    (checkout / "package" / "new.py").write_text("two")
    assert source_commit("package").endswith(", changed")
    assert source_commit("package/results", ".gitignore") == source_commit()
    assert "changed" not in source_commit()


def test_no_commit_of_another_projects_checkout(checkout, monkeypatch):
    installed = checkout / "installed" / "source.py"
    installed.parent.mkdir()
    installed.write_text("one")
    monkeypatch.setattr(versions_module, "_THIS", installed)
    assert source_commit("package") is None


def test_no_commit_without_git(checkout, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert source_commit() is None


def test_no_commit_outside_a_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(versions_module, "_THIS", tmp_path / "source.py")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert source_commit() is None


def test_versions_name_what_results_depend_on():
    found = versions()
    assert {"python", "causattn", "dowhy", "numpy", "torch"} <= set(found)
    assert all(found.values())
