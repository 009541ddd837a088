"""Answers to questions put into the report of a run: what is shown, what is refused, what stays as it is."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from answers_example import DOCUMENTS, bare_page, document, write_answer, write_run

from counterstream.errors import CounterstreamError, Problem
from counterstream.store.run_folder import check_run
from counterstream.workflow import formats
from counterstream.workflow.answers import SHAPES, add_answers

HOSTILE = "</section><script>alert(1)</script><!-- further sections -->"
#: What is read as something else than free text.
KEPT = {"format", "case", "observable", "evidence_until", "until", "first", "second", "unit"}


class Outline(HTMLParser):
    """Element ids, headings of sections, links of the contents, and the text of everything."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self.text: list[str] = []
        self._in_heading = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append(tag)
        self.ids += [told["id"] or ""] if "id" in told else []
        self.links += [told["href"] or ""] if tag == "a" and "href" in told else []
        self._in_heading = tag == "h2"

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._in_heading = False

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._in_heading:
            self.headings.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "shore")


@pytest.fixture(scope="module")
def page(run: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("answers")
    add_answers(run, [write_answer(folder, name) for name in DOCUMENTS], folder / "page.html")
    return (folder / "page.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


def refused(run: Path, files: list[Path], out: Path) -> tuple[Problem, ...]:
    with pytest.raises(CounterstreamError) as told:
        add_answers(run, files, out)
    assert not out.exists()
    return told.value.problems


def test_every_format_can_be_shown() -> None:
    named = {value for name, value in vars(formats).items() if name.isupper()}
    assert set(SHAPES) == named == {one["format"] for one in DOCUMENTS.values()}


def test_sections_stand_before_the_last_and_in_the_contents(outline: Outline) -> None:
    assert outline.headings[-7:] == [
        "Why: Departures from 1993 to 1995",
        "What if: Half as many leave against baseline",
        "Claims that the fit had not seen",
        "Projected from 1998-12-31 to 2000-12-31",
        "Whom to believe, and what rests on whom",
        "What to look for next: Departures",
        "How to cite and to reproduce this",
    ]
    inner = [link for link in outline.links if link.startswith("#")]
    assert inner.index("#answer5") + 1 == inner.index("#citing")
    assert {link[1:] for link in inner} <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))


def test_the_run_stays_as_it_was(run: Path, page: str) -> None:
    assert check_run(run) == ()
    before = (run / "report.html").read_text(encoding="utf-8")
    assert len(page) > len(before)
    # Whatever stood in the run's page stands in the new one, in the same order.
    head, rest = before.split("<!-- further contents -->")
    middle, tail = rest.split("<!-- further sections -->")
    assert page.startswith(head)
    assert page.endswith(tail)
    assert middle in page


@pytest.mark.parametrize(
    "sentence",
    [
        "Departures, persons per year: 3,200 (90 % interval 3,100 to 3,300) in 1993 and 1,600 (90 % interval 1,500 to "
        "1,700) in 1995, a change of −1,600 (90 % interval −1,750 to −1,450).",
        "60 draws of the posterior. Every combination of mechanisms was run.",
        "Letters home",
        "leave_rate is multiplied by 0.5",
        "100 draws of the prior: this says what the assumptions imply, not what the evidence says.",
        "Half as many leave: leave_rate reaches 0.01 throughout.",
        "20 claims held out together (agency=gazette): 18 scored, 1 answered by nothing in the model.",
        "Already fitted, and so no test: 1 claim.",
        "On the 12 claims that interpolation between other claims answers, the system is nearer to what was reported "
        "(median error 0.0400 against 0.150), and its intervals are better (score 1.50 against 1.80).",
        "95.0 % lie inside the 90 % interval foretold of them (90 % interval of that share, were claims independent: "
        "75.0 % to 99.0 %), which agrees with 90 %.",
        "Claims outside the 90 % interval foretold of them (1)",
        "the system was then run on until 2000-12-31. The fit meets its checks.",
        "Departures, 2000: 395 persons per year (90 % interval 340 to 460)",
        "Stands at its last declared value: Charge (since 1994-01-01).",
        "Known by hindsight, not from the evidence: War, event (1999-03-01).",
        "400 draws. The fit fails its checks: do not rely on these numbers.",
        "hardly more than the prior; also by wire",
        "With all agencies, 1990-01-01 to 1999-12-31: 4,000 (90 % interval 3,800 to 4,200).",
        "Fitting anew without them would tell. harbour office.",
        "Departures, 1990-01-01 to 1999-12-31: 4,000 (90 % interval 3,800 to 4,200). 400 draws.",
    ],
)
def test_what_is_said(outline: Outline, sentence: str) -> None:
    assert sentence in outline.words


