"""Markov chains that can be stopped after any chunk and resumed to the same draws.

Both samplers work on the whitened scale.  The random numbers of a step depend on the seed
and the step's number alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from blackjax.optimizers.dual_averaging import dual_averaging
from jax import Array
from numpy.typing import NDArray
from numpyro.infer import NUTS

from counterstream.infer.lanes import Lanes
from counterstream.infer.laplace import Whitening

Floats = NDArray[np.float64]
State = Any  # a pytree of arrays; its shape depends on the sampler

#: Error of the energy from which a trajectory counts as divergent (as in Stan and NumPyro).
DIVERGENT = 1000.0


class Chunk(NamedTuple):
    """What a chunk of steps gave; arrays lead with (step, chain)."""

    position: Floats
    diverging: NDArray[np.bool_]
    acceptance: Floats
    leapfrogs: Floats
    log_density: Floats
    slope: Floats


class Sampler(Protocol):
    """A sampler that can be stopped and resumed between chunks."""

    def start(self, positions: Floats) -> State:
        """Return the state before the first step; ``positions`` has shape (chain, dimension)."""
        ...

    def advance(self, state: State, first: int, n_steps: int, warm: bool) -> tuple[State, Chunk]:
        """Take ``n_steps`` steps from number ``first`` on; where ``warm`` is true they adapt."""
        ...


class Chains(NamedTuple):
    """Where the chains are: positions and gradients (chain, dimension), log-densities (chain,)."""

    position: Floats
    log_density: Floats
    slope: Floats


@cache
def averaging() -> tuple[Any, Any, Any]:
    """Return the three functions of dual averaging; they are compiled once for all samplers."""
    begin, update, final = dual_averaging()
    return begin, jax.jit(update), final


@dataclass(frozen=True)
class Hmc:
    """Hamiltonian Monte Carlo with many chains in step, on the whitened scale (Duane et al. 1987; Neal 2011).

    All chains share one step size, tuned by dual averaging (Nesterov 2009; by blackjax), and
    one trajectory length a step, jittered along a Halton sequence.  On a standard normal a
    quarter turn, pi / 2, forgets the start; the mean length is a little more, for directions
    that are wider than the curvature at the mode says.  Nearly all trajectories are accepted
    by intent: curvature differs from place to place, and a step that suits most places leaves
    chains in the others standing.
    """

    lanes: Lanes
    whitening: Whitening
    seed: int
    target_acceptance: float = 0.88
    mean_length: float = 2.5
    most_leapfrogs: int = 64

    def _density(self, positions: Floats) -> tuple[Floats, Floats]:
        values, slopes = self.lanes(self.whitening.to_flat(positions))
        return np.where(np.isfinite(values), values, -np.inf), np.nan_to_num(slopes) @ self.whitening.factor

    def start(self, positions: Floats) -> State:
        """Return chains at their positions, with a first guess of the step size."""
        tuning = averaging()[0](jnp.asarray(0.8 * positions.shape[1] ** -0.25))
        return Chains(positions, *self._density(positions)), jax.tree.map(jnp.asarray, tuning)

    def advance(self, state: State, first: int, n_steps: int, warm: bool) -> tuple[State, Chunk]:
        """Take steps; see :class:`Sampler`."""
        chains, tuning = state
        kept: list[tuple[Any, ...]] = []
        for number in range(first, first + n_steps):
            chains, tuning, told = self._step(chains, tuning, number, warm)
            kept.append(told)
        return (chains, tuning), Chunk(*(np.stack(part) for part in zip(*kept, strict=True)))

    def _step(self, chains: Chains, tuning: Any, number: int, warm: bool) -> tuple[Chains, Any, tuple[Any, ...]]:
        size = float(np.exp(tuning.log_x if warm else tuning.log_x_avg))
        length = self.mean_length * (0.5 + halton(number))
        leapfrogs = int(np.clip(np.ceil(length / size), 1, self.most_leapfrogs))
        random = np.random.Generator(np.random.Philox(key=[self.seed, number]))
        momentum = random.standard_normal(chains.position.shape)
        proposal, change = self._propose(chains, momentum, size, leapfrogs)
        acceptance = np.exp(np.minimum(change, 0.0))
        taken = random.random(change.shape) < acceptance
        later = Chains(
            np.where(taken[:, None], proposal.position, chains.position),
            np.where(taken, proposal.log_density, chains.log_density),
            np.where(taken[:, None], proposal.slope, chains.slope),
        )
        if warm:
            tuning = averaging()[1](tuning, self.target_acceptance - acceptance.mean())
        steps = np.full(change.shape, float(leapfrogs))
        told = (later.position, change < -DIVERGENT, acceptance, steps, later.log_density, later.slope)
        return later, tuning, told

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1))

    def _propose(self, chains: Chains, momentum: Floats, size: float, leapfrogs: int) -> tuple[Chains, Floats]:
        """Return where trajectories end and how far their energy is then from that at the start.

        Chains go in groups to threads for the whole trajectory, so that no group waits for another
        at each leapfrog.
        """

        def follow(first: int) -> tuple[Chains, Floats]:
            group = slice(first, first + self.lanes.width)
            return self._integrate(Chains(*(part[group] for part in chains)), momentum[group], size, leapfrogs)

        done = list(self._pool.map(follow, range(0, len(momentum), self.lanes.width)))
        proposal = Chains(*(np.concatenate(part) for part in zip(*(ended for ended, _ in done), strict=True)))
        return proposal, np.concatenate([change for _, change in done])

    def _integrate(self, chains: Chains, momentum: Floats, size: float, leapfrogs: int) -> tuple[Chains, Floats]:
        position, slope, value = chains.position, chains.slope, chains.log_density
        start = value - 0.5 * (momentum**2).sum(axis=1)
        # A trajectory that runs away ends with an energy without bound, and is refused.
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(leapfrogs):
                momentum = momentum + 0.5 * size * slope
                position = position + size * momentum
                value, slope = self._density(position)
                momentum = momentum + 0.5 * size * slope
            change = value - 0.5 * (momentum**2).sum(axis=1) - start
        return Chains(position, value, slope), np.where(np.isnan(change), -np.inf, change)


@dataclass(frozen=True)
class Nuts:
    """The No-U-Turn sampler (Hoffman and Gelman 2014), by NumPyro: the reference."""

    log_density: Callable[[Array], Array]
    seed: int
    n_warm: int
    target_acceptance: float = 0.8
    most_doublings: int = 9

    @cached_property
    def _kernel(self) -> NUTS:
        return NUTS(
            potential_fn=lambda u: -self.log_density(u),
            dense_mass=False,
            target_accept_prob=self.target_acceptance,
            max_tree_depth=self.most_doublings,
        )

    def start(self, positions: Floats) -> State:
        """Return the chains' states before adaptation."""
        keys = jax.random.split(jax.random.key(self.seed), positions.shape[0])

        def begin(key: Array, position: Array) -> Any:
            return self._kernel.init(key, self.n_warm, init_params=position, model_args=(), model_kwargs={})

        return jax.vmap(begin)(keys, jnp.asarray(positions))

    @cached_property
    def _advance(self) -> Any:
        def step(carry: State, _: Array) -> tuple[State, tuple[Array, ...]]:
            later = jax.vmap(lambda s: self._kernel.sample(s, (), {}))(carry)
            height, steps = -later.potential_energy, later.num_steps * 1.0
            told = (later.z, later.diverging, later.accept_prob, steps, height, -later.z_grad)
            return later, told

        return jax.jit(lambda state, n: jax.lax.scan(step, state, jnp.arange(n)), static_argnums=1)

    def advance(self, state: State, first: int, n_steps: int, warm: bool) -> tuple[State, Chunk]:
        """Take steps; NumPyro's state counts them and ends adaptation by itself."""
        del first, warm
        later, told = self._advance(state, n_steps)
        return later, Chunk(*(np.asarray(part) for part in told))


