"""Looked-at texts in a real browser: coloured words, one head first, a swap, another text."""

import re
from pathlib import Path

import pytest
import torch
from PIL import Image
from transformers import BertForSequenceClassification

from causattn.models import LanguageModel, wrap_model
from causattn.report import LookChoices, Swap, look_at, look_page
from tests.small_models import small_bert, word_pieces

TEXTS = ["这部电影很精彩，但演员表现差", "الفيلم رائع but long", "<b>bold</b> words"]


@pytest.fixture
def model() -> LanguageModel:
    torch.manual_seed(0)
    tokenizer = word_pieces(TEXTS, 200)
    return wrap_model(BertForSequenceClassification(small_bert(tokenizer)), tokenizer)


def test_words_are_coloured_and_a_swap_stands_beside_them(look, model, tmp_path: Path) -> None:
    choices = LookChoices(explainers=("occlusion",), swap=Swap("差", "精"))
    page = look_page(model, look_at(model, TEXTS[:1], choices))
    browser = look(page.write(tmp_path / "look.html"))
    assert browser.run("document.querySelector('h1').innerText") == TEXTS[0]
    lines = browser.run(
        "[...document.querySelectorAll('.explanation .document')].map(p => p.textContent)"
    )
    assert lines == [TEXTS[0], TEXTS[0].replace("差", "精")]
    shares = browser.run(
        "[...document.querySelectorAll('.explanation .piece')]"
        ".map(s => Number(s.style.getPropertyValue('--share')))"
    )
    assert max(shares) == 1
    assert len(set(shares)) > 3
    titles = browser.run("[...document.querySelectorAll('h2')].map(h => h.textContent)")
    assert "Before and after the swap" in titles
    browser.until("document.querySelectorAll('.pair .matrix canvas').length === 3")
    for number, said in enumerate([r" → .* [\d.]", r" → .* [\d.]", r" → .* [+−]?[\d.]"]):
        browser.mouse("mouseMoved", *browser.middle(".pair .matrix canvas", number))
        shown = browser.run(f"document.querySelectorAll('.pair .readout')[{number}].textContent")
        assert re.search(said, shown)
    pressed = "[...document.querySelectorAll('.chip[aria-pressed=true]')].length"
    browser.until(f"{pressed} === 1")
    tokens = "[...document.querySelectorAll('.head-view .query .token')].map(t => t.textContent)"
    assert browser.run(tokens)[0] == "[CLS]"
    browser.click(".control [type=checkbox]")
    browser.until(f"{tokens}[0] !== '[CLS]'")
    browser.click_text(".choice button", "Matrix")
    browser.until("document.querySelector('[data-view=matrix] .matrix canvas')")
    browser.run("document.querySelector('[data-view=matrix] .matrix canvas').focus()")
    browser.key("ArrowRight")
    said = browser.run("document.querySelector('[data-view=matrix] .readout').textContent")
    assert re.match(r"这 → 这 [\d.]", said)
    browser.size(390, 800)
    assert browser.run("document.documentElement.scrollWidth") <= 390


def test_one_part_is_a_picture(model, tmp_path: Path, chromium) -> None:
    seen = look_at(model, TEXTS[1:2], LookChoices(explainers=(), tau=True))
    page = look_page(model, seen, part="tau")
    assert "masthead" not in page.html.partition("<main")[2]
    with Image.open(page.write(tmp_path / "tau.png")) as picture:
        assert 300 < picture.width <= 900
        assert 200 < picture.height < 900
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 20


def test_other_texts_are_chosen_and_stay_text(look, model, tmp_path: Path) -> None:
    choices = LookChoices(explainers=("attention",))
    page = look_page(model, look_at(model, TEXTS, choices), title="mine.csv")
    browser = look(page.write(tmp_path / "look.html"))
    assert browser.run("document.querySelector('h1').innerText") == "mine.csv"
    way = "getComputedStyle(document.querySelector('.explanation .document')).direction"
    for number, text in enumerate(TEXTS):
        browser.run(
            "(() => { const made = document.querySelector('.control select');"
            f"made.value = '{number}'; made.dispatchEvent(new Event('change')); }})()"
        )
        shown = browser.run("document.querySelector('.explanation .document').textContent")
        assert browser.run(way) == ("rtl" if number == 1 else "ltr")
        assert shown == text
    assert browser.run("document.querySelectorAll('main b').length") == 0