def test_what_json_printing_adds_is_accepted(run: Path, tmp_path: Path) -> None:
    printed = write_answer(tmp_path, "next-claims", problems=[], folder="somewhere")
    (added,) = add_answers(run, [printed], tmp_path / "page.html")
    assert added.format == formats.NEXT_CLAIMS
    assert added.heading == "What to look for next: Departures"


@pytest.mark.parametrize(
    ("better", "nearer", "said"),
    [
        (1.8, 0.1, "is not nearer to what was reported (median error 0.150 against 0.100), and its intervals are not"),
        (
            1.8,
            0.2,
            "is nearer to what was reported (median error 0.150 against 0.200), but its intervals are not better",
        ),
    ],
)
def test_interpolation_that_is_not_beaten(run: Path, tmp_path: Path, better: float, nearer: float, said: str) -> None:
    told = document("validation")
    rule = told["baselines"]["interpolation"]
    rule.update(median_abs_log_error=nearer, interval_score_90=better)
    rule["model"] = rule["model"] | {"median_abs_log_error": 0.15, "interval_score_90": 2.0}
    path = write_answer(tmp_path, "validation", baselines=told["baselines"])
    add_answers(run, [path], tmp_path / "page.html")
    assert said in Outline((tmp_path / "page.html").read_text(encoding="utf-8")).words


@pytest.mark.parametrize(
    ("found", "limits", "said"),
    [
        (0.5, [0.3, 0.7], "fewer than promised: the intervals are too narrow"),
        (0.99, [0.95, 1.0], "more than promised: the intervals are wider than they need be"),
    ],
)
def test_intervals_that_break_their_promise(
    run: Path, tmp_path: Path, found: float, limits: list[float], said: str
) -> None:
    path = write_answer(tmp_path, "validation", coverage_90=found, coverage_90_interval=limits)
    add_answers(run, [path], tmp_path / "page.html")
    assert said in Outline((tmp_path / "page.html").read_text(encoding="utf-8")).words


def made_hostile(value: Any) -> Any:
    """Put markup in place of every free text, and into the names of agencies' and mechanisms' kinds."""
    if isinstance(value, dict):
        return {key: one if key in KEPT and isinstance(one, str) else made_hostile(one) for key, one in value.items()}
    if isinstance(value, list):
        return [made_hostile(one) for one in value]
    return HOSTILE if isinstance(value, str) else value