def halton(number: int) -> float:
    """Return the number's place in the base-2 Halton sequence, in (0, 1)."""
    bits = f"{number + 1:b}"[::-1]
    return sum(int(bit) * 0.5 ** (place + 1) for place, bit in enumerate(bits))


def dispersed_start(seed: int, n_chains: int, dimension: int) -> Floats:
    """Return starting points as wide as the posterior is at its mode, shape (chain, dimension)."""
    random = np.random.Generator(np.random.Philox(key=[seed, 2**40]))
    return random.standard_normal((n_chains, dimension))


def flatten_state(state: State) -> dict[str, np.ndarray[Any, Any]]:
    """Return a state's arrays by position, for a checkpoint."""
    return {f"state:{i}": np.asarray(_raw(leaf)) for i, leaf in enumerate(jax.tree.leaves(state))}


def restore_state(like: State, arrays: dict[str, np.ndarray[Any, Any]]) -> State:
    """Return the state that the arrays of a checkpoint hold; ``like`` gives its structure."""
    leaves, structure = jax.tree.flatten(like)
    restored = [_like(leaf, arrays[f"state:{i}"]) for i, leaf in enumerate(leaves)]
    return jax.tree.unflatten(structure, restored)


def _like(leaf: Any, array: np.ndarray[Any, Any]) -> Any:
    if isinstance(leaf, np.ndarray):
        return array
    return jax.random.wrap_key_data(jnp.asarray(array)) if _is_key(leaf) else jnp.asarray(array)


def _is_key(leaf: Any) -> bool:
    return isinstance(leaf, Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _raw(leaf: Any) -> Any:
    return jax.random.key_data(leaf) if _is_key(leaf) else leaf
