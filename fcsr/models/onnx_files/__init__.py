"""Models as ONNX files, for programs without PyTorch: in browsers, in C++, in Java."""

from fcsr.models.onnx_files.writing import export

__all__ = ["export"]
