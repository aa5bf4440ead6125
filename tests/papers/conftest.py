"""Where the published data lies, for tests that need it."""

import pytest

from causattn.papers import Work


@pytest.fixture
def published(tmp_path, request):
    """Return a function from a paper to its `Work`; the test skips where its data is absent."""

    def need(paper, seed=0):
        data = request.getfixturevalue("data_folder") if paper.data else tmp_path
        missing = [file.path for file in paper.data if not (data / file.path).is_file()]
        if missing:
            pytest.skip(f"{missing[0]} is not in the folder of data sets")
        return Work(folder=tmp_path, data=data, cache=tmp_path / "cache", seed=seed)

    return need
