"""`python -m fcsr.course.translation [LANGUAGE ...] [--check]`, in the project's folder.

Updates the PO files of the languages, of all that there are by default, from the English of the
notebooks, the glossary and the package; or with --check, changes nothing and says what is to do.
"""

import argparse
import sys
from pathlib import Path

from fcsr.course.translation import catalogs, checking, updating


def main() -> None:
    """Update or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE", help="such as ko")
    parser.add_argument(
        "--check", action="store_true", help="say what is to do, and change nothing"
    )
    chosen = parser.parse_args()
    project, found = Path(), 0
    for language in chosen.languages or catalogs.languages():
        folder = project / catalogs.FOLDER.relative_to(Path(__file__).parents[3]) / language
        if not chosen.check:
            for path in updating.update(folder, project):
                print(f"{path} is updated")
        faults = checking.faults(folder, project)
        found += len(faults)
        print(*faults, sep="\n", end="\n" if faults else "")
        begun = sum(bool(catalogs.translations(path)) for path in folder.glob("*.po"))
        files = len(list(folder.glob("*.po")))
        print(
            f"{language}: {len(faults) or 'nothing'} to do in {begun} of {files} files, "
            "the others are not begun"
        )
    sys.exit(bool(found) and chosen.check)


if __name__ == "__main__":
    main()
