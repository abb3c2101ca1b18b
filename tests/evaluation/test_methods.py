"""How methods are written, and that they give what upscale gives."""

import functools

import pytest
import torch

from fcsr import CS, FCS, LTE, decoding, metrics, models, upscale
from fcsr.errors import CheckpointError, FcsrError
from fcsr.evaluation import methods
from fcsr.evaluation.methods import parse, super_resolve


def names(*models, decode=None) -> list[tuple[str, str]]:
    return [(method.name, method.decode) for method in parse(models, decode)]


def test_names_give_the_model_and_the_decode():
    assert names("bicubic", "lte", "cs", "cs:mean", "lte@cs:mean") == [
        ("bicubic", ""),
        ("lte", ""),
        ("cs", "mode"),
        ("cs", "mean"),
        ("lte@cs:mean", ""),
    ]
    assert names("cs", "fcs:mode", decode="median") == [("cs", "median"), ("fcs", "mode")]
    assert names("lte", "lte@cs", "lte@cs:mode", decode="mean") == [
        ("lte", ""),
        ("lte@cs:mean", ""),
        ("lte@cs:mode", ""),
    ]
    [control] = parse(["lte@cs"], "mean")
    assert control.target.decode == "mean"
    [control] = parse(["cs@lte"], "mean")
    assert control.decode == "mean"


def test_models_are_called_by_their_class(tiny):
    assert names(tiny(FCS), tiny(LTE)) == [("fcs", "mode"), ("lte", "")]


def test_functions_that_decode_have_names(tiny):
    decode = functools.partial(decoding.sharpened_mean, sharpness=4.0)
    assert names(tiny(CS), decode=decode) == [("cs", "sharpened_mean(sharpness=4.0)")]

    class Decoder:
        def __call__(self, logits):
            return decoding.mean(logits)

    assert names(tiny(CS), decode=Decoder()) == [("cs", "Decoder")]


def test_paths_are_models_also_with_signs_in_them(tiny, tmp_path):
    path = tmp_path / "a@b:mean"
    models.save(tiny(LTE), path)
    assert names(path) == [(str(path), "")]
    models.save(tiny(CS), tmp_path / "me@host")
    assert names(f"{tmp_path / 'me@host'}:mean") == [(str(tmp_path / "me@host"), "mean")]
    models.save(tiny(CS), tmp_path / "a:b")
    assert names(f"{tmp_path / 'a:b'}:median") == [(str(tmp_path / "a:b"), "median")]
    with pytest.raises(CheckpointError, match="neither a file nor a model"):
        parse(["x" * 5000])


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (["edsr"], CheckpointError, "lte-compact"),
        (["lte@edsr"], CheckpointError, "edsr"),
        (["lte:mean"], FcsrError, "nothing to decode"),
        (["bicubic:mean"], FcsrError, "nothing to decode"),
        (["cs", "cs:mode"], FcsrError, "cs:mode is given twice"),
        (["lte@cs@fcs"], FcsrError, "lte@cs@fcs is a control for a control"),
    ],
)
def test_what_is_no_method_is_refused(wrong, error, message):
    with pytest.raises(error, match=message):
        parse(wrong)


def test_a_decode_without_distributions_is_refused():
    with pytest.raises(FcsrError, match="decode is mean, but RGB is all that there is"):
        parse(["bicubic", "lte"], "mean")


def test_fingerprints_follow_the_weights(tiny):
    model = tiny(CS)
    [before] = parse([model])
    assert parse([tiny(CS)])[0].weights == before.weights
    with torch.no_grad():
        next(model.parameters()).view(-1)[0] += 1e-3
    assert parse([model])[0].weights != before.weights


def test_each_method_gives_what_upscale_gives(photograph):
    lr, hr = photograph(12, 14), photograph(30, 35, seed=1)
    parsed = parse(["cs-compact:mean", "bicubic", "lte-compact", "cs-compact"])
    made = super_resolve(parsed, lr, (30, 35), lambda sr: metrics.psnr(sr, hr))
    for sr, model, decode in zip(
        made,
        ("cs-compact", "bicubic", "lte-compact", "cs-compact"),
        ("mean", None, None, "mode"),
        strict=True,
    ):
        assert torch.equal(sr, upscale(lr, size=(30, 35), model=model, decode=decode))


def test_models_are_queried_once_for_all_decodes(tiny, photograph, monkeypatch):
    queries = []
    query = CS.query
    monkeypatch.setattr(CS, "query", lambda *a: queries.append(1) or query(*a))
    model = tiny(CS)
    parsed = [methods.parse([model], way)[0] for way in ("mode", "mean", "median")]
    super_resolve(parsed, photograph(8, 8), (16, 16), lambda sr: 0.0)
    assert len(queries) == 1


def test_a_control_has_the_psnr_of_its_target(photograph):
    hr = photograph(40, 40)
    lr = upscale(hr, scale=0.5, model="bicubic")
    parsed = parse(["lte-compact", "cs-compact", "lte-compact@cs-compact"])

    def psnr(sr):
        return metrics.psnr(sr, hr, "y", 2)

    lte, cs, control = super_resolve(parsed, lr, (40, 40), psnr)
    assert psnr(cs) < psnr(lte) - 0.1, "else there is nothing to control for"
    assert psnr(control) == pytest.approx(psnr(cs), abs=0.01)
    assert parsed[2].weights == f"{parsed[0].weights}@{parsed[1].weights}"
