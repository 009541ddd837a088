"""Fit a system to claims: find the mode, whiten, run chains, check them; resumable."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from counterstream.evidence.answering import AnsweredClaim
from counterstream.infer.diagnose import Mixing, check_approximation, check_mixing, diagnostics_table
from counterstream.infer.lanes import Lanes, compile_lanes
from counterstream.infer.laplace import Whitening, find_whitening, renew
from counterstream.infer.leave_one_out import LeaveOneOut, leave_each_out
from counterstream.infer.pointwise import Pointwise, weigh_draws
from counterstream.infer.posterior import Given, Posterior
from counterstream.infer.progress import Progress, Silent
from counterstream.infer.sampler import Chunk, Hmc, Nuts, Sampler, dispersed_start, flatten_state, restore_state
from counterstream.infer.sensitivity import Sensitivity, scale_powers
from counterstream.store.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from counterstream.system.system import System

Floats = NDArray[np.float64]
#: Unknowns from which chains are short unless long ones are asked for.
LARGE = 200
#: Steps to adapt and to keep, of long and of short chains.
LONG, SHORT = (120, 300), (64, 60)
#: Up to how many times as long chains go on while the checks are not passed.
PATIENCE = 5
#: Draws of a quick look.
QUICK_DRAWS = 400


@dataclass(frozen=True)
class FitSettings:
    """How to fit.

    Parameters
    ----------
    sampler
        ``hmc`` (many short chains in step) or ``nuts`` (the reference).
    n_chains, n_warm, n_draws
        Chains, and steps of each for adaptation and for keeping; ``None`` for :data:`LONG`, or
        :data:`SHORT` where ``quick`` says so.
    most_draws
        Steps of each chain to keep at most: as long as the checks are not passed, sampling goes
        on by ``n_draws`` more.  ``None``: :data:`PATIENCE` times as many for long chains, where
        ``n_draws`` is not given; no more than ``n_draws`` otherwise.
    chunk
        Steps between checkpoints.
    seed
        Seed of all random keys.
    quick
        ``True``: draws of the normal approximation at the mode instead of chains.  ``False``:
        long chains.  ``None``: long chains, save that systems of more than :data:`LARGE`
        unknowns get short ones, as long ones take many minutes.  The approximation is a quick
        look and labelled as such wherever it is shown; so are short chains that do not pass the
        checks.
    """

    sampler: str = "hmc"
    n_chains: int = 16
    n_warm: int | None = None
    n_draws: int | None = None
    most_draws: int | None = None
    chunk: int = 10
    seed: int = 1
    quick: bool | None = None

    def lengths(self, dimension: int) -> tuple[int, int]:
        """Return steps to adapt and to keep, for a number of unknowns."""
        warm, draws = SHORT if self.quick is None and dimension > LARGE else LONG
        return self.n_warm or warm, self.n_draws or draws

    def limit(self, dimension: int) -> int:
        """Return steps to keep at most, for a number of unknowns."""
        _, draws = self.lengths(dimension)
        if self.most_draws is not None:
            return max(self.most_draws, draws)
        short = self.quick is None and dimension > LARGE
        return draws if self.n_draws is not None or short else PATIENCE * draws

    def is_short(self, dimension: int) -> bool:
        """Whether chains are shorter than they should be because the system is large."""
        return self.quick is None and dimension > LARGE and self.lengths(dimension)[1] <= SHORT[1]


@dataclass(frozen=True)
class Fit:
    """A fitted system.

    Parameters
    ----------
    posterior
        What was fitted.
    settings
        How.
    whitening
        Mode and curvature.
    flats
        Draws of the flat vector, shape (chain, draw, dimension).
    mixing
        Convergence; ``None`` for a quick look.
    pointwise
        What priors and claims say of each draw.
    seconds
        Wall seconds by phase.
    leapfrogs
        Mean leapfrog steps a draw.
    pareto_k
        For a quick look: how far the normal approximation is from the posterior; see
        :func:`~counterstream.infer.diagnose.check_approximation`.
    """

    posterior: Posterior
    settings: FitSettings
    whitening: Whitening
    flats: Floats
    mixing: Mixing | None
    pointwise: Pointwise
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    cpu_seconds: dict[str, float] = field(default_factory=dict[str, float])
    leapfrogs: float = 0.0
    pareto_k: float | None = None

    @property
    def quick(self) -> bool:
        """Whether this is a quick look: an approximation, or short chains."""
        return self.mixing is None or self.settings.is_short(self.posterior.dimension)

    @property
    def good(self) -> bool:
        """Whether the fit passed its checks; an approximation never does."""
        return self.mixing is not None and self.mixing.good

    @property
    def label(self) -> str:
        """``fit``, ``unfit`` or ``quick look``."""
        if self.good:
            return "fit"
        return "quick look" if self.quick else "unfit"

    @cached_property
    def pooled(self) -> Floats:
        """Draws of all chains together, shape (draw, dimension)."""
        return self.flats.reshape(-1, self.flats.shape[-1])

    def thinned(self, n: int) -> Floats:
        """Return at most ``n`` evenly spaced pooled draws."""
        pick = np.unique(np.linspace(0, self.pooled.shape[0] - 1, min(n, self.pooled.shape[0])).astype(int))
        return self.pooled[pick]

    def values(self, n: int | None = None) -> dict[str, Floats]:
        """Return constrained values by unknown, each (draw, ...), in the units declared."""
        flats = self.pooled if n is None else self.thinned(n)
        constrained = jax.vmap(self.posterior.unknowns.constrain)(jnp.asarray(flats))
        return {name: np.asarray(v) for name, v in constrained.items()}

    @cached_property
    def sensitivity(self) -> tuple[Sensitivity, ...]:
        """Whether the prior of each declared parameter and the claims contradict each other."""
        labels = self.posterior.unknowns.labels()
        return scale_powers(self.pointwise, {p: self.flats[:, :, labels.index(p)] for p in self.pointwise.parameters})

    @cached_property
    def leave_one_out(self) -> LeaveOneOut:
        """What the other claims say of each fitted claim."""
        return leave_each_out(self.posterior.table, self.pointwise)

    def _repr_html_(self) -> str:
        return diagnostics_table(self.label, self.mixing, self.pooled.shape[0])


class Stopwatch:
    """Wall and processor seconds by phase."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self._since = (time.perf_counter(), time.process_time())

    def lap(self, phase: str) -> None:
        """Book the time since the last lap to a phase."""
        now = (time.perf_counter(), time.process_time())
        self.wall[phase] = self.wall.get(phase, 0.0) + now[0] - self._since[0]
        self.cpu[phase] = self.cpu.get(phase, 0.0) + now[1] - self._since[1]
        self._since = now


