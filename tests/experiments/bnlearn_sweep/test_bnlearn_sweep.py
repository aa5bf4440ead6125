"""The sweep over published networks, in small: every run is a row, and the page compares them."""


def test_it_sweeps_and_compares(in_small):
    rows, page = in_small("bnlearn_sweep")
    assert {(row["config.discovery.kind"], row["config.seed"]) for row in rows} == {
        (kind, seed) for kind in ("pc", "ges", "empty") for seed in (0, 1)
    }
    assert all(row["status"] == "finished" for row in rows)
    assert "\n## 3 contestants on 1 data set, 6 jobs\n" in page
    assert "\n## SHD\n" in page
    assert "(means_shd.png)" in page
    assert "means_tests" not in page
    assert ".csv" not in page
