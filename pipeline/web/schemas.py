"""What the API takes and gives, as its OpenAPI document describes it.

pydantic (MIT), since FastAPI builds that document and its checks from it; the records of the project itself stay msgspec's.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model

from pipeline.core.tag_fields import model_fields
from pipeline.labels.people import LONGEST, checked_name

MAX_TEXT = 200_000  # characters
MAX_NOTE = 2_000
MAX_CORRECTIONS = 5_000
MAX_REPORTS = 2_000  # that a request names
MAX_PICKS = 2_000
MAX_PAGES = 100
MAX_NAME = 80
LARGEST = 2**31 - 1  # offsets are below it


def _whole(value: object) -> int:
    """Return a whole number as JSON has them: 5 and 5.0 are one, true and "5" are none."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1:
        return int(value)
    raise ValueError("a whole number belongs here")


Person = Annotated[str, Field(description=f"A name, in at most {LONGEST} printable characters."), AfterValidator(checked_name)]
Whole = Annotated[int, Field(ge=0, le=LARGEST), BeforeValidator(_whole)]


class Strict(BaseModel):
    """A body of a request: keys that are not known are an error."""

    model_config = ConfigDict(extra="forbid")


class CorrectionView(BaseModel):
    """What a person says of the span of a tag: the theme, a second one, a note; ``withdrawn`` takes an earlier word back."""

    start: int
    end: int
    label: str
    secondary: list[str] = []
    note: str = ""


class SavedElsewhere(BaseModel):
    """What is saved of a span by now; no ``label`` where it was taken back."""

    start: int
    end: int
    label: str | None = None
    secondary: list[str] = []
    note: str = ""


class Problem(BaseModel):
    """Why something was not done: a word for programs and one line for people.

    ``saved`` comes with the code ``changed``: what the same person has saved in another place meanwhile.
    """

    code: str = Field(examples=["too_large"])
    error: str = Field(examples=["more than 67,108,864 bytes; split it, or raise serve.max_upload"])
    saved: list[SavedElsewhere] = []


class LabelView(BaseModel):
    """A label, in the order of the keys 1, 2, 3 and so on."""

    name: str = Field(examples=["兴文化"])
    definition: str
    color: str = Field(examples=["#2471a3"])


class ModelView(BaseModel):
    """A model that the server offers; tags that score below that of their label in ``thresholds`` are for review."""

    id: str = Field(examples=["3f9a0c21b7de"])
    name: str = Field(examples=["default"])
    version: str
    labels: list[LabelView]
    other: str = Field(examples=["其他"])
    thresholds: dict[str, float]


class Health(BaseModel):
    """Whether the server is up."""

    status: Literal["ok"]
    version: str


class Settings(BaseModel):
    """What the page needs to know: formats of downloads, endings of names that are read, limits in bytes, whose token it has.

    ``library``: whether the library is shown.
    """

    formats: list[str] = Field(examples=[["jsonl", "csv"]])
    suffixes: list[str] = Field(examples=[[".docx", ".pdf", ".txt"]])
    max_upload: int
    asks_token: bool
    library: bool
    account: str = Field(
        description="The name of the account, under which corrections are saved; empty where people say who they are."
    )


