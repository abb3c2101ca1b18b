"""What notebooks show of models and recipes."""

import html
import re

import torch

import fcsr
from fcsr import CS, LTE, Recipe


def rows(thing) -> dict[str, str]:
    found = re.findall("<tr><th>(.+?)</th><td>(.*?)</td></tr>", thing._repr_html_())
    return {name: html.unescape(value) for name, value in found}


def test_a_model_shows_its_size_and_the_card_of_its_weights():
    model, card = fcsr.load("cs-compact"), fcsr.available()["cs-compact"]
    shown = rows(model)
    assert shown["weights"] == "cs-compact" and shown["card"] == card.purpose
    assert int(shown["parameters"].replace(",", "")) == card.parameters
    assert str(card.psnr) in shown["Set5 at x4"] and str(card.lpips) in shown["Set5 at x4"]
    assert "<caption>CS</caption>" in model._repr_html_()
    assert repr(model).startswith("CS(\n  (encoder): EDSR("), "torch's own"


def test_other_weights_show_no_card(tiny):
    model = fcsr.load("lte-compact")
    with torch.no_grad():
        model.encoder.head.bias.add_(1)
    for other in (model, tiny(LTE), tiny(CS)):
        assert not {"weights", "card", "Set5 at x4"} & rows(other).keys()
    assert "decode" in rows(tiny(CS)) and "decode" not in rows(model)


def test_all_text_is_escaped():
    shown = Recipe("<b>&photographs")._repr_html_()
    assert "<td>&lt;b&gt;&amp;photographs</td>" in shown and "<b>" not in shown
    assert rows(Recipe("photographs")).keys() == Recipe.__dataclass_fields__.keys()
