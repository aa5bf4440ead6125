"""An experiment in small, as a person does it: ``causattn reproduce PATH --short``."""

from pathlib import Path

import pytest

from causattn.cli import main
from causattn.reproduction import read_record

EXPERIMENTS = Path(__file__).resolve().parents[2] / "experiments"


@pytest.fixture(scope="session")
def in_small(tmp_path_factory):
    """Return a function from an experiment and more settings to its rows and its page."""

    def do(name, *given):
        place = tmp_path_factory.mktemp(name)
        own = ["--results", str(place / name), f"paths.cache={place}/cache"]
        assert main(["reproduce", str(EXPERIMENTS / name), "--short", *own, *given]) == 0
        record, rows = read_record(place / name)
        page = (place / name / "README.md").read_text()
        assert page.startswith(f"# {record.title} (short version)\n")
        assert str(place) not in page
        for picture in record.findings.pictures.values():
            assert picture.read_bytes().startswith(b"\x89PNG")
            assert f"({picture.name})" in page
        return rows, page

    return do
