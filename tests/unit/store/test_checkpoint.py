from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from counterstream.store import codes
from counterstream.store.checkpoint import load_checkpoint, save_checkpoint

ARRAYS = {
    "draws": np.linspace(0, 1, 7).reshape(1, 7),
    "key": np.array([0, 2**32 - 1], dtype=np.uint32),
    "done": np.array(True),
    "names/nested": np.array(["a", "üb"]),
    "none": np.zeros((0, 3), dtype=np.float32),
    "nan": np.array([np.nan, np.inf]),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_checkpoint(tmp_path / "c.npz", ARRAYS, {"chunk": 3, "name": "ü", "seeds": [1, None]})
    return tmp_path / "c.npz"


def test_what_is_saved_comes_back(path: Path) -> None:
    checkpoint, problems = load_checkpoint(path)
    assert problems == ()
    assert checkpoint is not None
    assert checkpoint.metadata == {"chunk": 3, "name": "ü", "seeds": [1, None]}
    assert checkpoint.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(checkpoint.arrays[name], array)
        assert checkpoint.arrays[name].dtype == array.dtype
        assert checkpoint.arrays[name].shape == array.shape


def test_the_same_content_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "d.npz", ARRAYS, {"chunk": 3, "name": "ü", "seeds": [1, None]})
    assert (tmp_path / "d.npz").read_bytes() == path.read_bytes()


def test_numpy_reads_it_too(path: Path) -> None:
    with np.load(path, allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["key"], ARRAYS["key"])


def test_no_checkpoint_is_no_problem(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path / "none.npz") == (None, ())


def test_every_flipped_bit_is_noticed(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for position in range(len(data)):
        bit = 1 << (position % 8)
        data[position] ^= bit
        path.write_bytes(data)
        checkpoint, problems = load_checkpoint(path)
        assert checkpoint is None, position
        assert [(p.code, p.severity) for p in problems] == [(codes.DAMAGED_CHECKPOINT, "warning")]
        data[position] ^= bit
    path.write_bytes(data)
    assert load_checkpoint(path)[0] is not None


def test_every_truncation_is_noticed(path: Path) -> None:
    data = path.read_bytes()
    for length in range(0, len(data), 13):
        path.write_bytes(data[:length])
        assert load_checkpoint(path)[0] is None, length


def test_what_is_no_checkpoint_is_coded(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    path.mkdir()
    assert [p.code for p in load_checkpoint(path)[1]] == [codes.UNREADABLE]
    other = tmp_path / "d.npz"
    np.savez(other, a=np.zeros(3))
    assert [p.code for p in load_checkpoint(other)[1]] == [codes.DAMAGED_CHECKPOINT]


def test_python_objects_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Object arrays"):
        save_checkpoint(tmp_path / "c.npz", {"a": np.array([{}])}, {})
    with pytest.raises(ValueError, match="JSON"):
        save_checkpoint(tmp_path / "c.npz", {}, {"a": float("nan")})
    assert list(tmp_path.iterdir()) == []
