"""Waves whose frequency is known, for tests of filters and spectra."""

import math

import torch


def cosine(height, width, rows, columns):
    """`rows` and `columns` half waves, even about every border, as a mirror continues them."""
    y, x = torch.arange(height).double() + 0.5, torch.arange(width).double() + 0.5
    wave = torch.cos(math.pi * rows * y / height)[:, None]
    wave = wave * torch.cos(math.pi * columns * x / width)
    return wave[None, None]
