"""The models and photographs of the live page: python live/content.py FOLDER."""

import argparse
import json
from pathlib import Path

import fcsr

WEIGHTS = {"lte": "lte-compact", "cs": "cs-mixture-compact", "fcs": "fcs-mixture-compact"}
CORNERS = {"coffee": (200, 100), "astronaut": (130, 20), "chelsea": (60, 20), "rocket": (230, 60)}
SIDE = 256


def make(folder: Path) -> None:
    """Write encoders and queries, crops of the samples, and what the page must know of them."""
    (folder / "models").mkdir(parents=True, exist_ok=True)
    (folder / "samples").mkdir(exist_ok=True)
    margins = []
    for name, weights in WEIGHTS.items():
        model = fcsr.load(weights)
        path = folder / "models" / f"{name}.onnx"
        fcsr.export(model, path, split=True, distribution=model.default_decode is not None)
        margins.append(model.margin)
    for name, (left, top) in CORNERS.items():
        square = fcsr.images.sample(name).crop((left, top, left + SIDE, top + SIDE))
        fcsr.images.save(square, folder / "samples" / f"{name}.png")
    # The features of a pixel depend on `margin` around it, and a query takes those of neighbours.
    content = {"samples": list(CORNERS), "margin": max(margins) + 1}
    (folder / "content.json").write_text(json.dumps(content))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    make(parser.parse_args().folder)
