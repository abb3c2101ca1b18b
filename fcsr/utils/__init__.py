"""Devices, processes, files: what all other packages stand on."""
