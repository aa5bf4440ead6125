"""The benchmark of scale runs, in small."""

import pytest


@pytest.mark.slow
def test_both_corpora_give_the_same_sums(in_small):
    rows, page = in_small("attention_scale")
    sums = {(row["corpus"], row["documents"]): row["checksum"] for row in rows}
    for documents in (200, 400):
        assert sums["streamed", documents] == sums["file", documents]
    assert "| on disk | 400 |" in page
