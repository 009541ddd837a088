from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from counterstream.errors import CounterstreamError
from counterstream.store import codes
from counterstream.store.manifest import MANIFEST_NAME, verify, write_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "sub" / "näme with space.bin").write_bytes(bytes(range(64)))
    write_manifest(tmp_path)
    return tmp_path


def found(folder: Path) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in verify(folder)]


def test_a_sound_folder_passes(folder: Path) -> None:
    assert verify(folder) == ()
    files = json.loads((folder / MANIFEST_NAME).read_text())["files"]
    assert list(files) == ["a.csv", "empty", "sub/näme with space.bin"]


def test_the_lock_and_temporaries_are_no_content(folder: Path) -> None:
    (folder / ".lock").write_text("1")
    (folder / ".a.csv.1.ab.part").write_text("half")
    assert verify(folder) == ()


@pytest.mark.parametrize("name", ["a.csv", "empty", "sub/näme with space.bin"])
def test_deleted_lengthened_and_added(folder: Path, name: str) -> None:
    path = folder / name
    data = path.read_bytes()
    path.unlink()
    assert found(folder) == [(codes.MISSING, name)]
    path.write_bytes(data + b"\0")
    assert found(folder) == [(codes.TRUNCATED, name)]
    path.write_bytes(data)
    (folder / "more").write_text("")
    assert found(folder) == [(codes.UNEXPECTED, "more")]


def test_every_truncation_is_noticed(folder: Path) -> None:
    for name in ("a.csv", "sub/näme with space.bin", MANIFEST_NAME):
        path = folder / name
        data = path.read_bytes()
        for length in range(len(data)):
            path.write_bytes(data[:length])
            assert verify(folder), (name, length)
        path.write_bytes(data)
    assert verify(folder) == ()


def test_every_flipped_bit_is_noticed(folder: Path) -> None:
    flips = 0
    for name in ("a.csv", "sub/näme with space.bin", MANIFEST_NAME):
        path = folder / name
        data = bytearray(path.read_bytes())
        for position in range(len(data)):
            for bit in range(8):
                data[position] ^= 1 << bit
                path.write_bytes(data)
                assert verify(folder), (name, position, bit)
                data[position] ^= 1 << bit
                flips += 1
        path.write_bytes(data)
    assert flips > 4000
    assert verify(folder) == ()


def test_a_folder_without_manifest(folder: Path) -> None:
    (folder / MANIFEST_NAME).unlink()
    assert [p.code for p in verify(folder)] == [codes.NO_MANIFEST]
    (folder / MANIFEST_NAME).mkdir()
    assert [p.code for p in verify(folder)] == [codes.UNREADABLE]


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"files": []}', b'{"files": {"a.csv": 1}}', b"\xff", b"[" * 100_000, b"1" * 5000],
)
def test_what_is_no_manifest(folder: Path, content: bytes) -> None:
    (folder / MANIFEST_NAME).write_bytes(content)
    assert [p.code for p in verify(folder)] == [codes.DAMAGED_MANIFEST]


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b", "", "a//b"])
def test_names_that_lead_outside_are_refused(folder: Path, name: str) -> None:
    content = (folder / MANIFEST_NAME).read_text().replace("a.csv", name)
    (folder / MANIFEST_NAME).write_text(content)
    assert [p.code for p in verify(folder)] == [codes.DAMAGED_MANIFEST]


def test_links_are_no_files_of_a_run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "a.csv"
    (folder / "a.csv").rename(outside)
    (folder / "a.csv").symlink_to(outside)
    assert found(folder) == [(codes.UNEXPECTED, "a.csv")]
    (folder / "loop").symlink_to(folder)
    assert found(folder) == [(codes.UNEXPECTED, "a.csv"), (codes.UNEXPECTED, "loop")]
    with pytest.raises(CounterstreamError, match="R204"):
        write_manifest(folder)


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert found(folder) == [(codes.UNEXPECTED, "pipe")]


def test_names_that_are_not_utf8_or_not_printable(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\x1b[31m")).write_text("x")
    write_manifest(folder)
    assert verify(folder) == ()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\x1b[31m")).write_text("y")
    (problem,) = verify(folder)
    assert str(problem).isprintable() or "\x1b" not in str(problem)
    str(problem).encode("utf-8")
