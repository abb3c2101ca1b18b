"""What all tests share: type contracts on, one thread, seeded random numbers, small models."""

import resource
from contextlib import contextmanager

import jaxtyping
import pytest
import torch
from hypothesis import settings

# before anything imports fcsr; it stays installed for modules that are imported later
jaxtyping.install_import_hook("fcsr", "contracts.check")

from fcsr import EDSR  # noqa: E402
from fcsr.models import EstimatorSize  # noqa: E402

torch.set_num_threads(1)  # what the tests compute is small: more threads only wait for each other

# no deadline: machines that share their cores stall; the same examples everywhere, every time
settings.register_profile("fcsr", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("fcsr")


@pytest.fixture
def no_contracts(monkeypatch):
    """As a user calls fcsr: arguments of a wrong type reach the code that refuses them."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


@pytest.fixture(scope="session")
def tiny():
    """`tiny(CS, prior=False)`: a model of 9,000 to 22,000 weights, the same at every call."""

    def make(kind, **options):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return kind(EDSR(blocks=1, features=8), EstimatorSize(16, (16, 16)), **options).eval()

    return make


@pytest.fixture(scope="session")
def photograph():
    """`photograph(h, w, batch=1)`: noise in 8-bit steps on a ramp, (B, 3, h, w) in [0, 1]."""
    from fcsr import images

    def make(height, width, batch=1, seed=0):
        generator = torch.Generator().manual_seed(seed)
        noise = torch.rand(batch, 3, height, width, generator=generator)
        ramp = torch.linspace(0, 1, width).expand_as(noise)
        levels = images.to_levels(0.5 * noise + 0.5 * ramp)
        return images.unpack(levels).rgb

    return make


@pytest.fixture
def full_disk():
    """`with full_disk(1000):` no file may grow beyond so many bytes."""

    @contextmanager
    def limit(size):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limit