def fit_system(
    system: System,
    claims: Sequence[AnsweredClaim],
    settings: FitSettings | None = None,
    *,
    progress: Progress | None = None,
    checkpoint: Path | None = None,
) -> Fit:
    """Fit a system to claims.

    Parameters
    ----------
    claims
        Claims to fit, tied to observables (``Answering.answered``).
    checkpoint
        A file that is written between chunks and read at the start: a fit that was killed
        goes on where it was and gives the same draws.  One of another fit is not used.

    Returns
    -------
    Fit
        Whether it passed its checks is in ``fit.good``.
    """
    settings = settings or FitSettings()
    listener = progress or Silent()
    watch = Stopwatch()
    posterior = Posterior(system, claims)
    n_warm, n_draws = settings.lengths(posterior.dimension)
    settings = replace(settings, n_warm=n_warm, n_draws=n_draws, most_draws=settings.limit(posterior.dimension))
    identity = fit_identity(system, claims, settings)
    saved = _read_checkpoint(checkpoint, identity)
    listener.told("compile", 0, 1, f"{len(posterior.table)} claims, {posterior.dimension} unknowns")
    lanes = compile_lanes(posterior)
    listener.told("compile", 1, 1)
    watch.lap("compile")
    whitening = _whitening_of(saved) if saved else _find_whitening(posterior, lanes, listener, watch)
    if checkpoint is not None and saved is None:
        save_checkpoint(checkpoint, _whitening_arrays(whitening), {"identity": identity, "steps": 0})
    if settings.quick:
        return _quick_look(posterior, settings, whitening, lanes, watch)
    work = _Work(posterior, settings, lanes, listener, watch, checkpoint, identity)
    whitening, chunks = _run_chains(work, whitening, saved)
    return _gather(work, whitening, chunks)


def draw_chains(posterior: Posterior, lanes: Lanes, settings: FitSettings) -> Floats:
    """Return draws of a density as a fit would make them, without checkpoints and checks.

    Parameters
    ----------
    lanes
        The density; it may be of other data than the posterior's own.

    Returns
    -------
    ndarray
        Shape (chain, draw, dimension).
    """
    watch = Stopwatch()
    work = _Work(posterior, settings, lanes, Silent(), watch, None, "")
    whitening, chunks = _run_chains(work, _find_whitening(posterior, lanes, work.listener, watch), None)
    return np.swapaxes(whitening.to_flat(np.concatenate([c.position for c in chunks])), 0, 1)


