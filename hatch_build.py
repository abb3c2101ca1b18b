"""What is built beside pyproject.toml: the wheel's course, and the README that PyPI shows."""

import re
import runpy
from pathlib import Path
from tempfile import TemporaryDirectory

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


class CourseHook(BuildHookInterface):
    """Puts what `fcsr course` copies into `fcsr/course/files`."""

    def initialize(self, version, build_data):
        if version == "editable":  # the checkout has them
            return
        root = Path(self.root)
        material = runpy.run_path(str(root / "fcsr" / "course" / "material.py"))
        packed = material["PACKED"].relative_to(root)
        self.drafts = TemporaryDirectory()
        for name, content in material["collect"](root).items():
            draft = Path(self.drafts.name, name)
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(content)
            build_data["force_include"][str(draft)] = (packed / name).as_posix()

    def finalize(self, version, build_data, artifact_path):
        if version != "editable":
            self.drafts.cleanup()


class ReadmeHook(MetadataHookInterface):
    """Takes README.md; its links lead into the repository, once that has an address."""

    def update(self, metadata):
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        address = metadata.get("urls", {}).get("Repository")
        text = with_absolute_links(text, address) if address else text
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def with_absolute_links(text: str, address: str) -> str:
    """Markdown whose links to files lead to a repository on GitHub; pictures to the raw files."""
    here = r"\]\((?!https?:|#)"
    text = re.sub(rf"(!\[[^]]*){here}", rf"\1]({address.rstrip('/')}/raw/HEAD/", text)
    return re.sub(here, f"]({address.rstrip('/')}/blob/HEAD/", text)
