import pytest

from causattn.cli import main


def test_list_names_every_paper(capsys):
    from causattn.papers import PAPERS

    assert main(["reproduce", "list"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in PAPERS)


def test_a_paper_is_done_printed_and_written(tmp_path, capsys):
    code = main(
        ["reproduce", "sortability", "--short", "--results", str(tmp_path / "r"), "paper.graphs=3"]
    )
    assert code == 0
    printed = capsys.readouterr().out
    assert "pass" in printed
    page = (tmp_path / "r" / "sortability_short.md").read_text()
    assert "`causattn reproduce sortability --short paper.graphs=3`" in page
    assert (tmp_path / "r" / "sortability_short_distances.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sortabilty"], "did you mean sortability?"),
        (["sortability", "paper.graphz=3"], "graphz"),
        (["mediation", "paths.data=nowhere"], "no mediation/"),
        (["all", "paper.steps=3"], "reproduce that paper by its name"),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_is_written(arguments, sentence, tmp_path, capsys):
    assert main(["reproduce", *arguments, "--results", str(tmp_path / "r")]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "r").exists()
