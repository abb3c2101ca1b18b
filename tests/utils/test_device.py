"""A device by its name, where it is there."""

import pytest
import torch

from fcsr.errors import FcsrError
from fcsr.utils import device, distributed


def test_a_device_is_found_by_its_name():
    assert device.find_device("cpu").type == "cpu"
    assert device.find_device("cpu") == device.find_device(torch.device("cpu"))
    assert device.find_device(None) == device.default_device()


@pytest.mark.parametrize("name", ["gpu", "cuda:7", "cpu:0", "meta", ""])
def test_a_device_that_is_not_there_is_refused(name):
    with pytest.raises(FcsrError, match=f'there is no device "{name}"; this machine has cpu'):
        device.find_device(name)


def test_gpus_are_counted(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert [device.find_device(name).index for name in ("cuda", "cuda:1")] == [None, 1]
    with pytest.raises(FcsrError, match=r"this machine has cpu, cuda, cuda:0, cuda:1$"):
        device.find_device("cuda:2")


def test_processes_take_a_gpu_each_or_all_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    distributed.check_gpus(torch.device("cpu"))
    with pytest.raises(FcsrError, match=r"each of 2 processes takes a GPU of its own: cuda, not"):
        distributed.check_gpus(torch.device("cuda:0"))
    with pytest.raises(FcsrError, match=r"2 processes .* with 1 GPU"):
        distributed.check_gpus(torch.device("cuda"))
