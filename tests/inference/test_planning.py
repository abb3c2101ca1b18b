"""Which pictures become which files, and what is refused before any work."""

import os
from pathlib import Path

import pytest

from fcsr.errors import FcsrError, ImageError
from fcsr.inference.jobs import Job, ignores_case
from fcsr.inference.planning import plan


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The working folder, with pictures that no plan opens."""
    monkeypatch.chdir(tmp_path)
    make("photos/a.jpg", "photos/b.PNG", "photos/deep/c.gif", KOREAN)
    make("photos/notes.txt", "photos/.DS_Store", "photos/Thumbs.db", "photos/._a.jpg")
    make("photos/.hidden/d.png", "photos/-x.png")
    return tmp_path


def make(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def pairs(*arguments, **options) -> dict[str, str]:
    jobs = plan(*arguments, **options)
    assert len({job.target for job in jobs}) == len(jobs)
    return {job.source: job.target for job in jobs}


KOREAN = "photos/deep/한글 이름 [1].tif"
FLAT = {
    "photos/-x.png": "out/-x.png",
    "photos/a.jpg": "out/a.jpg",
    "photos/b.PNG": "out/b.PNG",
}
DEEP = {
    "photos/deep/c.gif": "out/deep/c.png",
    KOREAN: "out/deep/한글 이름 [1].tif",
}


def test_a_folder_is_its_pictures_and_with_recursive_those_of_its_tree(folder):
    assert pairs("photos", "out") == FLAT
    assert pairs(Path("photos"), Path("out/"), recursive=True) == FLAT | DEEP
    assert not Path("out").exists()


def test_one_file_may_be_named_as_the_target(folder):
    assert plan("photos/a.jpg", "big.webp") == [
        Job("photos/a.jpg", "big.webp", named=True, replaces=True)
    ]
    assert pairs("photos/a.jpg", "out") == {"photos/a.jpg": "out/a.jpg"}
    assert pairs("photos/a.jpg", "out.png/") == {"photos/a.jpg": "out.png/a.jpg"}
    assert plan("photos/*.jpg", "big.webp")[0].named  # as if a shell had resolved it
    make("v1.png/x")
    assert pairs("photos/a.jpg", "v1.png") == {"photos/a.jpg": "v1.png/a.jpg"}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("photos/*.jpg", {"photos/a.jpg": "out/a.jpg"}),
        ("photos/[ab]*", {"photos/a.jpg": "out/a.jpg", "photos/b.PNG": "out/b.PNG"}),
        ("photos/*", FLAT | {key: value.replace("/deep", "") for key, value in DEEP.items()}),
        ("**/c.*", {"photos/deep/c.gif": "out/c.png"}),
        (
            "photos/deep/한글 이름 [1].tif",
            {"photos/deep/한글 이름 [1].tif": "out/한글 이름 [1].tif"},
        ),
    ],
)
def test_patterns_are_resolved_where_no_shell_does(folder, pattern, found):
    assert pairs([pattern], "out") == found


def test_names_get_a_suffix_and_a_format(folder):
    assert pairs("photos", "out", suffix="_x4", format="JPG") == {
        "photos/-x.png": "out/-x_x4.jpg",
        "photos/a.jpg": "out/a_x4.jpg",
        "photos/b.PNG": "out/b_x4.jpg",
    }
    assert pairs("photos/b.PNG", "out", suffix="_x4") == {"photos/b.PNG": "out/b_x4.PNG"}
    make("v1.2.final.png")
    assert pairs("v1.2.final.png", "out", suffix="_x4") == {
        "v1.2.final.png": "out/v1.2.final_x4.png"
    }


def test_what_is_given_twice_counts_once(folder):
    assert pairs(["photos", "photos/a.jpg", "photos/*.jpg", "./photos/a.jpg"], "out") == FLAT


def test_links_are_followed_and_loops_end(folder):
    os.symlink("a.jpg", "photos/link.jpg")
    os.symlink("..", "photos/deep/up")
    os.symlink("self.png", "photos/self.png")
    make("elsewhere/e.bmp")
    os.symlink("../elsewhere", "photos/aside")
    os.symlink("deep", "photos/also_deep")
    more = {name: f"out/{name[7:]}" for name in ("photos/link.jpg", "photos/self.png")}
    more["photos/aside/e.bmp"] = "out/aside/e.bmp"
    assert pairs("photos", "out", recursive=True) == FLAT | DEEP | more
    assert pairs("photos/also_deep/c.gif", "out") == {"photos/also_deep/c.gif": "out/c.png"}


def test_pictures_that_are_not_read_are_a_warning(folder):
    make("photos/IMG_1.HEIC", "photos/raw.cr3", "photos/deep/IMG_2.heic")
    with pytest.warns(UserWarning, match=r"^photos: .cr3, .heic is not read, and passed over"):
        assert pairs("photos", "out") == FLAT


def test_pipes_in_a_folder_are_passed_over(folder):
    os.mkfifo("photos/pipe.png")
    assert pairs("photos", "out") == FLAT


@pytest.mark.parametrize("source", ["photos", "photos/*", "**/*.*", "."])
def test_results_within_the_source_are_no_sources(folder, source):
    make("photos/large/a.jpg", "photos/large/deep/z.jpg")
    jobs = plan(source, "photos/large", recursive=source in ("photos", "."), existing="skip")
    assert not [job.source for job in jobs if "large" in job.source]
    assert {"photos/a.jpg", "photos/deep/c.gif"} <= {job.source for job in jobs}
    assert [job.source for job in jobs if job.skip] == ["photos/a.jpg"] or source == "."


def test_results_beside_their_sources_are_no_sources(folder):
    make("photos/a_x4.jpg")
    expected = {job: job.replace(".", "_x4.") for job in FLAT}
    assert pairs("photos", "photos", suffix="_x4", existing="skip") == expected
    named = [*FLAT, "photos/a_x4.jpg"]  # as a shell's photos/*
    assert pairs(named, "photos", suffix="_x4", existing="overwrite") == expected


def test_a_shells_star_may_name_the_folder_of_results(folder):
    make("photos/out/a.jpg")
    sources = ["photos/a.jpg", "photos/b.PNG", "photos/out"]
    jobs = plan(sources, "photos/out", existing="skip")
    assert [(job.source, job.skip) for job in jobs] == [
        ("photos/a.jpg", True),
        ("photos/b.PNG", False),
    ]


def test_a_folder_of_results_may_be_a_source_of_another_call(folder):
    make("out/deep/c.png")
    assert pairs("out/deep", "out/again") == {"out/deep/c.png": "out/again/c.png"}


@pytest.mark.parametrize(
    ("sources", "target", "options", "message"),
    [
        ([], "out", {}, "there is nothing to upscale"),
        (["photos", ""], "out", {}, "a name is empty; name pictures, folders or patterns, and"),
        (["photos"], "", {}, "a name is empty; name pictures"),
        (["nowhere.png"], "out", {}, r"nowhere.png cannot be read \(No such file"),
        (["photos/a.jpg", "nowhere"], "out", {}, "nowhere cannot be read"),
        (["photos/*.bmp"], "out", {}, r"no picture matches photos/\*.bmp"),
        (["photo[1].png"], "out.png", {}, r"no picture matches photo\[1\].png"),
        (["empty"], "out", {}, "there is no picture in empty; name others, or search their"),
        (["photos/a.jpg"], "out.xyz", {}, "out.xyz has no image suffix; use one of .png, "),
        (["photos"], "out.png", {}, "out.png has the suffix of a file, but is for more than one"),
        (["photos", "photos/a.jpg"], "photos/b.PNG", {}, "photos/b.PNG is a file; name a folder"),
        (["photos/a.jpg"], "photos/notes", {"format": "gif"}, 'no format "gif"; choose from png,'),
        (["photos/a.jpg"], "out.png", {"format": "jpg"}, "format is jpg, but out.png is named"),
        (["photos/a.jpg"], "out.png", {"suffix": "_x4"}, "suffix is for the names of results in a"),
        (["photos"], "out", {"suffix": "/../x"}, "suffix is '/../x'; it is a part of a name"),
        (["photos"], "out", {"shard": "5/3"}, 'shard is "5/3"; it must be a number of a count'),
        (["photos", "more"], "out", {}, "photos/a.jpg and more/a.jpg would both become out/a.jpg"),
        (["more"], "out", {}, "more/x.gif and more/x.png would both become out/x.png"),
        (["photos"], "done", {}, "2 of 3 results exist already, the first is done/a.jpg; "),
        (["photos"], "photos", {}, "photos/-x.png would be replaced by its own result; give anoth"),
        (["photos"], "photos", {"existing": "overwrite"}, "-x.png would be replaced by its own"),
        (["photos/a.jpg", "photos/deep"], "photos", {"existing": "overwrite"}, "a.jpg would be re"),
        (["-", "photos/a.jpg"], "out", {}, "- stands for one picture, but 2 are named"),
        (["photos", "photos/a.jpg"], "-", {}, "- stands for one picture, but 2 are named"),
        (["-"], "photos", {}, "photos is a folder; name the file for the picture of standard in"),
        (["-"], "out", {}, "out has no image suffix"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_made(folder, sources, target, options, message):
    make("more/a.jpg", "more/x.gif", "more/x.png", "empty/notes.txt", "done/a.jpg", "done/b.PNG")
    before = sorted(folder.rglob("*"))
    with pytest.raises(FcsrError, match=message):
        plan(sources, target, **options)
    assert sorted(folder.rglob("*")) == before


def test_a_conversion_in_place_never_replaces_another_source(folder):
    make("photos/a.png")
    with pytest.raises(FcsrError, match=r"photos/a.jpg would be replaced by its own result"):
        plan("photos", "photos", format="jpg", existing="overwrite")


def test_a_link_to_the_source_is_not_replaced_by_its_result(folder):
    make("out/other.png")
    os.symlink("../photos/a.jpg", "out/a.jpg")
    with pytest.raises(FcsrError, match=r"photos/a.jpg would be replaced by its own result"):
        plan("photos/a.jpg", "out", existing="overwrite")


def test_a_source_that_is_lost_is_no_reason_to_stop(folder):
    os.symlink("nowhere", "photos/lost.png")
    make("out/lost.png")
    assert plan("photos/lost.png", "out", existing="overwrite")[0].source == "photos/lost.png"


def test_existing_results_are_skipped_or_replaced(folder):
    make("out/a.jpg")
    os.symlink("nowhere", "out/b.PNG")
    jobs = plan("photos", "out", existing="skip")
    assert [job.skip for job in jobs] == [False, True, True]
    jobs = plan("photos", "out", existing="overwrite")
    assert [job.replaces for job in jobs] == [True] * 3 and not any(job.skip for job in jobs)
    [job] = plan("photos/a.jpg", "out/a.jpg", existing="skip")
    assert job.skip and job.named


def test_names_that_differ_in_case_only_are_two_where_the_disk_says_so(folder, monkeypatch):
    make("photos/A.jpg")
    assert len(plan("photos", "out")) == 4
    monkeypatch.setattr("fcsr.inference.jobs.ignores_case", lambda folder: True)
    with pytest.raises(FcsrError, match=r"photos/A.jpg and photos/a.jpg would both become out/a.j"):
        plan("photos", "out")


def test_a_disk_is_asked_whether_it_minds_case(folder, monkeypatch):
    assert not ignores_case(str(folder / "out" / "1234"))
    (folder / "Name").mkdir()
    os.symlink("Name", "nAME")  # as if it were one folder
    assert ignores_case(str(folder / "Name" / "1234" / "56"))


def test_shards_have_each_picture_once_whatever_is_done_already(folder):
    everything = pairs("photos", "out", recursive=True)
    found: dict[str, str] = {}
    for number in (1, 2, 3):
        part = plan("photos", "out", recursive=True, shard=f"{number}/3", existing="skip")
        assert not any(job.skip for job in part)
        make(*(job.target for job in part))  # before the next one begins
        assert not found.keys() & {job.source for job in part}
        found |= {job.source: job.target for job in part}
    assert found == everything


def test_a_folder_that_cannot_be_read_is_named(folder, monkeypatch):
    def closed(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", closed)
    with pytest.raises(FcsrError, match=r"photos cannot be read \(Permission denied\)"):
        plan("photos", "out")


def test_standard_streams_stand_for_one_picture(folder):
    assert plan("-", "-") == [Job("-", "-", ".png", named=True, replaces=True)]
    assert plan("-", "-", format="jpg")[0].suffix == ".jpg"
    assert plan("photos/a.jpg", "-", format="tif")[0].suffix == ".tif"
    make("-")
    assert plan("./-", "out.png")[0].source == "./-"
    with pytest.raises(ImageError, match="nowhere cannot be read"):
        plan("nowhere", "-")
