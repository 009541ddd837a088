from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterstream.errors import CounterstreamError
from counterstream.store import atomic, codes
from counterstream.store.atomic import remove_temporaries, replacing, write_bytes, write_text


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "one\r\nü")
    assert path.read_bytes() == "one\r\nü".encode()
    write_bytes(path, memoryview(b"two"))
    assert path.read_bytes() == b"two"
    write_bytes(path, b"")
    assert path.read_bytes() == b""
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["write", "fsync", "open", "replace"])
def test_a_full_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(atomic.os, call, fail)
    with pytest.raises(CounterstreamError) as caught:
        write_text(path, "new")
    monkeypatch.undo()
    assert caught.value.codes == (codes.DISK_FULL,)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_writes_that_take_only_a_part_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(atomic.os, "write", lambda descriptor, data: real(descriptor, data[:3]))
    write_bytes(tmp_path / "a", b"0123456789")
    assert (tmp_path / "a").read_bytes() == b"0123456789"


def test_a_disk_that_fills_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, left = os.write, [5]

    def write(descriptor: int, data: bytes) -> int:
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = real(descriptor, data[: left[0]])
        left[0] -= written
        return written

    monkeypatch.setattr(atomic.os, "write", write)
    with pytest.raises(CounterstreamError, match="R101"):
        write_bytes(tmp_path / "a", b"0123456789")
    assert names(tmp_path) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB, where this may be mounted."""
    mount = shutil.which("mount")
    place = tmp_path / "disk"
    place.mkdir()
    if (
        mount is None
        or os.geteuid() != 0
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], check=False).returncode
    ):
        pytest.skip("a small file system cannot be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    write_bytes(small_disk / "a", b"x" * 20_000)
    with pytest.raises(CounterstreamError) as caught:
        write_bytes(small_disk / "a", b"y" * 200_000)
    assert caught.value.codes == (codes.DISK_FULL,)
    assert names(small_disk) == ["a"]
    assert (small_disk / "a").read_bytes() == b"x" * 20_000


def test_other_failures_are_coded(tmp_path: Path) -> None:
    with pytest.raises(CounterstreamError) as caught:
        write_text(tmp_path / "nowhere" / "a.txt", "x")
    assert caught.value.codes == (codes.CANNOT_WRITE,)
    (tmp_path / "folder").mkdir()
    with pytest.raises(CounterstreamError, match="R102"):
        write_text(tmp_path / "folder", "x")
    assert names(tmp_path) == ["folder"]


def test_replacing_keeps_the_old_file_when_the_block_fails(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def spoil() -> None:
        with replacing(path) as temporary:
            temporary.write_text("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        spoil()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_replacing_nothing_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(CounterstreamError, match="R102"), replacing(tmp_path / "a"):
        pass


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".a.txt.123.abcd.part").write_text("half")
    (tmp_path / "b.part").write_text("somebody's")
    remove_temporaries(tmp_path)
    assert names(tmp_path) == ["b.part"]


WRITER = """
import sys
from pathlib import Path
from counterstream.store.atomic import write_bytes
print("go", flush=True)
while True:
    for letter in b"ab":
        write_bytes(Path(sys.argv[1]), bytes([letter]) * 500_000)
"""


def test_a_writer_killed_at_any_moment_leaves_whole_files(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for trial in range(8):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            # Spread over about two writes; where in a write each kill falls is left to chance.
            time.sleep(0.005 + 0.003 * trial)
            process.kill()
            process.wait()
        if path.exists():
            data = path.read_bytes()
            assert len(data) == 500_000
            assert len(set(data)) == 1
    assert path.exists()
    remove_temporaries(tmp_path)
    assert names(tmp_path) == ["file"]