class TextToTag(Strict):
    """A text, and the model to tag it with; without one the first."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "县图书馆新开六座城市书房，送戏下乡八十场。", "model": None}]}
    )
    text: str = Field(max_length=MAX_TEXT)
    model: str | None = Field(None, max_length=100)


_TAG: dict[str, Any] = {field.name: field.kind if field.required else (field.kind | None, None) for field in model_fields()}
TagView = create_model(
    "TagView",
    __doc__="A theme given by the model to a span of a text (docs/formats.md); ``end`` lies behind its last character.",
    **_TAG,
)


class TagsView(BaseModel):
    """The tags of a text, in source order."""

    tags: list[TagView]  # type: ignore[valid-type]


class ReportView(BaseModel):
    """A report of a file: its figures, and the share of each label among the characters of all tags."""

    source: str
    sha256: str
    encoding: str
    characters: int
    passages: int
    review: int
    set_aside: int
    shares: dict[str, float]


class FileView(BaseModel):
    """A file that the server holds. ``passages`` and ``share`` tell how far it is while it is being tagged.

    ``failures`` has a line for each report that failed, ``codes`` what it is. A workbook of tags is not tagged but has the code
    ``own_workbook``: ``corrections`` is how many it holds, which can be imported.
    """

    id: str = Field(examples=["Vd0k9Gq8S7mZc1yT3nRf5w"])
    name: str = Field(examples=["2023年工作总结.docx"])
    size: int
    state: Literal["uploading", "waiting", "tagging", "ready", "failed"]
    model: str
    added: str = Field(examples=["2026-11-22T08:00:00+00:00"])
    passages: int
    share: float
    reports: list[ReportView]
    failures: list[str]
    codes: list[str]
    passed_over: list[str]
    corrections: int


class Files(BaseModel):
    """All files that the server holds, the oldest first."""

    files: list[FileView]


class ReportTags(BaseModel):
    """The tags of one report of a file, and what the person who asks has corrected in it, in this file or an earlier copy.

    ``notices`` names the lines of the file of corrections that are damaged, and do not count.
    """

    tags: list[TagView]  # type: ignore[valid-type]
    corrections: list[CorrectionView]
    notices: list[str]


class Seen(Strict):
    """What a person saw saved of a span."""

    label: str = Field(max_length=100)
    secondary: list[Annotated[str, Field(max_length=100)]] = Field([], max_length=20)
    note: str = Field("", max_length=MAX_NOTE)


class CorrectionToSave(Strict):
    """What a person says of the span of a tag; ``withdrawn`` takes back what this person said of it before.

    Where ``seen`` is given, and null for nothing, something else that the person has saved meanwhile is not replaced.
    """

    start: Whole
    end: Whole
    label: str = Field(min_length=1, max_length=100)
    secondary: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field([], max_length=20)
    note: str = Field("", max_length=MAX_NOTE)
    withdrawn: Annotated[bool, Field(strict=True)] = False
    seen: Seen | None = None


class CorrectionsToSave(Strict):
    """The corrections of one person to one report of a file."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "annotator": "王一",
                    "report": 0,
                    "corrections": [{"start": 0, "end": 21, "label": "兴文化", "note": "讲的是书房"}],
                }
            ]
        },
    )
    annotator: Person
    report: Whole = 0
    corrections: list[CorrectionToSave] = Field(min_length=1, max_length=MAX_CORRECTIONS)


class CorrectionsToImport(Strict):
    """Who corrected a workbook."""

    annotator: Person


class Saved(BaseModel):
    """How many corrections were saved."""

    saved: int


class KeptView(BaseModel):
    """A report of the library; ``file`` is its name without folders.

    ``bases`` tells where each attribute comes from. One that is not ``whole`` was taken from tags and cannot be tagged anew.
    """

    number: int
    name: str
    file: str
    added: str
    model: str
    whole: bool
    passages: int
    unit: str
    place: str
    year: str
    kind: str
    group: str
    bases: dict[str, str]


class KeptReports(BaseModel):
    """The reports of the library, the newest first."""

    reports: list[KeptView]


class FoundPassage(BaseModel):
    """A passage that a search found; ``start`` is its place in the text of its report.

    ``marks`` are the starts and ends of the words that were looked for, in characters of ``text``.
    """

    report: KeptView
    theme: str
    score: float
    text: str
    start: int
    marks: list[tuple[int, int]] = Field(examples=[[[0, 4]]])


class FoundView(BaseModel):
    """How many passages a search finds, in how many reports, and the newest of them."""

    passages: int
    reports: int
    found: list[FoundPassage]


Value = Annotated[str | None, Field(max_length=60)]
Numbers = Annotated[list[Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(_whole)]], Field(max_length=MAX_REPORTS)]


