"""Files: whole or not at all, in folders of one writer, of tensors, and looked through first."""

from fcsr.utils.files.atomic import DRAFTS, atomic_write, file_size

__all__ = ["DRAFTS", "atomic_write", "file_size"]
