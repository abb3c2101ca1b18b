"""From a real server on this machine that cuts, lies, dawdles and stalls."""

import errno
import hashlib
import io
import re
import shutil
import socket
import stat
import threading
import time
import zipfile
from pathlib import Path

import pytest
from server import serving

from fcsr import data, images
from fcsr.data import download, transfer
from fcsr.data.download import BSDS500, DIV2K, SELFEXSR, Source
from fcsr.errors import DownloadError

SHARED = Path(__file__).parents[3] / "shared" / "data"
CONTENT = bytes(range(256)) * 2000  # 512 kB


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture
def source(server, tmp_path, monkeypatch):
    """`source({"a/b.png": bytes})`: the server as a source with a registry of its own."""
    monkeypatch.setenv("FCSR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(download, "REGISTRY", tmp_path)
    monkeypatch.setattr(download, "PAUSE_S", 0.0)

    def make(files: dict[str, bytes], name: str = "Local") -> Source:
        server.files = files
        lines = [
            f"{file} {hashlib.sha256(content).hexdigest()} {len(content)}"
            for file, content in files.items()
        ]
        (tmp_path / f"{name}.txt").write_text("\n".join(["# a comment", *lines]))
        return Source(name, server.address)

    return make


def cached(source: Source) -> list[str]:
    files = [path for path in source.folder.rglob("*") if path.is_file()]
    return sorted(p.relative_to(source.folder).as_posix() for p in files if p.name[0] != ".")


def test_files_come_once_and_are_right(source, server):
    local = source({"a/1.png": CONTENT, "2.png": b"two"})
    for _ in range(2):
        first, second = download.fetch(local, ["a/1.png", "2.png"])
        assert first.read_bytes() == CONTENT and second.read_bytes() == b"two"
    assert [path for path, _ in server.requests] == ["/a/1.png", "/2.png"]
    assert cached(local) == ["2.png", "a/1.png"]


def test_a_damaged_file_in_the_cache_is_brought_anew(source):
    local = source({"1.png": CONTENT})
    [path] = download.fetch(local, ["1.png"])
    path.write_bytes(CONTENT[:-1])
    assert download.fetch(local, ["1.png"])[0].read_bytes() == CONTENT


def test_a_cut_connection_is_resumed(source, server):
    local = source({"1.png": CONTENT})
    server.cut_after = 200_000
    [path] = download.fetch(local, ["1.png"])
    assert path.read_bytes() == CONTENT
    starts = [int(wanted[6:-1]) for _, wanted in server.requests[1:]]
    assert starts == sorted(starts) and starts[0] > 0 and len(starts) >= 2


def test_an_earlier_download_is_resumed(source, server):
    local = source({"1.png": CONTENT})
    local.folder.mkdir(parents=True)
    (local.folder / "1.png.partial").write_bytes(CONTENT[:1000])
    assert download.fetch(local, ["1.png"])[0].read_bytes() == CONTENT
    assert server.requests == [("/1.png", "bytes=1000-")]


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("left", [b"x" * 1000, CONTENT, CONTENT + b"more"])
def test_whatever_was_left_before_the_file_is_right(source, server, ranges, left):
    local = source({"1.png": CONTENT})
    server.ranges = ranges
    local.folder.mkdir(parents=True)
    (local.folder / "1.png.partial").write_bytes(left)
    assert download.fetch(local, ["1.png"])[0].read_bytes() == CONTENT
    assert cached(local) == ["1.png"]


def test_a_slow_server_is_waited_for(source, server, monkeypatch):
    monkeypatch.setattr(transfer, "TIMEOUT_S", 2.0)
    local = source({"1.png": CONTENT})
    server.pause = 0.5  # six times: longer in all than the time-out
    assert download.fetch(local, ["1.png"])[0].read_bytes() == CONTENT
    assert len(server.requests) == 1


def test_a_stalled_server_is_given_up_and_what_came_is_kept(source, server, monkeypatch):
    monkeypatch.setattr(transfer, "TIMEOUT_S", 0.3)
    local = source({"1.png": CONTENT})
    server.pause = 1.0
    with pytest.raises(DownloadError, match=r"1\.png .*sent nothing for 0\.3 seconds"):
        download.fetch(local, ["1.png"])
    server.pause = 0
    assert download.fetch(local, ["1.png"])[0].read_bytes() == CONTENT


@pytest.mark.parametrize("says_length", [True, False])
@pytest.mark.parametrize(
    ("other", "complaint"),
    [
        (b"x" * len(CONTENT), "what came is another file"),
        (CONTENT + b"more", "is another file: it has .* bytes"),
        (CONTENT[:-1], "is another file: it has 511,999 bytes"),
    ],
    ids=["same size", "longer", "shorter"],
)
def test_a_wrong_file_is_refused_and_not_kept(source, server, other, complaint, says_length):
    local = source({"1.png": CONTENT})
    server.files["1.png"], server.says_length = other, says_length
    with pytest.raises(DownloadError, match=rf"1\.png cannot be downloaded: .*{complaint}"):
        download.fetch(local, ["1.png"])
    assert not (local.folder / "1.png").exists()


@pytest.mark.parametrize("says_length", [True, False])
def test_a_server_without_end_does_not_fill_the_disk(source, server, says_length):
    local = source({"1.png": CONTENT})
    server.endless, server.says_length = True, says_length
    if says_length:  # then what follows the file is no part of it
        assert download.fetch(local, ["1.png"])[0].read_bytes() == CONTENT
    else:
        with pytest.raises(DownloadError, match="it has more than 512,000 bytes"):
            download.fetch(local, ["1.png"])
        assert cached(local) in ([], ["1.png.partial"])
        assert transfer.size(local.folder / "1.png.partial") <= len(CONTENT)
    server.endless = False
    assert download.fetch(local, ["1.png"])[0].read_bytes() == CONTENT


@pytest.mark.parametrize("cut_after", [None, 200_000])
def test_a_server_that_hangs_up_is_asked_again(source, server, cut_after):
    local = source({"1.png": CONTENT})
    server.hang_up, server.cut_after = 3, cut_after
    assert download.fetch(local, ["1.png"])[0].read_bytes() == CONTENT
    assert [wanted for _, wanted in server.requests[:4]] == [None] * 4
    assert len(server.requests) == (4 if cut_after is None else 6)


def test_a_file_without_a_length_that_is_cut_short_is_continued(source, server):
    local = source({"1.png": CONTENT})
    server.says_length, server.cut_after = False, 200_000
    assert download.fetch(local, ["1.png"])[0].read_bytes() == CONTENT
    assert [wanted for _, wanted in server.requests] == [None, "bytes=200000-", "bytes=400000-"]


def test_a_server_that_hangs_up_again_and_again_is_told_of(source, server):
    local = source({"1.png": CONTENT})
    server.hang_up = 100
    told = r"hung up 4 times in a row, at last after 0 of 512,000 bytes; what came is kept"
    with pytest.raises(DownloadError, match=told) as caught:
        download.fetch(local, ["1.png"])
    assert "offline" not in str(caught.value) and len(server.requests) == 4
    server.hang_up, server.cut_after = 0, 10_000
    with pytest.raises(DownloadError, match=r"4 times in a row, at last after 32,768 of 512,000 "):
        download.fetch(local, ["1.png"])
    server.cut_after = None
    assert download.fetch(local, ["1.png"])[0].read_bytes() == CONTENT
    assert server.requests[-1] == ("/1.png", "bytes=32768-")


def test_what_was_left_is_not_added_to_if_the_server_sends_all_again(source, server):
    local = source({"1.png": CONTENT})
    server.ranges = False
    local.folder.mkdir(parents=True)
    (local.folder / "1.png.partial").write_bytes(CONTENT[:1000])
    assert download.fetch(local, ["1.png"])[0].read_bytes() == CONTENT
    assert len(server.requests) == 1


def test_a_whole_file_that_was_left_needs_no_request(source, server):
    local = source({"1.png": CONTENT, "empty.png": b""})
    local.folder.mkdir(parents=True)
    (local.folder / "1.png.partial").write_bytes(CONTENT)
    paths = download.fetch(local, ["1.png", "empty.png"])
    assert [path.read_bytes() for path in paths] == [CONTENT, b""]
    assert [path for path, _ in server.requests] == ["/empty.png"]


def test_a_missing_file_is_named_with_the_command_that_brings_it(source, server):
    local = source({"1.png": CONTENT})
    server.files = {}
    with pytest.raises(DownloadError) as caught:
        download.fetch(local, ["1.png"])
    address, target = f"{server.address}1.png", local.folder / "1.png"
    assert "the server answers 404 Not Found" in str(caught.value)
    assert f"curl -L --create-dirs -o {target} {address}" in str(caught.value)


def test_a_cache_that_cannot_be_made_is_named(source, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("FCSR_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(DownloadError, match=r"cannot be written .* FCSR_CACHE"):
        download.fetch(source({"1.png": CONTENT}), ["1.png"])


def test_a_whole_cache_need_not_be_written(source, monkeypatch):
    local = source({"1.png": CONTENT, "set.zip": archive({"HR/1.png": b"one"})})
    [path] = download.fetch(local, ["1.png"])
    download.unzip(local, "set.zip")
    monkeypatch.setattr(download, "FileLock", lambda _: pytest.fail("would be written to"))
    assert download.fetch(local, ["1.png"]) == [path]
    assert download.unzip(local, "set.zip") == local.folder


def test_a_cache_that_cannot_be_locked_is_named(source, monkeypatch):
    def refuse(self):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(download.FileLock, "acquire", refuse)  # root may write everywhere
    with pytest.raises(DownloadError, match=r"cannot be written \(Permission .* FCSR_CACHE"):
        download.fetch(source({"1.png": CONTENT}), ["1.png"])


def test_no_network_is_said_at_once(source):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    source({"1.png": CONTENT})
    start = time.monotonic()
    with pytest.raises(DownloadError, match="as if this machine were offline"):
        download.fetch(Source("Local", f"http://127.0.0.1:{port}/"), ["1.png"])
    assert time.monotonic() - start < 5


def test_processes_do_not_disturb_each_other(source, server):
    local = source({"1.png": CONTENT})
    server.pause, found = 0.05, []

    def bring():
        found.append(download.fetch(local, ["1.png"])[0].read_bytes())

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [CONTENT] * 4 and len(server.requests) == 1


def archive(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as writer:
        for name, content in members.items():
            writer.writestr(name, content)
    return file.getvalue()


def test_zips_are_unpacked_once_and_deleted(source, server):
    local = source({"set.zip": archive({"HR/1.png": b"one", "HR/2.png": b"two"})})
    for _ in range(2):
        folder = download.unzip(local, "set.zip")
        assert (folder / "HR" / "2.png").read_bytes() == b"two"
    assert len(server.requests) == 1
    assert cached(local) == ["HR/1.png", "HR/2.png", "set.zip.done"]


def test_an_interrupted_unpacking_is_done_anew(source):
    local = source({"set.zip": archive({"HR/1.png": b"one", "HR/2.png": b"two"})})
    (local.folder / "HR").mkdir(parents=True)
    (local.folder / "HR" / "1.png").write_bytes(b"o")
    assert (download.unzip(local, "set.zip") / "HR" / "1.png").read_bytes() == b"one"


OUTSIDE = ["../out.png", "HR/../../out.png", "{tmp}/out.png", "..\\out.png", "C:out.png"]
OUTSIDE += ["C:\\out.png", "\\\\server\\share\\out.png"]


def everything(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.name[0] != "."}


@pytest.mark.parametrize("name", OUTSIDE)
def test_zips_write_nowhere_else(source, tmp_path, name):
    name = name.format(tmp=tmp_path)
    local = source({"set.zip": archive({"HR/1.png": b"one", name: b"x"})})
    download.fetch(local, ["set.zip"])
    before = everything(tmp_path)
    with pytest.raises(DownloadError, match=r"set\.zip names '.*out\.png', which lies outside"):
        download.unzip(local, "set.zip")
    assert everything(tmp_path) == before, "not even what is harmless"


@pytest.mark.parametrize("name", OUTSIDE)
def test_registries_lead_nowhere_else(source, server, tmp_path, name):
    name = name.format(tmp=tmp_path)
    local = source({"1.png": b"one", name: b"x"})
    before = everything(tmp_path)
    with pytest.raises(DownloadError, match=r"registry of Local names .* outside"):
        download.fetch(local, ["1.png", name])
    assert everything(tmp_path) == before and server.requests == []


def test_links_in_zips_are_not_followed(source, tmp_path):
    link = zipfile.ZipInfo("HR")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as writer:
        writer.writestr(link, str(tmp_path))
        writer.writestr("HR/out.png", b"x")
    local = source({"set.zip": file.getvalue()})
    with pytest.raises(DownloadError, match=r"set\.zip cannot be unpacked"):
        download.unzip(local, "set.zip")
    assert not (tmp_path / "out.png").exists()
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))


def test_what_is_no_zip_is_refused(source):
    local = source({"set.zip": b"no zip", "cut.zip": archive({"1.png": CONTENT})[:-30]})
    for name in ("set.zip", "cut.zip"):
        with pytest.raises(DownloadError, match=rf"{name} cannot be unpacked .*or delete it"):
            download.unzip(local, name)


# What the package knows of the real sources


@pytest.mark.parametrize(("source", "count"), [(SELFEXSR, 1114), (BSDS500, 400), (DIV2K, 5)])
def test_registries_are_well_formed(source, count):
    assert len(source.hashes) == len(source.sizes) == count
    assert all(100 < size < 4e9 for size in source.sizes.values())
    for name, digest in source.hashes.items():
        assert re.fullmatch(r"[\w/]+\.(png|jpg|zip)", name)
        assert re.fullmatch(r"[0-9a-f]{64}", digest)


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"needs the photographs in {SHARED}")
def test_the_registry_of_bsds500_fits_its_photographs():
    files = {name.rsplit("/")[-1]: name for name in BSDS500.hashes}
    for path in data.photographs("BSDS400", SHARED):
        content, name = path.read_bytes(), files[path.name]
        assert BSDS500.hashes[name] == hashlib.sha256(content).hexdigest()
        assert BSDS500.sizes[name] == len(content)


def png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    images.sample("coffee").crop((0, 0, width, height)).save(file, "png")
    return file.getvalue()


def test_a_set_that_is_nowhere_is_downloaded(source, monkeypatch):
    monkeypatch.delenv("FCSR_DATA", raising=False)
    folder = "BSD100/image_SRF_"
    local = source(
        {
            f"{folder}{scale}/img_001_SRF_{scale}_{kind}.png": png(*size)
            for scale, kind, size in ((2, "HR", (12, 8)), (2, "LR", (6, 4)), (4, "HR", (12, 8)))
        }
    )
    monkeypatch.setattr(download, "SELFEXSR", local)
    [pair] = data.benchmark("B100", 2)
    assert pair.lr.size == (6, 4)
    assert len(cached(local)) == 2, "what another scale needs is left alone"
    [pair] = data.benchmark("B100", 3)
    assert pair.lr.size == (4, 2) and pair.hr.size == (12, 6), "of the HR images of x2"


def test_a_set_that_was_taken_away_is_not_taken_for_an_empty_one(source, monkeypatch):
    monkeypatch.delenv("FCSR_DATA", raising=False)
    local = source({"DIV2K_valid_HR.zip": archive({"DIV2K_valid_HR/0801.png": png(12, 8)})})
    monkeypatch.setattr(download, "DIV2K", local)
    assert len(data.benchmark("DIV2K", 2.5)) == 1
    shutil.rmtree(local.folder / "DIV2K_valid_HR")
    with pytest.raises(DownloadError, match=r"Local was deleted; delete all, to download it again"):
        data.benchmark("DIV2K", 2.5)


def test_urban100_is_never_taken_from_its_halved_photographs(source, monkeypatch):
    monkeypatch.delenv("FCSR_DATA", raising=False)
    folder = "Urban100/image_SRF_"
    local = source(
        {
            f"{folder}{scale}/img_001_SRF_{scale}_{kind}.png": png(*size)
            for scale, kind, size in ((2, "HR", (6, 4)), (2, "LR", (3, 2)), (4, "HR", (12, 8)))
        }
    )
    monkeypatch.setattr(download, "SELFEXSR", local)
    assert data.benchmark("Urban100", 2)[0].hr.size == (12, 8)


def test_div2k_comes_as_zips(source, monkeypatch):
    monkeypatch.delenv("FCSR_DATA", raising=False)
    local = source(
        {
            "DIV2K_valid_HR.zip": archive({"DIV2K_valid_HR/0801.png": png(12, 8)}),
            "DIV2K_valid_LR_bicubic_X4.zip": archive(
                {"DIV2K_valid_LR_bicubic/X4/0801x4.png": png(3, 2)}
            ),
            "DIV2K_train_HR.zip": archive({"DIV2K_train_HR/0001.png": png(5, 5)}),
        }
    )
    monkeypatch.setattr(download, "DIV2K", local)
    assert data.benchmark("DIV2K", 4)[0].lr.size == (3, 2)
    assert data.benchmark("DIV2K", 3)[0].lr.size == (4, 2), "made, as no file has them"
    assert [path.name for path in data.photographs("DIV2K")] == ["0001.png"]


def test_what_is_nowhere_says_where_it_was_looked_for(source, server, monkeypatch, tmp_path):
    local = source({"Set5/image_SRF_2/img_001_SRF_2_HR.png": b""})
    server.files = {}
    monkeypatch.setattr(download, "SELFEXSR", local)
    with pytest.raises(DownloadError) as caught:
        data.benchmark("Set5", 2, root=tmp_path)
    wanted = "Set5 (Set5/HR, Set5/image_SRF_2)"
    assert str(caught.value).startswith(f"{wanted} is not in {tmp_path}; {server.address}")
    monkeypatch.delenv("FCSR_DATA", raising=False)
    with pytest.raises(DownloadError, match="not looked for on disk"):
        data.benchmark("Set5", 2)
