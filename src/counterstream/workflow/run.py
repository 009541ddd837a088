"""Run a case from evidence to report."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import resource
import shlex
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import jax
import numpy as np

from counterstream.case import Case
from counterstream.evidence.answering import Answering, migration_coverage
from counterstream.evidence.claim import Use
from counterstream.evidence.writing import format_claims
from counterstream.infer.diagnose import diagnostics_table
from counterstream.infer.fit import Fit, FitSettings, fit_system
from counterstream.infer.leave_one_out import summarise_leave_one_out
from counterstream.infer.progress import Progress, Silent
from counterstream.infer.sensitivity import summarise_sensitivity
from counterstream.report import render
from counterstream.report.content import Provenance
from counterstream.report.notebook import views_frame
from counterstream.report.views import views_document, write_json
from counterstream.spec import write_system
from counterstream.store.run_folder import IfComplete, RunFolder, open_run
from counterstream.system.observable import FlowMeasure
from counterstream.workflow.claims import answer_extra, answer_selected, claims_to_fit
from counterstream.workflow.content import VISIBLE_CHANGE, build_content
from counterstream.workflow.files import write_claims_checked, write_fit, write_flows, write_inputs, write_summary
from counterstream.workflow.results import Results, collect_results

CHECKPOINT = "checkpoint.npz"
#: What the views of the report are drawn from, to be drawn again without a simulation.
VIEWS = "views.json"
PACKAGES = ("counterstream", "jax", "jaxlib", "numpyro", "blackjax", "arviz-stats", "numpy", "scipy", "numba")


@dataclass(frozen=True)
class RunSettings:
    """What to run.

    Parameters
    ----------
    fit
        How to fit.
    exclude_agencies
        Agencies whose claims are left out of the fit.
    until
        Only claims whose window ends by this day are fitted.
    check_ledgers
        Further files of claims that are checked and not fitted.
    n_simulated
        Posterior draws that are run for series, predictions and scenarios.
    scenarios
        Scenarios to run; ``None`` runs all that are declared.
    if_complete
        What to do where a complete run stands already.
    """

    fit: FitSettings = field(default_factory=FitSettings)
    exclude_agencies: tuple[str, ...] = ()
    until: date | None = None
    check_ledgers: tuple[Path, ...] = ()
    n_simulated: int = 400
    scenarios: tuple[str, ...] | None = None
    if_complete: IfComplete = IfComplete.REFUSE


@dataclass(frozen=True)
class RunResult:
    """A finished run: its folder, the fit, and what ``run.json`` says."""

    folder: Path
    fit: Fit
    summary: dict[str, Any]
    results: Results | None = None

    def _repr_html_(self) -> str:
        """Show the views of the run, or what the fit says of itself where nothing was simulated."""
        views = self.folder / VIEWS
        if not views.is_file():
            return diagnostics_table(self.fit.label, self.fit.mixing, self.fit.pooled.shape[0])
        return views_frame(json.loads(views.read_text(encoding="utf-8")))


def run_case(
    case: Case, folder: Path, settings: RunSettings | None = None, progress: Progress | None = None
) -> RunResult:
    """Check, fit, diagnose and simulate a case, and write its run folder with the report.

    Parameters
    ----------
    folder
        Where to write; an unfinished run of the same case there is taken up again.

    Returns
    -------
    RunResult
        ``result.fit.good`` says whether the fit passed its checks.

    Raises
    ------
    CounterstreamError
        If there is nothing to fit (F101, F102), or the folder cannot be used (R101 to R105).
    """
    settings = settings or RunSettings()
    listener = progress or Silent()
    begun = time.perf_counter()
    answering = answer_selected(case, settings.exclude_agencies, settings.until)
    with open_run(folder, settings.if_complete) as run:
        fit = _fit(case, answering, settings, listener, run)
        listener.told("simulate", 0, 1)
        names = [s.name for s in case.system.scenarios] if settings.scenarios is None else list(settings.scenarios)
        extra = answer_extra(case, settings.check_ledgers).answered
        results = collect_results(case, answering, fit, extra, settings.n_simulated, names)
        simulated = time.perf_counter()
        listener.told("simulate", 1, 1)
        listener.told("write", 0, 1)
        write_inputs(run, results)
        write_fit(run, fit)
        write_flows(run, results)
        write_claims_checked(run, results)
        summary = _summarise(case, answering, fit, settings)
        summary.update(_coverages(results))
        provenance = _provenance(summary)
        content = build_content(results, provenance, _reproduce(case, settings))
        run.write_text(VIEWS, write_json(views_document(content)))
        run.write_text("report.html", render(content))
        summary["seconds"]["report and files"] = time.perf_counter() - simulated
        summary["seconds"]["whole run"] = time.perf_counter() - begun
        summary["peak_memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
        write_summary(run, summary)
        _drop_checkpoint(run)
        run.finish()
        listener.told("write", 1, 1)
        return RunResult(run.path, fit, summary, results)


def fit_case(
    case: Case, folder: Path, settings: RunSettings | None = None, progress: Progress | None = None
) -> RunResult:
    """Fit a case and write ``fit.nc`` and ``run.json``; see :func:`run_case`."""
    settings = settings or RunSettings()
    listener = progress or Silent()
    answering = answer_selected(case, settings.exclude_agencies, settings.until)
    with open_run(folder, settings.if_complete) as run:
        fit = _fit(case, answering, settings, listener, run)
        run.write_text("system.resolved.yaml", write_system(case.system))
        write_fit(run, fit)
        summary = _summarise(case, answering, fit, settings)
        write_summary(run, summary)
        _drop_checkpoint(run)
        run.finish()
        return RunResult(run.path, fit, summary)


def _fit(case: Case, answering: Answering, settings: RunSettings, listener: Progress, run: RunFolder) -> Fit:
    keep_compiled()
    fitted = claims_to_fit(case, answering)
    return fit_system(case.system, fitted, settings.fit, progress=listener, checkpoint=run.path / CHECKPOINT)


def keep_compiled() -> None:
    """Keep what JAX compiles in the user's cache, so that the next run of a system starts at once.

    A folder that the environment names (``JAX_COMPILATION_CACHE_DIR``) comes first.
    """
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        jax.config.update("jax_compilation_cache_dir", str(base / "counterstream" / "compiled"))
        # A fit compiles many small functions, each quickly: together they take longest.
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)


def _drop_checkpoint(run: RunFolder) -> None:
    (run.path / CHECKPOINT).unlink(missing_ok=True)


def _summarise(case: Case, answering: Answering, fit: Fit, settings: RunSettings) -> dict[str, Any]:
    """Return what ``run.json`` says: verdict, figures, durations, versions, keys and hashes."""
    fitted = answering.select_use(Use.FIT)
    return {
        "format": "counterstream-run/1",
        "case": case.name,
        "verdict": fit.label,
        "max_rhat": fit.mixing.max_rhat if fit.mixing else None,
        "min_ess_bulk": fit.mixing.min_ess_bulk if fit.mixing else None,
        "min_ess_tail": fit.mixing.min_ess_tail if fit.mixing else None,
        "divergences": fit.mixing.divergences if fit.mixing else None,
        "pareto_k": fit.pareto_k,
        "prior_sensitivity": summarise_sensitivity(fit.sensitivity, reliable=fit.good),
        "leave_one_out": summarise_leave_one_out(fit.leave_one_out),
        "n_chains": fit.settings.n_chains,
        "n_draws": fit.settings.n_draws,
        "leapfrogs_per_draw": fit.leapfrogs,
        "n_unknowns": fit.posterior.dimension,
        "n_claims": len(case.ledger.claims),
        "n_answered": len(answering.answered),
        "n_fitted": len(fitted),
        "n_context": len(answering.context),
        "n_unanswered": len(answering.unanswered),
        "answered_share": migration_coverage(answering),
        "seconds": dict(fit.seconds),
        "cpu_seconds": dict(fit.cpu_seconds),
        "settings": _settings(settings),
        "versions": {name: _version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "machine": {"processor": platform.machine(), "cores": os.cpu_count(), "backend": jax.default_backend()},
        "keys": {"seed": settings.fit.seed},
        "hashes": {
            "system": _hash(write_system(case.system)),
            "claims": _hash(format_claims(case.ledger.claims)),
        },
    }


def _settings(settings: RunSettings) -> dict[str, Any]:
    return json.loads(json.dumps(asdict(settings), default=str))


def _coverages(results: Results) -> dict[str, Any]:
    checked = results.used_for(Use.CHECK)
    return {
        "coverage_50": results.coverage(0.5),
        "coverage_90": results.coverage(0.9),
        "n_checked": int(checked.sum()),
        "checked_coverage_50": results.coverage(0.5, Use.CHECK),
        "checked_coverage_90": results.coverage(0.9, Use.CHECK),
        "n_conflicts": len(results.conflicts),
        "scenarios": _differences(results),
    }


def _differences(results: Results) -> dict[str, dict[str, dict[str, float]]]:
    """Return differences of flows over the period, scenario minus baseline, where they can be seen."""
    told: dict[str, dict[str, dict[str, float]]] = {}
    for scenario in results.scenarios:
        told[scenario.name] = {}
        for observable in results.system.observables:
            if not isinstance(observable.measure, FlowMeasure):
                continue
            base = results.series[observable.name].sum(axis=1)
            change = scenario.series[observable.name].sum(axis=1) - base
            if abs(float(np.median(change))) > VISIBLE_CHANGE * float(np.median(base)):
                low, middle, high = (float(q) for q in np.quantile(change, [0.05, 0.5, 0.95]))
                told[scenario.name][observable.name] = {"low90": low, "median": middle, "high90": high}
    return told


def _provenance(summary: dict[str, Any]) -> Provenance:
    def pairs(name: str) -> tuple[tuple[str, str], ...]:
        return tuple((k, str(v)) for k, v in summary[name].items())

    return Provenance(
        versions=(*pairs("versions"), ("python", summary["python"])),
        keys=pairs("keys"),
        hashes=pairs("hashes"),
        durations=tuple((k, float(v)) for k, v in summary["seconds"].items()),
    )


def _reproduce(case: Case, settings: RunSettings) -> str:
    words: Sequence[str] = [
        "counterstream run",
        case.name,
        f"--sampler {settings.fit.sampler}",
        f"--chains {settings.fit.n_chains}",
        *([f"--warm {settings.fit.n_warm}"] if settings.fit.n_warm else []),
        *([f"--draws {settings.fit.n_draws}"] if settings.fit.n_draws else []),
        f"--seed {settings.fit.seed}",
        *(f"--exclude-agency {shlex.quote(name)}" for name in settings.exclude_agencies),
        *(f"--check-claims {shlex.quote(str(path))}" for path in settings.check_ledgers),
        *([f"--until {settings.until.isoformat()}"] if settings.until else []),
        *([] if settings.fit.quick is None else ["--quick" if settings.fit.quick else "--full"]),
    ]
    return " ".join(words)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
