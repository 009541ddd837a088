"""Markov chains in chunks: the fast sampler and the reference, resumable to the same draws.

Both work on the whitened scale and advance by whole steps whose random keys depend on the
chain and the step's number alone, so that stopping between chunks changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import blackjax.mcmc.dynamic_hmc as dynamic_hmc
import jax
import jax.numpy as jnp
import numpy as np
import optax
from blackjax.adaptation.chees_adaptation import base as chees_base
from jax import Array
from numpyro.infer import NUTS

LogDensity = Callable[[Array], Array]
State = Any  # a pytree of arrays; its shape depends on the sampler


class Chunk(NamedTuple):
    """What a chunk of steps gave; arrays lead with (step, chain)."""

    position: Array
    diverging: Array
    acceptance: Array
    leapfrogs: Array
    log_density: Array


class Sampler(Protocol):
    """A sampler that can be stopped and resumed between chunks."""

    def start(self, positions: Array) -> State:
        """Return the state before the first step; ``positions`` has shape (chain, dimension)."""
        ...

    def advance(self, state: State, first: Array, n_steps: int, warm: Array) -> tuple[State, Chunk]:
        """Take ``n_steps`` steps from number ``first`` on; where ``warm`` is true they adapt."""
        ...


@dataclass(frozen=True)
class Chees:
    """HMC with trajectory length tuned across chains (Hoffman, Radul and Sountsov 2021), by blackjax."""

    log_density: LogDensity
    key: Array
    n_warm: int
    most_leapfrogs: int = 512
    target_acceptance: float = 0.8

    def _parts(self) -> tuple[Any, Any, Any]:
        bits = 14

        def jitter(index: Array) -> Array:
            return dynamic_hmc.halton_sequence(index, bits)

        def leapfrogs(index: Array, mean_steps: Array) -> Array:
            return jnp.asarray(jnp.ceil(jitter(index) * mean_steps), dtype=int)

        kernel = dynamic_hmc.build_kernel(next_random_arg_fn=lambda i: i + 1, integration_steps_fn=leapfrogs)
        optimiser = optax.adam(0.05, b1=0.0, b2=0.95)
        start, update = chees_base(
            jitter, lambda i: i + 1, optimiser, self.target_acceptance, 0.5, self.most_leapfrogs
        )
        return kernel, start, update

    def start(self, positions: Array) -> State:
        """Return chains at their positions, with a first guess of step and trajectory."""
        _, begin, _ = self._parts()
        states = jax.vmap(lambda p: dynamic_hmc.init(p, self.log_density, 0))(positions)
        first = positions.shape[1] ** -0.25
        return states, begin(0, first)._replace(trajectory_length=jnp.asarray(1.5))

    def advance(self, state: State, first: Array, n_steps: int, warm: Array) -> tuple[State, Chunk]:
        """Take steps; see :class:`Sampler`."""
        return _chees_steps(self, state, first, n_steps, warm)


def _chees_steps(sampler: Chees, state: State, first: Array, n_steps: int, warm: Array) -> tuple[State, Chunk]:
    kernel, _, update = sampler._parts()
    unit = jnp.ones(state[0].position.shape[1])

    def step(carry: State, number: Array) -> tuple[State, Chunk]:
        states, tuning = carry
        size = jnp.where(warm, tuning.step_size, jnp.exp(tuning.log_step_size_moving_average))
        length = jnp.where(warm, tuning.trajectory_length, jnp.exp(tuning.log_trajectory_length_moving_average))
        keys = jax.random.split(jax.random.fold_in(sampler.key, number), states.position.shape[0])

        def one(key: Array, chain: Any) -> Any:
            return kernel(key, chain, sampler.log_density, size, unit, integration_steps_params=(length / size,))

        later, info = jax.vmap(one)(keys, states)
        tuned = update(
            tuning,
            info.proposal.position,
            info.proposal.momentum,
            states.position,
            info.acceptance_rate,
            info.is_divergent,
            unit,
        )
        tuning = jax.tree.map(lambda new, old: jnp.where(warm, new, old), tuned, tuning)
        told = Chunk(
            later.position, info.is_divergent, info.acceptance_rate, info.num_integration_steps, later.logdensity
        )
        return (later, tuning), told

    return jax.lax.scan(step, state, first + jnp.arange(n_steps))


@dataclass(frozen=True)
class Nuts:
    """The No-U-Turn sampler (Hoffman and Gelman 2014), by NumPyro: the reference."""

    log_density: LogDensity
    key: Array
    n_warm: int
    target_acceptance: float = 0.8
    most_doublings: int = 9

    def _kernel(self) -> NUTS:
        return NUTS(
            potential_fn=lambda u: -self.log_density(u),
            dense_mass=False,
            target_accept_prob=self.target_acceptance,
            max_tree_depth=self.most_doublings,
        )

    def start(self, positions: Array) -> State:
        """Return the chains' states before adaptation."""
        kernel = self._kernel()
        keys = jax.random.split(self.key, positions.shape[0])
        return jax.vmap(lambda k, p: kernel.init(k, self.n_warm, init_params=p, model_args=(), model_kwargs={}))(
            keys, positions
        )

    def advance(self, state: State, first: Array, n_steps: int, warm: Array) -> tuple[State, Chunk]:
        """Take steps; NumPyro's state counts them and ends adaptation by itself."""
        del first, warm
        kernel = self._kernel()
        kernel.init(self.key, self.n_warm, init_params=state.z[0], model_args=(), model_kwargs={})

        def step(carry: State, _: Array) -> tuple[State, Chunk]:
            later = jax.vmap(lambda s: kernel.sample(s, (), {}))(carry)
            told = Chunk(later.z, later.diverging, later.accept_prob, later.num_steps, -later.potential_energy)
            return later, told

        return jax.lax.scan(step, state, jnp.arange(n_steps))


def dispersed_start(key: Array, n_chains: int, dimension: int) -> Array:
    """Return starting points wider than the posterior: twice its standard deviation, shape (chain, dimension)."""
    return 1.5 * jax.random.normal(key, (n_chains, dimension))


def flatten_state(state: State) -> dict[str, np.ndarray]:
    """Return a state's arrays by position, for a checkpoint."""
    leaves = jax.tree.leaves(state)
    return {f"leaf{i}": np.asarray(_raw(leaf)) for i, leaf in enumerate(leaves)}


def restore_state(like: State, arrays: dict[str, np.ndarray]) -> State:
    """Return the state that the arrays of a checkpoint hold; ``like`` gives its structure."""
    leaves, structure = jax.tree.flatten(like)
    restored = [
        jax.random.wrap_key_data(jnp.asarray(arrays[f"leaf{i}"])) if _is_key(leaf) else jnp.asarray(arrays[f"leaf{i}"])
        for i, leaf in enumerate(leaves)
    ]
    return jax.tree.unflatten(structure, restored)


def _is_key(leaf: Any) -> bool:
    return isinstance(leaf, Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _raw(leaf: Any) -> Any:
    return jax.random.key_data(leaf) if _is_key(leaf) else leaf