def _read_checkpoint(path: Path | None, identity: str) -> Checkpoint | None:
    """Return the checkpoint of this very fit; a damaged one or another fit's is as good as none."""
    if path is None or not path.exists():
        return None
    saved, _ = load_checkpoint(path)
    return saved if saved is not None and saved.metadata.get("identity") == identity else None


def fit_identity(system: System, claims: Sequence[AnsweredClaim], settings: FitSettings) -> str:
    """Return a hash of everything that the draws depend on."""
    told = json.dumps(
        {
            "system": repr(system),
            "claims": [repr(c.claim) for c in claims],
            "settings": asdict(settings),
            "jax": jax.__version__,
        },
        sort_keys=True,
    )
    return hashlib.sha256(told.encode()).hexdigest()


def _find_whitening(posterior: Posterior, lanes: Lanes, listener: Progress, watch: Stopwatch) -> Whitening:
    start = np.zeros(posterior.dimension)
    whitening = find_whitening(lanes, start, told=lambda n, lp: listener.told("mode", n, 0, f"log-density {lp:.1f}"))
    watch.lap("mode")
    return whitening


def _quick_look(
    posterior: Posterior, settings: FitSettings, whitening: Whitening, lanes: Lanes, watch: Stopwatch
) -> Fit:
    random = np.random.Generator(np.random.Philox(key=[settings.seed, 2**41]))
    standard = random.standard_normal((1, QUICK_DRAWS, posterior.dimension))
    flats = whitening.to_flat(standard)
    heights, _ = lanes(flats[0])
    log_ratio = heights + 0.5 * (standard[0] ** 2).sum(axis=1)
    tail = check_approximation(log_ratio)
    watch.lap("draws")
    # A draw that is impossible weighs nothing; the least finite ratio is as good as none beside the others.
    known = np.where(np.isfinite(log_ratio), log_ratio, log_ratio[np.isfinite(log_ratio)].min())
    pointwise = weigh_draws(lanes, flats, known)
    watch.lap("diagnosis")
    return Fit(posterior, settings, whitening, flats, None, pointwise, watch.wall, watch.cpu, pareto_k=tail)


def make_sampler(posterior: Posterior, settings: FitSettings, whitening: Whitening, lanes: Lanes) -> Sampler:
    """Return the sampler of the settings, on the whitened scale."""
    if settings.sampler == "nuts":
        given = Given(posterior.observed)
        n_warm, _ = settings.lengths(posterior.dimension)
        return Nuts(lambda u: posterior.log_density_by_jax(whitening.to_flat_jax(u), given), settings.seed, n_warm)
    return Hmc(lanes, whitening, settings.seed)


@dataclass(frozen=True)
class _Work:
    """What the chains of one fit need at hand."""

    posterior: Posterior
    settings: FitSettings
    lanes: Lanes
    listener: Progress
    watch: Stopwatch
    checkpoint: Path | None
    identity: str

    def save(self, whitening: Whitening, state: Any, chunks: list[Chunk], done: int) -> None:
        """Write a checkpoint after ``done`` steps."""
        if self.checkpoint is not None:
            arrays = {**_whitening_arrays(whitening), **flatten_state(state), **_chunk_arrays(chunks)}
            save_checkpoint(self.checkpoint, arrays, {"identity": self.identity, "steps": done})


