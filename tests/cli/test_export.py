"""The command `fcsr export`."""

import onnxruntime
from command import fcsr


def test_export_writes_a_file_and_says_where(tmp_path):
    run = fcsr("export", "fcs-compact", "m.onnx", "--decode", "mean", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    size = (tmp_path / "m.onnx").stat().st_size
    assert run.stdout == f"m.onnx: {size / 1e6:.1f} MB\n"
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    assert session.get_modelmeta().custom_metadata_map["decode"] == "mean"


def test_what_cannot_be_exported_is_one_line(tmp_path):
    for arguments, message in (
        (
            ("lte-compact", "m.onnx", "--distribution"),
            "fcsr: LTE gives RGB: it has no distributions",
        ),
        (("lte-compact", "m.pt"), "fcsr: m.pt is no name of an ONNX file"),
    ):
        run = fcsr("export", *arguments, cwd=tmp_path)
        assert run.returncode == 2 and message in run.stderr and "Traceback" not in run.stderr
    assert not list(tmp_path.iterdir())
