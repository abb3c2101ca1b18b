"""The course goes into the wheel, its notebooks without their outputs; see pyproject.toml."""

import runpy
from pathlib import Path
from tempfile import TemporaryDirectory

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


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
