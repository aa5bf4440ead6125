"""The study of a decoder that reads Chinese, in small."""


def test_a_graph_is_found_and_tried(in_small) -> None:
    rows, page = in_small("chinese")
    by = {what: [row for row in rows if row["what"] == what] for what in ("graph", "curve", "edge")}
    assert len(by["graph"]) == 1
    assert by["graph"][0]["kept"] > 0
    assert {row["screen"] for row in by["curve"]} >= {"attribution", "random", "graph"}
    assert all(row["low"] <= row["estimate"] <= row["high"] for row in by["edge"])
    assert "faithfulness of the graph" in page
