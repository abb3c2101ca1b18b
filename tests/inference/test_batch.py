"""Many files by one model: each is done once, and what fails is named."""

import io
import os
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from calls import count_calls

import fcsr
from fcsr import CS, LTE, images
from fcsr.errors import CheckpointError, FcsrError, UpscalingError
from fcsr.inference import Upscaled, batch, picture_tiles, plan, tiling, upscale_files
from fcsr.models.saved import checkpoints

SMALL, WIDE = (200, 100, 216, 112), (200, 100, 224, 112)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The working folder: photographs of two sizes, a link, a Korean name, and a bad file."""
    monkeypatch.chdir(tmp_path)
    Path("photos/바다").mkdir(parents=True)
    coffee = images.sample("coffee")
    coffee.crop(SMALL).save("photos/a.png")
    coffee.crop(WIDE).save("photos/바다/모래 [1].tif")
    os.symlink("a.png", "photos/link.png")
    Path("photos/broken.png").write_bytes(b"no image")
    return tmp_path


def good(**options) -> list[Upscaled]:
    """What becomes of the photographs that can be upscaled."""
    jobs = [job for job in plan("photos", "out", recursive=True) if "broken" not in job.source]
    return upscale_files(jobs, 2, progress=False, **options)


def test_each_file_holds_what_upscale_gives(folder, tiny):
    model = tiny(CS)
    results = good(model=model, decode="mean")
    assert [result.target for result in results] == [
        "out/a.png",
        "out/link.png",
        "out/바다/모래 [1].tif",
    ]
    for result in results:
        expected = fcsr.upscale(images.load(result.source), 2, model=model, decode="mean")
        assert np.array_equal(images.load(result.target), expected)
        assert result.sizes == ((12, expected.width // 2), expected.size[::-1])
        assert result.seconds > 0 and result.error is None and not result.skipped
        assert (result.decode, result.precision, result.device) == ("mean", "float32", "cpu")


def test_a_model_is_loaded_and_rounded_once(folder, monkeypatch):
    loads, load = [], checkpoints.load
    monkeypatch.setattr("fcsr.models.load", lambda *names: loads.append(names) or load(*names))
    results = good(model="cs-compact", precision="bfloat16")
    assert len(loads) == 1 and loads[0][0] == "cs-compact"
    assert {(r.decode, r.precision) for r in results} == {("mode", "bfloat16")}
    expected = fcsr.upscale(
        images.load("photos/a.png"), 2, model="cs-compact", precision="bfloat16"
    )
    assert np.array_equal(images.load("out/a.png"), expected)


def test_a_bad_file_is_named_at_the_end_and_all_others_are_made(folder):
    reported: list[Upscaled] = []
    jobs = plan("photos", "out", recursive=True)
    with pytest.raises(UpscalingError) as caught:
        upscale_files(jobs, 2, model="bicubic", progress=False, report=reported.append)
    first, second = str(caught.value).split("\n")
    assert first == ("1 of 4 images could not be upscaled; all others were. Mend or remove:")
    assert second.startswith("  photos/broken.png is not an image that fcsr reads")
    assert reported == caught.value.results
    assert [r.error is None for r in reported] == [True, False, True, True]
    assert {p.name for p in Path("out").rglob("*.*")} == {"a.png", "link.png", "모래 [1].tif"}
    assert {r.precision for r in reported} == {None}

    jobs = plan("photos", "out", recursive=True, existing="skip")
    with pytest.raises(UpscalingError, match="1 of 4 images") as caught:
        upscale_files(jobs, 2, model="bicubic", progress=False)
    assert [r.skipped for r in caught.value.results] == [True, False, True, True]
    assert caught.value.results[0].sizes is None


def test_where_all_fail_no_others_are_spoken_of(folder):
    with pytest.raises(UpscalingError, match=r"^1 of 1 images could not be upscaled\. Mend"):
        upscale_files(plan("photos/broken.png", "out"), 2, model="bicubic", progress=False)


def test_of_a_single_file_the_error_is_the_message(folder):
    with pytest.raises(UpscalingError, match=r"^photos/broken.png is not an image"):
        upscale_files(plan("photos/broken.png", "out.png"), 2, model="bicubic", progress=False)


def test_an_error_that_names_no_file_gets_its_name(folder):
    images.sample("coffee").save("photos/huge.png")
    jobs = plan(["photos/a.png", "photos/huge.png"], "out")
    with pytest.raises(
        UpscalingError, match=r"photos/huge.png: the result would be of 8"
    ) as caught:
        upscale_files(jobs, 200, model="bicubic", progress=False)
    assert [result.error is None for result in caught.value.results] == [True, False]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give either scale or size"),
        ({"scale": -1}, "scale is -1"),
        ({"scale": 2, "model": "edsr"}, '"edsr" is neither'),
        ({"scale": 2, "decode": "best"}, "decode"),
        ({"scale": 2, "device": "gpu"}, 'there is no device "gpu"'),
        ({"scale": 2, "device": "cuda:9"}, 'there is no device "cuda:9"; this machine has cpu'),
        ({"scale": 2, "quality": 0}, "quality is 0"),
        ({"scale": 2, "subsampling": "half"}, "subsampling is 'half'"),
        ({"scale": 2, "precision": "int8"}, 'there is no precision "int8"'),
        ({"scale": 2, "model": "bicubic", "compile": True}, "there is nothing to compile"),
        ({"scale": 2, "model": "bicubic", "precision": "int8"}, 'there is no precision "int8"'),
    ],
)
@pytest.mark.usefixtures("no_contracts")
def test_what_no_file_could_be_made_by_is_refused_before_any_work(folder, options, message):
    jobs = plan("photos", "out")
    with pytest.raises(FcsrError, match=message) as caught:
        upscale_files(jobs, progress=False, **{"model": "cs-compact"} | options)
    assert not isinstance(caught.value, UpscalingError)
    assert not Path("out").exists()


def test_a_model_elsewhere_than_the_device_is_no_model_to_move(tiny, photograph):
    model = tiny(LTE).to("meta")
    with pytest.raises(FcsrError, match=r"device is cpu, but the model is on meta; move it: model"):
        fcsr.upscale(photograph(4, 4), 2, model=model, device="cpu", progress=False)
    assert next(model.parameters()).device.type == "meta"
    fcsr.upscale(photograph(4, 4), 2, model=tiny(LTE), device="cpu", progress=False)


def test_any_gpu_is_cuda_and_only_the_second_is_cuda_1():
    devices = [torch.device(name) for name in ("cpu", "cuda", "cuda:0", "cuda:1")]
    on = picture_tiles._is_on
    assert [on(torch.device("cuda:1"), device) for device in devices] == [False, True, False, True]


@pytest.mark.parametrize("name", ["file/out", "file", "/proc/out"])
def test_a_folder_that_cannot_be_made_is_refused_before_any_work(name, folder, tiny):
    model = tiny(LTE)
    calls = count_calls(model.encoder)
    jobs = plan("photos/a.png", "out")
    Path("file").touch()
    jobs = [replace_target(job, f"{name}/a.png") for job in jobs]
    with pytest.raises(FcsrError, match=f"{name} cannot be written"):
        upscale_files(jobs, 2, model=model, progress=False)
    assert not calls


def replace_target(job, target):
    return job._replace(target=target)


def test_a_folder_that_is_closed_is_refused_before_any_work(folder, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    with pytest.raises(FcsrError, match=r"out cannot be written \(Permission denied\)"):
        good(model="bicubic")


def test_a_result_that_another_program_makes_meanwhile_is_kept(folder):
    jobs = plan(["photos/a.png", "photos/link.png"], "out")
    Path("out").mkdir()
    Path("out/a.png").write_bytes(b"other")
    with pytest.raises(UpscalingError, match=r"out/a.png exists by now: another program"):
        upscale_files(jobs, 2, model="bicubic", progress=False)
    assert Path("out/a.png").read_bytes() == b"other" and Path("out/link.png").exists()
    jobs = plan(["photos/a.png", "photos/link.png"], "out", existing="overwrite")
    upscale_files(jobs, 2, model="bicubic", progress=False)
    assert images.load("out/a.png").size == (32, 24)


def test_a_full_disk_is_named_for_each_file_and_leaves_no_part(folder, full_disk):
    jobs = plan(["photos/a.png", "photos/link.png"], "out")
    with full_disk(500), pytest.raises(UpscalingError, match=r"^2 of 2 images") as caught:
        upscale_files(jobs, 4, model="bicubic", progress=False)
    assert str(caught.value).count("cannot be written (File too large)") == 2
    assert not list(Path("out").iterdir())


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("CUDA out of memory. Tried")])
def test_a_picture_for_which_memory_does_not_suffice_is_named(folder, error, monkeypatch):
    def fail(*_):
        raise error

    monkeypatch.setattr(batch, "prepare_file", fail)
    with pytest.raises(UpscalingError, match=r"photos/a.png needs more memory than there is"):
        upscale_files(plan("photos/a.png", "out"), 2, model="bicubic", progress=False)


def test_an_error_of_fcsr_itself_is_no_bad_file(folder, monkeypatch):
    def fail(*_):
        raise RuntimeError("a shape is wrong")

    monkeypatch.setattr(batch, "prepare_file", fail)
    with pytest.raises(RuntimeError, match="a shape is wrong"):
        upscale_files(plan("photos/a.png", "out"), 2, model="bicubic", progress=False)


def test_what_results_lack_is_in_them_and_a_warning(folder):
    cases = Path(__file__).parents[1] / "images" / "cases"
    jobs = plan([cases / "multi.tif", cases / "rgb16.tif"], "out", format="jpg")
    with pytest.warns(UserWarning) as found:
        results = upscale_files(jobs, 2, model="bicubic", progress=False)
    assert [result.warnings for result in results] == [
        (f"{cases / 'multi.tif'}: of 4 pages the first is read",),
        (f"{cases / 'rgb16.tif'}: of 16 bits a sample JPEG holds 8",),
    ]
    assert [(str(w.message),) for w in found] == [result.warnings for result in results]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning):
            upscale_files([jobs[0]._replace(replaces=True)], 2, model="bicubic", progress=False)


def test_quality_and_subsampling_reach_the_file(folder):
    sizes = []
    for quality in (20, 95):
        [job] = plan("photos/a.png", f"{quality}.jpg")
        upscale_files([job], 4, model="bicubic", progress=False, quality=quality)
        sizes.append(Path(job.target).stat().st_size)
    upscale_files(
        plan("photos/a.png", "sub.jpg"), 4, model="bicubic", progress=False, subsampling="4:2:0"
    )
    assert sizes[0] < Path("sub.jpg").stat().st_size < sizes[1]


@pytest.mark.parametrize(("sources", "bars"), [(["photos/a.png"], 1), (["photos/*[ak].png"], 2)])
def test_one_file_has_its_bar_and_many_have_one_for_all(sources, bars, folder, monkeypatch):
    shown, bar = [], tiling.Task.bar
    monkeypatch.setattr(tiling.Task, "bar", lambda task: shown.append(task.progress) or bar(task))
    made, tqdm = [], batch.tqdm
    monkeypatch.setattr(batch, "tqdm", lambda **how: made.append(how) or tqdm(**how))
    jobs = plan(sources, "out")
    upscale_files(jobs, 2, model="bicubic")
    assert len(jobs) == bars and shown == [bars == 1] * bars
    assert [(how["total"], how["disable"]) for how in made] == [(bars, bars == 1)]


def test_a_model_is_compiled_once_for_all(tiny, folder, monkeypatch):
    calls, model = [], tiny(LTE)

    def compile(module, *_, **__):
        calls.append(module)
        module._compiled_call_impl = module._call_impl

    monkeypatch.setattr(torch.nn.Module, "compile", compile)
    good(model=model, compile=True)
    assert len(calls) == len(model.estimators)


@pytest.mark.parametrize("results, calls", [(0, 1), (1, 1), (2, 1), (3, 0)])
def test_many_results_are_compiled_for_as_one_large_one(results, calls, tiny, folder, monkeypatch):
    """Before the picture with which they have enough pixels, once, whether it works or not."""
    areas = [np.prod(result.sizes[1]) for result in good(model="bicubic")]
    enough, model, made = int(sum(areas[:results])) + 1, tiny(LTE), []

    def compile():
        files = [path for path in Path("out").rglob("*.*") if not path.name.startswith(".")]
        made.append(len(files))
        raise FcsrError("no compiler")

    for module in (batch, picture_tiles):
        monkeypatch.setattr(module, "COMPILED_PIXELS", enough)
    monkeypatch.setattr(model, "compile", compile)
    for path in Path("out").rglob("*.*"):
        path.unlink()
    done = good(model=model, compile=None)
    assert made == [results] * calls and all(result.sizes for result in done)


def test_the_working_folder_may_be_the_source_and_the_target(folder):
    Path("photos/broken.png").unlink()
    for existing in ("overwrite", "skip"):  # the second time beside the results of the first
        jobs = plan(".", ".", recursive=True, suffix="_x2", existing=existing)
        results = upscale_files(jobs, 2, model="bicubic", progress=False)
        assert [result.target for result in results] == [
            "photos/a_x2.png",
            "photos/link_x2.png",
            "photos/바다/모래 [1]_x2.tif",
        ]
    assert all(result.skipped for result in results)
    upscale_files(plan(["photos/a.png"], "."), 2, model="bicubic", progress=False)
    assert images.load("a.png").size == (32, 24)


def test_nothing_to_do_is_done(folder):
    assert upscale_files([], 2, model="bicubic") == []
    assert upscale_files(plan("photos", "out", shard="9/9"), 2, model="bicubic") == []


def test_a_notebook_has_no_stream_for_pictures(folder, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(UpscalingError, match="standard output takes no pictures here; name a file"):
        upscale_files(plan("photos/a.png", "-"), 2, model="bicubic", progress=False)


@pytest.mark.parametrize(
    ("stream", "names"), [("stdin", ("-", "o.png")), ("stdout", ("a.png", "-"))]
)
def test_a_terminal_gets_and_gives_no_pictures(stream, names, folder, monkeypatch):
    (folder / "photos" / "a.png").rename("a.png")
    terminal = SimpleNamespace(buffer=io.BytesIO(), isatty=lambda: True)
    monkeypatch.setattr(sys, stream, terminal)
    with pytest.raises(UpscalingError, match=r"^standard (input|output) is a terminal; send"):
        upscale_files(plan(*names), 2, model="bicubic", progress=False)
    assert not terminal.buffer.getvalue() and not Path("o.png").exists()


def test_no_such_model_is_a_checkpoint_error(folder):
    with pytest.raises(CheckpointError):
        good(model="edsr")


def test_what_became_of_a_picture_is_plain_data(folder):
    [result] = upscale_files(plan("photos/a.png", "out.png"), 2, model="bicubic", progress=False)
    assert replace(result, seconds=0) == Upscaled("photos/a.png", "out.png", ((12, 16), (24, 32)))
