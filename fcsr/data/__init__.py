"""Photographs to train on and benchmark sets, found on disk or downloaded."""

from fcsr.data.pairs import Benchmark, Pair
from fcsr.data.sets import BENCHMARKS, benchmark, load_photographs, photographs

__all__ = [
    "BENCHMARKS",
    "Benchmark",
    "Pair",
    "benchmark",
    "load_photographs",
    "photographs",
]