class AttributesToSet(Strict):
    """Attributes of a report as a person corrects them: an empty value takes one away, one that is not given stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"unit": "临溪县教育局", "year": "2024"}]})
    unit: Value = None
    place: Value = None
    year: Value = None
    kind: Value = None
    group: Value = None


class FilesToKeep(Strict):
    """Files that the server has tagged, by their ids, whose reports the library is to keep."""

    files: list[Annotated[str, Field(max_length=100)]] = Field(min_length=1, max_length=MAX_REPORTS)


class KeptFiles(BaseModel):
    """What became of reports that were to be kept; ``notices`` are lines on those of which another version is there."""

    added: int
    known: int
    notices: list[str]


class BatchView(BaseModel):
    """What was done to the library at once: ``add`` or ``retag``; ``members`` are the reports of it that are still there."""

    number: int
    date: str
    action: str
    model: str
    reports: int
    passages: int
    changed: int
    members: list[int]


class Batches(BaseModel):
    """What was done to the library, the newest first."""

    batches: list[BatchView]


class ReportsToRetag(Strict):
    """Reports to tag anew, all where none is named, with a model, the first where none is named; ``write``: keep the new tags."""

    reports: Numbers = []
    model: str | None = Field(None, max_length=100)
    write: Annotated[bool, Field(strict=True)] = False


class ThemeChangeView(BaseModel):
    """A passage to which the model gives another theme."""

    report: int
    name: str
    start: int
    before: str
    after: str
    text: str


class RetaggedView(BaseModel):
    """What another model changes, or has changed: ``changed`` of so many passages, and the first of these.

    ``not_whole`` names the reports that were taken from tags and cannot be tagged anew.
    """

    reports: int
    passages: int
    changed: int
    not_whole: list[str]
    changes: list[ThemeChangeView]


class PickView(Strict):
    """A passage of a draft: the number of its report, and where it begins there."""

    report: Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(_whole)]
    start: Whole


class DraftToMake(Strict):
    """A digest to begin: of which reports, of how many pages, of which themes (none: all). The best passages are picked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "半年摘报", "reports": [1], "pages": 5}]})
    name: str = Field("", max_length=MAX_NAME)
    annotator: str = Field("", max_length=LONGEST)
    reports: Numbers = Field(min_length=1)
    pages: Annotated[int, Field(ge=1, le=MAX_PAGES), BeforeValidator(_whole)] = 5
    themes: list[Annotated[str, Field(max_length=100)]] = Field([], max_length=20)


class DraftToSave(Strict):
    """A draft as a person has changed it, and the ``revision`` that was looked at; ``choose``: pick the best passages anew."""

    revision: Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(_whole)]
    name: str = Field("", max_length=MAX_NAME)
    annotator: str = Field("", max_length=LONGEST)
    pages: Annotated[int, Field(ge=1, le=MAX_PAGES), BeforeValidator(_whole)]
    picks: list[PickView] = Field([], max_length=MAX_PICKS)
    choose: Annotated[bool, Field(strict=True)] = False


class DraftHead(BaseModel):
    """A draft in a list; ``person`` is who saved it last, ``date`` when."""

    number: int
    revision: int
    name: str
    person: str
    date: str
    reports: int
    pages: int
    picks: int


class Drafts(BaseModel):
    """The drafts, the one saved last first."""

    drafts: list[DraftHead]


class CandidateView(BaseModel):
    """A passage that can be picked: its report and place there, theme, aspect, text, and what the same place said a year before.

    ``copies`` counts the passages of other places that say the same.
    """

    report: int
    start: int
    theme: str
    aspect: str
    text: str
    source: str
    score: float
    review: bool
    corrected: bool
    copies: int
    earlier: str


class DraftView(BaseModel):
    """A draft with what can be picked: ``picks`` in their order are among ``passages``; ``filled`` is how many pages they fill.

    ``gone`` counts the reports that are no longer in the library, ``lost`` the picked passages that are no longer there.
    """

    number: int
    revision: int
    name: str
    person: str
    date: str
    reports: list[int]
    pages: int
    themes: list[str]
    picks: list[PickView]
    passages: list[CandidateView]
    filled: int
    gone: int
    lost: int


class CrossTableView(BaseModel):
    """Counts by row and theme: ``cells`` has a row for each of ``rows``, a column for each of ``themes``.

    ``totals`` counts each row by itself. By theme, a cell is how many reports or passages have both.
    """

    by: str
    measure: str
    themes: list[str]
    rows: list[str]
    cells: list[list[int]]
    totals: list[int]


class CoderView(BaseModel):
    """Who has corrected or imported anything, and how many passages."""

    name: str
    passages: int


class Coders(BaseModel):
    """All who have corrected anything."""

    coders: list[CoderView]


class DisagreementView(BaseModel):
    """A passage to which two people gave different themes, and the notes of both."""

    file: str
    start: int
    text: str
    first: str
    second: str
    notes: list[str]


class AgreementView(BaseModel):
    """How far two people agree on the passages that both judged: shares, Cohen's kappa, Krippendorff's alpha (docs/formats.md).

    ``differ`` counts the disagreements, of which the first are listed.
    """

    passages: int
    observed: float
    kappa: float
    alpha: float
    kappa_by_label: dict[str, float | None]
    differ: int
    disagreements: list[DisagreementView]


BODIES: tuple[type[BaseModel], ...] = (
    TextToTag,
    CorrectionsToSave,
    CorrectionsToImport,
    AttributesToSet,
    FilesToKeep,
    ReportsToRetag,
    DraftToMake,
    DraftToSave,
)  # what ``body_of`` reads
