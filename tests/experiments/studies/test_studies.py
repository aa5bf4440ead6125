"""The ready studies' page is written from what the runs left."""

from experiments.studies.measure import page as written
from experiments.studies.measure import without_paths


def test_a_study_leaves_its_figures_and_its_graph(in_small):
    overrides = ["corpus.documents=300", "model.steps=20", "attention.documents=50", "effects=none"]
    rows, page = in_small("studies", f"overrides=[{','.join(overrides)}]")
    (row,) = rows
    assert row["study"] == "quick"
    assert 0 <= row["candidates"]["auc"] <= 1
    assert "| candidate AUC, attention |" in page
    assert "(quick_graph.png)" in page


def test_the_page_shows_median_and_range(tmp_path):
    rows = [
        {
            "study": "asia",
            "seed": seed,
            "candidates": {"auc": auc},
            "graph": {"shd": shd},
            "timing": {"model_s": 1.0},
        }
        for seed, (auc, shd) in enumerate(((0.9, 4), (0.8, 2), (0.95, 9)))
    ]

    class Around:
        folder = tmp_path

    table = written(rows, Around).tables["asia, 3 seeds"].set_index("figure").iloc[:, 0]
    assert table["candidate AUC, attention"] == "0.900 [0.800, 0.950]"
    assert table["SHD of the CPDAG"] == "4 [2, 9]"
    assert table["seconds, all stages"] == "1.000"
    assert "AUC, mutual information" not in table.index


def test_no_place_of_a_machine_is_kept():
    kept = without_paths({"corpus": {"path": "/somewhere/data.zip", "name": "cebab"}})
    assert kept["corpus"] == {"path": "data.zip", "name": "cebab"}
