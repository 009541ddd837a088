"""The tests of the random numbers: against an independent generator, and failing faults planted in it and in ours."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy.stats import kstest

from counterstream.simulate.persons.squares import BLOCK, DIGITS, draw_digits

PROGRAM = Path(__file__).parents[2] / "validation" / "generator.py"
pytestmark = pytest.mark.skipif(not PROGRAM.is_file(), reason="validation is not in the source distribution")


@pytest.fixture(scope="module")
def battery() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generator_battery", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_p_values_of_an_independent_generator_are_spread_evenly(battery: ModuleType) -> None:
    random = np.random.Generator(np.random.PCG64DXSM(5))
    parts = [random.integers(0, 2**64, 2**17, dtype=np.uint64) for _ in range(60)]
    for test in battery.TESTS.values():
        # Six tests, each with a chance of 1e-5 of a false alarm with another seed.
        assert kstest([test(part) for part in parts], "uniform").pvalue > 1e-5


def test_each_test_sees_its_own_fault(battery: ModuleType) -> None:
    random = np.random.Generator(np.random.PCG64DXSM(6))
    sound = random.integers(0, 2**64, 2**17, dtype=np.uint64)
    one, others = np.uint64(1), np.uint64(2**64 - 2)
    faulty = {
        # One digit is 1 where it should be 0 in every tenth word.
        "frequency": np.where(np.arange(sound.size) % 10 == 0, sound | one, sound),
        "runs": np.where(np.arange(sound.size) % 5 == 0, (sound & others) | (sound >> one & one), sound),
        "serial": (sound & np.uint64(~0xFF & (2**64 - 1))) | (sound >> np.uint64(8) & np.uint64(0xFF)),
        "gaps": sound & ~np.where(np.arange(sound.size) % 10 == 0, np.uint64(0xF0), np.uint64(0)),
        "collisions": np.where(np.arange(sound.size) % 500 == 0, np.roll(sound, 7), sound),
        "birthdays": sound & ~np.uint64(0x3F0000003F),
    }
    for name, words in faulty.items():
        p = battery.TESTS[name](words)
        assert min(p, 1.0 - p) < 1e-6, name
        assert 1e-5 < battery.TESTS[name](sound) < 1.0 - 1e-5, name


def test_streams_are_the_words_of_the_engine_in_the_orders_named(battery: ModuleType) -> None:
    keys = battery.make_keys()
    n, blocks, steps = 4096, battery.BLOCKS, battery.STEPS
    persons, leading, over_steps, over_keys = (
        battery.draw_words(stream, keys, 0, n) for stream in ("persons", "leading", "steps", "keys")
    )
    for block in (0, 3, n // DIGITS - 1):
        digits = [int(draw_digits(0, block, d, keys.keys[0])) for d in range(DIGITS)]
        assert persons[block * DIGITS : (block + 1) * DIGITS].tolist() == digits
        numbers = [sum((digits[d] >> lane & 1) << (7 - d) for d in range(DIGITS)) for lane in range(BLOCK)]
        byte_by_byte = b"".join(int(word).to_bytes(8, "big") for word in leading[block * 8 : (block + 1) * 8])
        assert list(byte_by_byte) == numbers
    assert over_steps[steps + 5] == draw_digits(5, 1, 0, keys.keys[0])
    assert over_keys[7] == draw_digits(0, 0, 0, keys.keys[7])
    # The second step, and the second run, begin where the first ends.
    assert battery.draw_words("persons", keys, blocks * DIGITS, 8)[2] == draw_digits(1, 0, 2, keys.keys[0])
    assert battery.draw_words("persons", keys, blocks * DIGITS * steps, 8)[0] == draw_digits(0, 0, 0, keys.keys[1])


def test_the_engine_passes_and_weak_generators_fail(battery: ModuleType) -> None:
    keys = battery.make_keys()
    for stream in battery.STREAMS:
        # 60 p-values within 1e-8 of 0 or 1: a sound generator fails once in a million times.
        assert battery.passes(battery.examine(stream, keys, 1)), stream
    for kind in battery.PLANTED.values():
        assert not battery.passes(battery.examine("persons", keys, 1, kind))