def _run_chains(work: _Work, whitening: Whitening, saved: Checkpoint | None) -> tuple[Whitening, list[Chunk]]:
    """Warm up in rounds, after each of which what the chains saw renews the scale, and sample."""
    settings, dimension = work.settings, work.posterior.dimension
    sampler = make_sampler(work.posterior, settings, whitening, work.lanes)
    state = sampler.start(dispersed_start(settings.seed, settings.n_chains, dimension))
    done, chunks = 0, list[Chunk]()
    if saved is not None and saved.metadata["steps"]:
        state = restore_state(state, saved.arrays)
        done = int(saved.metadata["steps"])
        chunks = _saved_chunks(saved.arrays)
    n_warm, _ = settings.lengths(dimension)
    rounds = warm_rounds(n_warm) if settings.sampler == "hmc" else ()
    while done < (total := _find_goal(work, whitening, chunks, done)):
        warm = done < n_warm
        stop = next(end for end in (*rounds, n_warm, total) if end > done)
        n = min(settings.chunk, stop - done)
        state, chunk = sampler.advance(state, done, n, warm)
        done += n
        chunks.append(chunk)
        if done in rounds:
            recent = _latest(chunks, done - done // 2)
            before, whitening = whitening, renew(whitening, *_points(recent))
            chunks = [_express(recent, before, whitening)]
            sampler = make_sampler(work.posterior, settings, whitening, work.lanes)
            state = sampler.start(chunks[0].position[-1])
        if done == n_warm:
            chunks = []
        work.watch.lap("warm-up" if warm else "sampling")
        remark = f"{chunk.leapfrogs.mean():.0f} leapfrogs a step, acceptance {chunk.acceptance.mean():.2f}"
        work.listener.told("warm-up" if warm else "sampling", done, total, remark)
        work.save(whitening, state, chunks, done)
    return whitening, chunks


def _find_goal(work: _Work, whitening: Whitening, chunks: list[Chunk], done: int) -> int:
    """Return the step to go to: a whole number of times the draws asked for, until the checks are passed."""
    n_warm, n_draws = work.settings.lengths(work.posterior.dimension)
    most = n_warm + work.settings.limit(work.posterior.dimension)
    goal = min(n_warm + n_draws * max(1, -(-(done - n_warm) // n_draws)), most)
    if done < goal or done >= most or _check(work.posterior, whitening, chunks)[1].good:
        return goal
    return min(goal + n_draws, most)


def warm_rounds(n_warm: int) -> tuple[int, ...]:
    """Return after which steps of the warm-up the scale is renewed; the last quarter tunes the step alone.

    Rounds begin short, since the first scale is rough, and double after every fourth.
    """
    ends: list[int] = []
    done, length = 0, 4
    while done + length <= 0.75 * n_warm:
        done += length
        ends.append(done)
        length = 4 * 2 ** (len(ends) // 4)
    return tuple(ends)


def _latest(chunks: list[Chunk], n_steps: int) -> Chunk:
    """Return the last steps of all chunks as one; what came before was farther from where the chains go."""
    return Chunk(*(np.concatenate(parts)[-n_steps:] for parts in zip(*chunks, strict=True)))


def _points(chunk: Chunk) -> tuple[Floats, Floats]:
    """Return positions and gradients of all chains together, each shape (point, dimension)."""
    dimension = chunk.position.shape[-1]
    return chunk.position.reshape(-1, dimension), chunk.slope.reshape(-1, dimension)


def _express(chunk: Chunk, before: Whitening, now: Whitening) -> Chunk:
    """Return a chunk on another standard scale."""
    position = now.to_standard(before.to_flat(chunk.position).reshape(-1, before.mode.size))
    slope = chunk.slope @ np.linalg.solve(before.factor, now.factor)
    return chunk._replace(position=position.reshape(chunk.position.shape), slope=slope)


def _check(posterior: Posterior, whitening: Whitening, chunks: list[Chunk]) -> tuple[Floats, Mixing]:
    """Return the draws of all chunks, shape (chain, draw, dimension), and whether they mixed."""
    flats = np.swapaxes(whitening.to_flat(np.concatenate([c.position for c in chunks])), 0, 1)
    heights = np.concatenate([c.log_density for c in chunks]).T
    diverging = np.concatenate([c.diverging for c in chunks]).T
    return flats, check_mixing(flats, heights, diverging, posterior.unknowns.labels())


def _gather(work: _Work, whitening: Whitening, chunks: list[Chunk]) -> Fit:
    flats, mixing = _check(work.posterior, whitening, chunks)
    pointwise = weigh_draws(work.lanes, flats)
    leapfrogs = float(np.mean(np.concatenate([c.leapfrogs for c in chunks])))
    watch = work.watch
    watch.lap("diagnosis")
    # As many draws as there are, so that who asks for just these gets the same ones.
    done = replace(work.settings, n_draws=flats.shape[1], most_draws=flats.shape[1])
    return Fit(work.posterior, done, whitening, flats, mixing, pointwise, watch.wall, watch.cpu, leapfrogs)


def _whitening_arrays(whitening: Whitening) -> dict[str, np.ndarray]:
    height = np.asarray(whitening.log_density)
    return {"whitening:mode": whitening.mode, "whitening:factor": whitening.factor, "whitening:height": height}


def _whitening_of(saved: Checkpoint) -> Whitening:
    arrays = saved.arrays
    return Whitening(arrays["whitening:mode"], arrays["whitening:factor"], float(arrays["whitening:height"]))


def _chunk_arrays(chunks: list[Chunk]) -> dict[str, np.ndarray]:
    if not chunks:
        return {}
    return {f"chunk:{name}": np.concatenate([c[i] for c in chunks]) for i, name in enumerate(Chunk._fields)}


def _saved_chunks(arrays: dict[str, np.ndarray]) -> list[Chunk]:
    if "chunk:position" not in arrays:
        return []
    return [Chunk(*(arrays[f"chunk:{name}"] for name in Chunk._fields))]
