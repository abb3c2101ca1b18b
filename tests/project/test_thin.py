"""What is loaded when: a core that needs few packages, and a command line that answers at once."""

import subprocess
import sys

import pytest

HEAVY = {"IPython", "accelerate", "lpips", "matplotlib", "pandas"}
HEAVY |= {"requests", "scipy", "skimage", "tifffile", "torchvision"}
CORE = """
import fcsr
from PIL import Image
lazy = {"Recipe", "analysis", "course", "evaluate", "evaluation", "train", "training"}
for name in set(fcsr.__all__) - lazy:
    getattr(fcsr, name)
model = fcsr.LTE(fcsr.EDSR(1, 8), fcsr.models.EstimatorSize(4, (4,)))
fcsr.upscale(fcsr.images.to_tensor(Image.new("RGB", (4, 3))), 2, model=model)
"""
HELP = """
import sys
from fcsr.cli import main
sys.argv = ["fcsr", *{arguments}]
try:
    main()
except SystemExit as end:
    assert not end.code
"""


def loaded(code: str) -> set[str]:
    """The packages that a fresh process has loaded when it has run some code."""
    code += "\nimport sys; print(*{name.partition('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.splitlines()[-1].split())


def test_the_core_loads_nothing_heavy():
    found = loaded(CORE)
    assert {"torch", "numpy", "PIL", "safetensors"} <= found
    assert not found & HEAVY


def test_importing_fcsr_loads_not_even_torch():
    assert not loaded("import fcsr") & {"torch", "numpy", "PIL", *HEAVY}


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["--version"]])
def test_help_does_not_wait_for_torch(arguments):
    assert not loaded(HELP.format(arguments=arguments)) & {"torch", "numpy", *HEAVY}
