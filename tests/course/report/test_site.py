"""The folder of the pages: whose pages are called what, and what is left of an earlier report."""

import pytest

from fcsr.course.report.site import open_site
from fcsr.errors import FcsrError


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["00_one", "a b"], ["00_one.html", "a b.html"]),
        (["index"], ["index_.html"]),
        (["Index", "index", "index_"], ["Index__.html", "index___.html", "index_.html"]),
    ],
)
def test_no_page_takes_the_place_of_the_index_or_another(tmp_path, names, files):
    with open_site(tmp_path, names) as site:
        assert list(site.files.values()) == files
        assert len({file.casefold() for file in files} | {"index.html"}) == len(files) + 1


def test_links_are_addresses(tmp_path):
    with open_site(tmp_path, ["a #1 b"]) as site:
        assert site.links == {"a #1 b.ipynb": "a%20%231%20b.html"}


def test_pages_have_neighbours(tmp_path):
    with open_site(tmp_path, ["a", "index"], {"a": "The first"}, with_glossary=True) as site:
        assert site.beside("a") == (None, ("index_.html", "index"))
        assert site.beside("index") == (("a.html", "The first"), ("glossary.html", "Glossary"))
        assert site.links["glossary.md"] == "glossary.html"
    with open_site(tmp_path, ["a"]) as site:
        assert site.beside("a") == (None, None) and "glossary.md" not in site.links


def test_a_notebook_that_is_called_glossary_keeps_its_page(tmp_path):
    with open_site(tmp_path, ["Glossary", "glossary_"], with_glossary=True) as site:
        assert site.glossary == "glossary__.html"


def test_drafts_are_gone_afterwards_and_those_of_a_killed_report_too(tmp_path):
    (tmp_path / ".draft" / "more").mkdir(parents=True)
    (tmp_path / ".draft" / "more" / "half").touch()
    (tmp_path / "kept.html").touch()
    with open_site(tmp_path, []) as site:
        assert list(site.drafts.iterdir()) == []
        site.write("a.html", "words \ud800")
        (site.drafts / "half").touch()
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "a.html", "kept.html"}
    assert (tmp_path / "a.html").read_text() == r"words \ud800"


def test_two_reports_do_not_write_to_one_folder(tmp_path):
    with open_site(tmp_path, []), pytest.raises(FcsrError, match="another process writes to"):  # noqa: SIM117
        with open_site(tmp_path, []):
            pass


def test_what_is_printed_meanwhile_is_no_fault_of_the_folder(tmp_path):
    with pytest.raises(BrokenPipeError), open_site(tmp_path, []):
        raise BrokenPipeError  # as of `fcsr report | head`
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_full_disk_is_an_error_with_a_cure(tmp_path, full_disk):
    with (
        pytest.raises(FcsrError, match=r"cannot be made or written to \(File too large\); free it"),
        open_site(tmp_path, []) as site,
        full_disk(100),
    ):
        site.write("a.html", "words" * 100)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
