"""Which version is champion: after a training, by hand, and back again. The decision itself is ``gate``'s.

No alias moves before the artifact of its version was downloaded and every file of the model held against its sha256. What
fails on the way leaves every alias as it was.
"""

from pipeline.core.config import Config
from pipeline.core.errors import ModelError, Say, TrackingError, UsageError
from pipeline.core.messages import tr
from pipeline.labels.corpus import read_corpus
from pipeline.labels.files import Corpus
from pipeline.track.locate import model_folder
from pipeline.track.pictures import difference_picture
from pipeline.track.versions import (
    CHALLENGER,
    CHAMPION,
    FIGURES,
    By,
    Registry,
    champion_before,
    move_alias,
    registry,
    version_of_run,
)
from pipeline.training.gate import Comparison, Decision, Verdict, compare, decide
from pipeline.training.out_of_fold import Candidate, load_candidate

_ATTEMPTS = 3  # at a decision, where another training makes a champion meanwhile


def judge_training(config: Config, corpus: Corpus, version: str, run_id: str) -> Verdict:
    """Return what becomes of the version that a run registered: champion past the gate, or else challenger.

    ``version`` is that of the trained model. Raises ModelError where the artifact is not that model, whole, and
    TrackingError where the registry cannot be used.
    """
    with registry(config.track.registered_model, config.track.uri) as at:
        number = version_of_run(at, run_id)
        candidate = _candidate(at, number)
        if candidate.version != version:
            raise ModelError(
                tr(
                    "{name} version {number}: holds model {found}, not {version}; train again",
                    name=at.name,
                    number=number,
                    found=candidate.version,
                    version=version,
                )
            )
        decision = _decision(at, config, corpus, number, candidate)
        _log(at, run_id, decision)
        if decision.passed:
            _crown(at, number, decision.reason, "gate")
            return Verdict(number, CHAMPION, decision.reason)
        move_alias(at, CHALLENGER, number, decision.reason, "gate")
        return Verdict(number, CHALLENGER, decision.reason)


def promote(config: Config, corpus: Corpus | None, number: int, why: str) -> Verdict:
    """Make a version champion past the gate, or by force where no corpus is given.

    Raises UsageError where it does not pass or is champion already, and ModelError where it does not exist or is not whole.
    """
    with registry(config.track.registered_model, config.track.uri) as at:
        at.version(number)
        if at.aliases().get(CHAMPION) == number:
            raise UsageError(tr("{name}: version {number} is champion already", name=at.name, number=number))
        candidate = _candidate(at, number)
        if corpus is None:
            _crown(at, number, why, "force")
            return Verdict(number, CHAMPION, tr("by force: {why}", why=why))
        decision = _decision(at, config, corpus, number, candidate)
        if not decision.passed:
            raise UsageError(
                tr(
                    "{name}: version {number} does not pass the gate ({reason}); --force promotes it anyway",
                    name=at.name,
                    number=number,
                    reason=decision.reason,
                )
            )
        _crown(at, number, why, "promote")
        return Verdict(number, CHAMPION, f"{decision.reason}; {why}")


def rollback(config: Config, why: str) -> Verdict:
    """Make the champion before today's champion again; raises UsageError where there was none, ModelError where it is not whole."""
    with registry(config.track.registered_model, config.track.uri) as at:
        current = at.aliases().get(CHAMPION)
        if current is None:
            raise UsageError(tr("{name}: has no champion to roll back; see: pipeline models list", name=at.name))
        number = champion_before(at, current)
        _candidate(at, number)
        move_alias(at, CHAMPION, number, why, "rollback")
        return Verdict(number, CHAMPION, tr("instead of version {current}: {why}", current=current, why=why))


def _decision(at: Registry, config: Config, corpus: Corpus, number: int, candidate: Candidate) -> Decision:
    """Return the decision over a version, made again where the champion changed meanwhile, and tag the version with it."""
    for _ in range(_ATTEMPTS):
        champion = at.aliases().get(CHAMPION)
        decision = _against(at, config, corpus, candidate, champion if champion != number else None)
        if at.aliases().get(CHAMPION) == champion:
            break
    ends = {f"gate__{end}": value for end, value in _ends(decision).items()}
    figures = {name: getattr(candidate.figures, name) for name in FIGURES}
    at.tag(
        number,
        **{**figures, **ends, "model": f"{candidate.name} {candidate.version}", "corpus__sha256": candidate.corpus},
        gate__passed=str(decision.passed).lower(), gate__reason=decision.reason, gate__champion=champion or "",
    )  # fmt: skip
    return decision


def _against(at: Registry, config: Config, corpus: Corpus, candidate: Candidate, champion: int | None) -> Decision:
    if champion is None:
        return decide(candidate.figures, None, config.gate)
    try:
        comparison = compare(corpus, candidate, _candidate(at, champion), config.gate, config.model.seed)
    except ModelError as error:
        return Decision(
            False, tr("cannot be held against the champion, version {champion}: {error}", champion=champion, error=error)
        )
    return decide(candidate.figures, comparison, config.gate)


def _candidate(at: Registry, number: int) -> Candidate:
    with at.downloaded(number) as folder:
        return load_candidate(folder)


def _crown(at: Registry, number: int, why: str, by: By) -> None:
    move_alias(at, CHAMPION, number, why, by)
    if at.aliases().get(CHALLENGER) == number:
        move_alias(at, CHALLENGER, None, tr("version {number} became champion", number=number), by)


def _log(at: Registry, run_id: str, decision: Decision) -> None:
    at.client.set_tag(run_id, "gate.reason", decision.reason)
    at.client.log_metric(run_id, "gate/passed", float(decision.passed))
    for end, value in _ends(decision).items():
        at.client.log_metric(run_id, f"gate/{end}", value)
    if decision.against:
        at.client.log_text(run_id, difference_picture(decision.against), "pictures/difference_to_champion.svg")


def _ends(decision: Decision) -> dict[str, float]:
    """Return the difference in macro-F1 to the champion and the ends of its interval, where there is a champion."""
    if decision.against is None:
        return {}
    interval = decision.against.interval
    return {"difference": interval.difference, "low": interval.low, "high": interval.high}


def try_to_judge(config: Config, corpus: Corpus, version: str, run_id: str, say: Say) -> tuple[Verdict | None, str | None]:
    """Return what the gate made of the version that a run registered, or why it could not be finished: no alias moved then."""
    say(tr("holding the new version against the champion"))
    try:
        return judge_training(config, corpus, version, run_id), None
    except (TrackingError, ModelError) as error:
        return None, tr("{error}; the champion stays what it was, and the model itself is complete", error=error)


def compare_models(config: Config, first: str, second: str, say: Say) -> Comparison:
    """Return two models, each a name, a folder or an MLflow URI, side by side on the reports that both left out."""
    candidates = [load_candidate(model_folder(name, config.track.uri, say)) for name in (first, second)]
    return compare(read_corpus(config, say), candidates[0], candidates[1], config.gate, config.model.seed)


def promote_version(config: Config, version: int, why: str, say: Say, force: bool = False) -> Verdict:
    """Make a registered version champion, past the gate or by force; raises UsageError, ModelError or TrackingError."""
    return promote(config, None if force else read_corpus(config, say), version, why)