def test_hostile_texts_stay_texts(run: Path, tmp_path: Path) -> None:
    files = [write_answer(tmp_path, name, **made_hostile(DOCUMENTS[name])) for name in DOCUMENTS]
    add_answers(run, files, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    outline = Outline(page)
    # The page's data, its script, and the data of three views: a kind that is none has no picture of a projection.
    assert outline.tags.count("script") == Outline(bare_page()).tags.count("script") + 3 == 5
    assert page.count("<!-- further sections -->") == 1
    assert outline.words.count("<script>alert(1)</script>") > 20
    assert outline.tags.count("section") == Outline(bare_page()).tags.count("section") + len(files)


def test_hostile_scenarios_and_units(run: Path, tmp_path: Path) -> None:
    told = document("comparison")["observables"]["departures"]
    told[HOSTILE] = told.pop("calm")
    path = write_answer(
        tmp_path,
        "comparison",
        second=HOSTILE,
        changes={HOSTILE: [HOSTILE]},
        beyond_evidence={HOSTILE: [{"sentence": HOSTILE}]},
        observables={"departures": told},
    )
    other = write_answer(tmp_path, "explanation", unit=HOSTILE)
    add_answers(run, [path, other], tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert Outline(page).tags.count("script") == Outline(bare_page()).tags.count("script") + 2


def test_everything_wrong_is_told_at_once(run: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    strange = tmp_path / "strange.json"
    strange.write_text(json.dumps({"format": "counterstream-comparisons/1", "case": "shore"}), encoding="utf-8")
    lacking = document("projection", verdict=3, until="later")
    del lacking["held"]
    (tmp_path / "lacking.json").write_text(json.dumps(lacking), encoding="utf-8")
    files = [
        tmp_path / "none.json",
        broken,
        strange,
        tmp_path / "lacking.json",
        write_answer(tmp_path, "explanation", case="another", observable="arrivals"),
    ]
    problems = refused(run, files, tmp_path / "page.html")
    told = [(Path(problem.file).name, problem.code, problem.path) for problem in problems]
    assert told == [
        ("none.json", "U260", ""),
        ("broken.json", "U260", ""),
        ("strange.json", "U261", "format"),
        ("lacking.json", "U262", "held"),
        ("lacking.json", "U263", "until"),
        ("lacking.json", "U263", "verdict"),
        ("explanation.json", "U264", "case"),
        ("explanation.json", "U265", ""),
    ]
    assert 'did you mean "counterstream-comparison/1"?' in problems[2].mend


@pytest.mark.parametrize("text", ["[]", "3", '"text"', "null", '{"format": ["x"]}', "[" * 100_000, '{"case": "shore"}'])
def test_documents_of_other_kinds(run: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    (problem,) = refused(run, [path], tmp_path / "page.html")
    assert problem.code in ("U260", "U261")


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"n_draws": 2.5}, "U263", "n_draws"),
        ({"n_draws": True}, "U263", "n_draws"),
        ({"mechanisms": {}}, "U263", "mechanisms"),
        ({"change": [1, 2]}, "U263", "change"),
        ({"change": {"low90": "x", "low50": 1, "median": 1, "high50": 1, "high90": 1}}, "U263", "change.low90"),
        ({"change": {"low90": 1, "low50": 1, "median": 1, "high50": 1}}, "U262", "change.high90"),
        ({"case": 3}, "U263", "case"),
    ],
)
def test_values_of_the_wrong_type(run: Path, tmp_path: Path, changes: dict[str, Any], code: str, path: str) -> None:
    answer = write_answer(tmp_path, "explanation", **changes)
    (problem,) = refused(run, [answer], tmp_path / "page.html")
    assert (problem.code, problem.path) == (code, path)


def test_a_comparison_without_its_courses(run: Path, tmp_path: Path) -> None:
    answer = write_answer(tmp_path, "comparison", second="another")
    (problem,) = refused(run, [answer], tmp_path / "page.html")
    assert (problem.code, problem.path) == ("U262", "observables.departures.another")


def test_numbers_that_there_are_not(run: Path, tmp_path: Path) -> None:
    nothing = dict.fromkeys(("low90", "low50", "median", "high50", "high90"))
    told = document("explanation", value_from=nothing, change=nothing)
    for row in told["mechanisms"]:
        row.update(mean=None, share=None, contribution=nothing)
    path = write_answer(tmp_path, "explanation", **told)
    add_answers(run, [path], tmp_path / "page.html")
    assert "– (90 % interval –) in 1993" in Outline((tmp_path / "page.html").read_text(encoding="utf-8")).words


def test_a_page_of_an_older_version_is_refused(tmp_path: Path) -> None:
    run = write_run(tmp_path / "old", "<html><body><p>all</p></body></html>")
    (problem,) = refused(run, [write_answer(tmp_path, "next-claims")], tmp_path / "page.html")
    assert problem.code == "U266"


def test_a_page_inside_the_run_is_refused(run: Path, tmp_path: Path) -> None:
    (problem,) = refused(run, [write_answer(tmp_path, "next-claims")], run / "page.html")
    assert problem.code == "U267"


def test_a_damaged_run_is_refused(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    (run / "run.json").write_text("{}")
    (problem,) = refused(run, [write_answer(tmp_path, "next-claims")], tmp_path / "page.html")
    assert problem.code == "R202"
