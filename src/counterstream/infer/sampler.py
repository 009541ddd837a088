"""Markov chains that can be stopped after any chunk and resumed to the same draws.

Both samplers work on the whitened scale.  The random numbers of a step depend on the seed
and the step's number alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import blackjax.mcmc.dynamic_hmc as dynamic_hmc
import jax
import jax.numpy as jnp
import numpy as np
import optax
from blackjax.adaptation.chees_adaptation import base as chees_base
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


@dataclass(frozen=True)
class Chees:
    """HMC whose trajectory length is tuned across many chains (Hoffman, Radul and Sountsov 2021).

    Step size and trajectory length are adapted by blackjax; the leapfrog steps are taken
    here, since they call a function that is compiled once for everything.
    """

    lanes: Lanes
    whitening: Whitening
    seed: int
    target_acceptance: float = 0.8
    most_leapfrogs: int = 256

    @cached_property
    def _adaptation(self) -> tuple[Any, Any]:
        def jitter(index: Array) -> Array:
            return dynamic_hmc.halton_sequence(index, 14)

        optimiser = optax.adam(0.05, b1=0.0, b2=0.95)
        begin, update = chees_base(jitter, lambda i: i + 1, optimiser, self.target_acceptance, 0.5, self.most_leapfrogs)
        return begin, jax.jit(update)

    def _density(self, positions: Floats) -> tuple[Floats, Floats]:
        values, slopes = self.lanes(self.whitening.to_flat(positions))
        return np.where(np.isfinite(values), values, -np.inf), np.nan_to_num(slopes) @ self.whitening.factor

    def start(self, positions: Floats) -> State:
        """Return chains at their positions, with a first guess of step and trajectory."""
        first = 0.8 * positions.shape[1] ** -0.25
        tuning = self._adaptation[0](0, first)._replace(
            trajectory_length=jnp.asarray(1.5), log_trajectory_length_moving_average=jnp.log(1.5)
        )
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
        averaged = not warm
        size = float(jnp.exp(tuning.log_step_size_moving_average) if averaged else tuning.step_size)
        length = float(jnp.exp(tuning.log_trajectory_length_moving_average) if averaged else tuning.trajectory_length)
        jitter = float(dynamic_hmc.halton_sequence(jnp.asarray(number), 14))
        leapfrogs = int(np.clip(np.ceil(jitter * length / size), 1, self.most_leapfrogs))
        random = np.random.Generator(np.random.Philox(key=[self.seed, number]))
        momentum = random.standard_normal(chains.position.shape)
        proposal, turned = self._integrate(chains, momentum, size, leapfrogs)
        energy = chains.log_density - 0.5 * (momentum**2).sum(axis=1)
        change = proposal.log_density - 0.5 * (turned**2).sum(axis=1) - energy
        change = np.where(np.isnan(change), -np.inf, change)
        acceptance = np.exp(np.minimum(change, 0.0))
        taken = random.random(change.shape) < acceptance
        later = Chains(
            *(np.where(taken.reshape(-1, *([1] * (b.ndim - 1))), b, a) for a, b in zip(chains, proposal, strict=True))
        )
        diverging = change < -DIVERGENT
        if warm:
            unit = jnp.ones(chains.position.shape[1])
            tuning = self._adaptation[1](
                tuning, proposal.position, turned, chains.position, acceptance, jnp.asarray(diverging), unit
            )
        steps = np.full(change.shape, float(leapfrogs))
        return later, tuning, (later.position, diverging, acceptance, steps, later.log_density)

    def _integrate(self, chains: Chains, momentum: Floats, size: float, leapfrogs: int) -> tuple[Chains, Floats]:
        position, slope, value = chains.position, chains.slope, chains.log_density
        for _ in range(leapfrogs):
            momentum = momentum + 0.5 * size * slope
            position = position + size * momentum
            value, slope = self._density(position)
            momentum = momentum + 0.5 * size * slope
        return Chains(position, value, slope), momentum


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
            told = (later.z, later.diverging, later.accept_prob, later.num_steps * 1.0, -later.potential_energy)
            return later, told

        return jax.jit(lambda state, n: jax.lax.scan(step, state, jnp.arange(n)), static_argnums=1)

    def advance(self, state: State, first: int, n_steps: int, warm: bool) -> tuple[State, Chunk]:
        """Take steps; NumPyro's state counts them and ends adaptation by itself."""
        del first, warm
        later, told = self._advance(state, n_steps)
        return later, Chunk(*(np.asarray(part) for part in told))


def dispersed_start(seed: int, n_chains: int, dimension: int) -> Floats:
    """Return starting points half as wide again as the posterior, shape (chain, dimension)."""
    random = np.random.Generator(np.random.Philox(key=[seed, 2**40]))
    return 1.5 * random.standard_normal((n_chains, dimension))


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
