"""What docs/look.md shows in Python works as it stands, on a small model."""

import re
from pathlib import Path

import pytest
import torch
from transformers import BertForSequenceClassification

import causattn
from causattn.report import View
from tests.small_models import small_bert, word_pieces

PAGE = (Path(__file__).parents[1] / "docs" / "look.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TEXT = "The film is great but far too long."


def test_every_block_runs(tmp_path, monkeypatch):
    shown: list[int] = []
    monkeypatch.setattr(View, "show", lambda view: shown.append(len(view.html)))
    monkeypatch.chdir(tmp_path)
    tokenizer = word_pieces([TEXT, "The film is dull"], 120)
    torch.manual_seed(0)
    BertForSequenceClassification(small_bert(tokenizer)).save_pretrained("path/to/model")
    tokenizer.save_pretrained("path/to/model")
    Path("lines.txt").write_text(f"{TEXT}\nThe film is dull\n", encoding="utf-8")
    made = causattn.run("experiment=quick", "effects=none", "paths.cache=cache")
    (made.folder.parent / "RUN").symlink_to(made.folder.resolve())
    names: dict[str, object] = {}
    for block in BLOCKS:
        exec(block, names)
    assert names["text"] == TEXT
    assert len(shown) == 2
    assert "The film is dull but far too long." in Path("swap.html").read_text(encoding="utf-8")
    assert "The film is dull" in Path("lines.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", BLOCKS)
def test_a_task_takes_three_lines(block):
    assert len(block.strip().splitlines()) <= 4  # with the blank line behind the import
