"""A REFI-QDA project of all reports, for MAXQDA, NVivo, ATLAS.ti and QualCoder; ``pipeline labels import`` takes it back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from pipeline.core.records import FinishedReport, Tag
from pipeline.output import Reports, RunFacts
from pipeline.output.layout import passages
from pipeline.output.qda.paths import parted
from pipeline.output.qda.project import MODEL, SOURCE, CodedSpan, Source, write_project


def write(reports: Reports, stream: BinaryIO, run: RunFacts) -> None:
    """Write the project."""
    write_project(_Sources(reports, run), run.labels, run.date, stream)


@dataclass(frozen=True, slots=True)
class _Sources:
    """The reports as sources, each made when it is asked for."""

    reports: Reports
    run: RunFacts

    def __iter__(self) -> Iterator[Source]:
        for report in self.reports:
            yield _source(report, self.run)


def _source(report: FinishedReport, run: RunFacts) -> Source:
    tags = passages(report)
    facts = (
        (SOURCE, report.source),
        ("sha256", report.sha256),
        ("格式", report.encoding),
        ("模型", run.model),
        ("段落数", len(tags)),
        ("待复核", sum(tag.asks_review for tag in tags)),
    )
    return Source(report.source, report.text, tuple(_coded(tag, run) for tag in tags), facts)


def _coded(tag: Tag, run: RunFacts) -> CodedSpan:
    """Return a passage as its person coded it, or else as the model did."""
    said = tag.correction
    if said is not None:
        paths, memo = parted(said.note, (said.label, *said.secondary))
        return CodedSpan(tag.start, tag.end, paths, said.who, run.date, memo)
    memo = f"待复核：把握 {tag.score:.0%}" if tag.review else ""
    return CodedSpan(tag.start, tag.end, tuple((name,) for name in (tag.theme, *tag.secondary)), MODEL + run.model, run.date, memo)
