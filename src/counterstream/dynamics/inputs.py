"""What a run in machine code takes: a draw's values and paths, and what all draws share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from counterstream.dynamics.draw import Draw, walks_of
from counterstream.dynamics.drive import Levers, Paths, lay_paths, pull_levers
from counterstream.dynamics.machine import WIDTH
from counterstream.dynamics.paths import walk_matrix
from counterstream.dynamics.program import Program

Floats = NDArray[np.float64]


def any_draw(program: Program) -> Draw:
    """Return a draw of ones, for what no unknown enters."""
    clock = program.system.clock
    walks = {name: jnp.zeros(walk_matrix(clock, walk).shape[1]) for name, walk in walks_of(program.system).items()}
    return Draw({p.name: jnp.ones(()) for p in program.system.parameters}, walks)


@dataclass(frozen=True)
class RunInputs:
    """What runs of a program take.

    Parameters
    ----------
    program
        A compiled system.
    """

    program: Program

    @cached_property
    def value_names(self) -> tuple[str, ...]:
        """Parameters in the order of a run's ``values``."""
        return tuple(p.name for p in self.program.system.parameters)

    @cached_property
    def path_names(self) -> tuple[str, ...]:
        """Instruments in the order of a run's ``own`` paths."""
        return tuple(i.name for i in self.program.system.instruments)

    @property
    def n_frozen(self) -> int:
        """Number of further columns of ``own``, empty at first."""
        return 0

    def inputs(self, draw: Draw) -> tuple[Array, Array]:
        """Return one draw's ``values``, shape (n_values,), and ``own`` paths, shape (n_steps, n_paths); by JAX.

        Further columns of ``own`` are 0.
        """
        own = lay_paths(self.program, draw).own
        values = [draw.values[name] for name in self.value_names]
        empty = jnp.zeros((self.program.system.clock.n_steps, self.n_frozen))
        paths = jnp.concatenate([*(own[name][:, None] for name in self.path_names), empty], axis=1)
        return jnp.stack(values) if values else jnp.zeros(0), paths

    @cached_property
    def _inputs_of_many(self) -> Any:
        # The draws' numbers go along so that a system without unknowns has an axis to map over.
        def inputs(draw: Draw, _: Array) -> tuple[Array, Array]:
            return self.inputs(draw)

        return jax.jit(jax.vmap(inputs))

    def inputs_of_many(self, draws: Draw, n_draws: int) -> tuple[Floats, Floats]:
        """Return :meth:`inputs` of draws with a leading axis, each with that axis."""
        values, own = self._inputs_of_many(draws, jnp.arange(n_draws))
        return np.asarray(values), np.asarray(own)

    def lay_out(self, levers: Levers | None = None) -> Floats:
        """Return what all draws share in each step, shape (n_steps, n_shared).

        Parameters
        ----------
        levers
            Those of a scenario, of all instruments; by default the system's own.
        """
        levers = pull_levers(self.program.system, all_levers=True) if levers is None else levers
        leaves = [np.asarray(leaf, dtype=np.float64) for leaf in jax.tree.leaves((self._seasons, levers))]
        n_steps = self.program.system.clock.n_steps
        return np.ascontiguousarray(np.stack(leaves, axis=1)) if leaves else np.zeros((n_steps, 0))

    @cached_property
    def _seasons(self) -> Mapping[int, Array]:
        """Seasonal paths, which no scenario changes."""
        return self.shared_paths().seasons

    def shared_paths(self, levers: Levers | None = None) -> Paths:
        """Return paths whose seasons and levers are those of all draws; see :meth:`lay_out`."""
        levers = pull_levers(self.program.system, all_levers=True) if levers is None else levers
        return lay_paths(self.program, any_draw(self.program), levers)


def to_blocks(array: Floats) -> Floats:
    """Cut the leading axis into blocks of ``WIDTH`` and put it last, the last block filled up with its last row."""
    n = array.shape[0]
    pick = np.minimum(np.arange(-(-n // WIDTH) * WIDTH), n - 1)
    blocks = array[pick].reshape(pick.size // WIDTH, WIDTH, *array.shape[1:])
    return np.ascontiguousarray(np.moveaxis(blocks, 1, -1), dtype=np.float64)


def from_blocks(array: Floats, n: int) -> Floats:
    """Undo :func:`to_blocks` for ``n`` rows."""
    return np.moveaxis(array, -1, 1).reshape(array.shape[0] * WIDTH, *array.shape[1:-1])[:n]
