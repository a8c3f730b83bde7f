"""Tag an archive inside an existing Spark: the same read, clean, segment and score, spread over its workers.

The model is broadcast once, as the bytes of its folder; every Python worker loads it once. Files are read by the workers,
so their paths must lead to the same files on all of them (a shared file system). Arrow batches (``mapInArrow``) carry the
work, which pyspark supports alike with every version of pandas. The package must be installed where the workers run.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pipeline.batch.engine import Engine, Input, TagOptions
from pipeline.core.config import Config
from pipeline.core.errors import InputError, Say, UsageError
from pipeline.core.messages import language, mark, tr, use
from pipeline.core.names import readable
from pipeline.core.outputs import ERRORS, STANDARD_INPUT, OutputTarget, ReservedPaths, check_apart, place_of
from pipeline.core.records import Document, Mark, Report
from pipeline.core.tag_fields import model_fields
from pipeline.model.folder import load_model
from pipeline.model.model import Model
from pipeline.output import FORMATS
from pipeline.read import PassedOver
from pipeline.read.find import FoundFiles, find_reports
from pipeline.track.locate import model_folder

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

OLDEST_JAVA = 17
TABLES = (".parquet", ".orc")
_NO_UTF8 = mark("its name is no UTF-8, and Spark can be told no other; rename it, or leave --engine spark out")
_OF_SPARK = ("part-", "_", ".")  # how the names of what Spark writes into a folder begin
PARTITION_BYTES = 8 * 2**20
SHOWN = 20  # errors, at most, that are shown as lines; all are in OUT.errors
TEXT, SOURCE = "text", "source"
JSON, PARQUET = "jsonl", "parquet"
# What a worker gives back: the number of the file or row, a tag as a line of JSON, or what was wrong.
_Result = tuple[int, str | None, str, str | None]
_RESULT = "number bigint, line string, source string, error string"
# The types of the fields of a tag, and the fields that are offsets: a text may be long.
_TYPES = {
    str: "string",
    int: "int",
    float: "double",
    bool: "boolean",
    dict[str, str]: "map<string,string>",
    dict[str, float]: "map<string,double>",
    tuple[str, ...]: "array<string>",
    tuple[tuple[str, float], ...]: "array<array<string>>",
}
_OFFSETS = ("start", "end")


class SparkRequest(msgspec.Struct, frozen=True):
    """What a person asked of Spark: paths of files and tables, the folder to write and its format, the model, Spark's address."""

    paths: tuple[str, ...]
    out: Path
    format: str
    model: str
    config: Config
    keep_noise: bool = False
    master: str | None = None


class SparkCounts(msgspec.Struct, frozen=True):
    """How many files or rows were tagged, and the first lines of what failed."""

    tagged: int
    failed: int
    errors: tuple[str, ...]


def tag_schema() -> str:
    """Return the schema of the tags in Parquet, as Spark writes it: the fields of a tag."""
    return ", ".join(f"`{field.name}` {'bigint' if field.name in _OFFSETS else _TYPES[field.kind]}" for field in model_fields())


def tag_with_spark(request: SparkRequest, say: Say) -> SparkCounts:
    """Tag files, or the rows of tables with a text column, and write the tags to a folder.

    What could not be listed or read stands with its reason in ``OUT.errors``, which is not there where nothing failed. Raises
    UsageError without Java or pyspark, and for an output that cannot be written, is or holds an input, or holds files that are not
    of Spark, which all would go.
    """
    place = _checked_place(request)
    if STANDARD_INPUT in request.paths:
        raise UsageError(tr("-: the workers of Spark cannot read standard input; name a file"))
    tables = [path for path in request.paths if Path(path).suffix.lower() in TABLES]
    files = [path for path in request.paths if path not in tables]
    listed = find_reports(files, ReservedPaths(place, whole_folder=True)) if files else FoundFiles(())
    check_apart(place, listed.reports, whole_folder=True)
    for path in listed.left_out:
        say(tr("{path}: left out, since this command writes there", path=path))
    found = [str(Path(path).absolute()) for path in listed.reports if readable(path) == path]
    failures = [*listed.failures, *_unnamed(listed.reports)]
    folder = model_folder(request.model, request.config.track.uri, say)
    _check_java()
    session = _session(request.master)
    content = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    broadcast = session.sparkContext.broadcast(content)
    frames = [_frame_of_table(session, table) for table in tables]
    frames += [_frame_of_files(session, found)] if found else []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pyspark speaks of pandas, which takes no part in this
        results = [frame.mapInArrow(_mapper(broadcast, request.config, request.keep_noise), _RESULT) for frame in frames]
    try:
        return _write(session, results, failures, place.path, request.format)
    except Exception as error:
        raise UsageError(
            tr(
                "{out}: Spark could not finish ({first_line}); look at the log of its workers",
                out=request.out,
                first_line=_first_line(error),
            )
        ) from error
    finally:
        broadcast.unpersist()


def _unnamed(paths: Iterable[str]) -> Iterator[str]:
    """Yield why a report is not read that Spark cannot be told the name of."""
    for path in paths:
        if readable(path) != path:
            yield tr("{source}: {reason}", source=readable(path), reason=tr(_NO_UTF8))


def _checked_place(request: SparkRequest) -> OutputTarget:
    """Return where the tags go; raises UsageError where Spark, which replaces a folder whole, would take other files along."""
    place = place_of(request.out)
    check_apart(place, request.paths, whole_folder=True)
    for folder in (place.path, _errors_of(place.path)):
        others = [path.name for path in folder.iterdir() if not path.name.startswith(_OF_SPARK)] if folder.is_dir() else []
        if others or place.descriptor is not None or folder.is_file():
            what = tr("holds {name}", name=others[0]) if others else tr("is no folder")
            raise UsageError(
                tr("{folder}: {what}, and Spark would replace it; name another folder with -o", folder=folder, what=what)
            )
    return place


def _errors_of(out: Path) -> Path:
    return out.with_name(out.name + ERRORS)


def format_of(name: str | None, out: Path) -> str:
    """Return the format of the tags, named or by the ending of the folder; raises UsageError for one that Spark does not write."""
    if name is None:
        ending = out.suffix.lower()
        others = {suffix for each in FORMATS.values() for suffix in each.suffixes} - {*FORMATS[JSON].suffixes}
        name = ending.removeprefix(".") if ending in (f".{PARQUET}", *others) else JSON
    if name not in (JSON, PARQUET):
        raise UsageError(
            tr(
                "--engine spark: writes {json} and {parquet}, no {name}; name one of these with --format or the ending of -o",
                json=JSON,
                parquet=PARQUET,
                name=name,
            )
        )
    return name


def _check_java() -> None:
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else shutil.which("java")
    try:
        said = subprocess.run([str(java), "-version"], capture_output=True, text=True, timeout=60, check=True).stderr
    except (OSError, subprocess.SubprocessError):
        said = ""
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < OLDEST_JAVA:
        found = version[1] if version else "none"
        raise UsageError(
            tr(
                "--engine spark: needs Java {oldest_java} or newer, found {found}; install it, or point JAVA_HOME to it",
                oldest_java=OLDEST_JAVA,
                found=found,
            )
        )


def _session(master: str | None) -> "SparkSession":
    from pyspark.sql import SparkSession  # noqa: PLC0415 - only where Spark is asked for

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("mission-themes").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false").config("spark.log.level", "ERROR")
    session = (builder.master(master) if master else builder).getOrCreate()
    if master and session.sparkContext.master != master:
        raise UsageError(
            tr(
                "--master {master}: this process is at {current} already; leave --master out",
                master=master,
                current=session.sparkContext.master,
            )
        )
    return session


def _frame_of_files(session: "SparkSession", sources: Sequence[str]) -> "DataFrame":
    """Return files as rows, in order, in as many parts as keep every worker busy."""
    size = sum(Path(source).stat().st_size for source in sources if Path(source).is_file())
    parts = max(2 * session.sparkContext.defaultParallelism, size // PARTITION_BYTES)
    rows = session.sparkContext.parallelize(list(enumerate(sources)), max(1, min(parts, len(sources))))
    return session.createDataFrame(rows, "number bigint, path string")


def _frame_of_table(session: "SparkSession", path: str) -> "DataFrame":
    """Return the rows of a table: its text, and what names the row (a column ``source``, or the path and a number)."""
    from pyspark.sql.functions import col, concat, lit, monotonically_increasing_id  # noqa: PLC0415 - as above

    table = session.read.format(Path(path).suffix.lower().removeprefix(".")).load(path)
    if TEXT not in table.columns:
        raise UsageError(
            tr(
                "{path}: no column {text!r}; it has: {columns}; rename the one that holds the text",
                path=path,
                text=TEXT,
                columns=", ".join(table.columns),
            )
        )
    number = monotonically_increasing_id()
    name = col(SOURCE).cast("string") if SOURCE in table.columns else concat(lit(f"{path}#"), number.cast("string"))
    return table.select(number.alias("number"), name.alias("name"), col(TEXT).cast("string").alias("text"))


def _mapper(broadcast: Any, config: Config, keep_noise: bool) -> Any:  # noqa: ANN401 - pyspark's types
    """Return the function that a worker runs over its batches of files or rows, in the language of this process."""
    spoken = language()

    def tag(batches: Iterator["pa.RecordBatch"]) -> Iterator["pa.RecordBatch"]:
        use(spoken)
        options = TagOptions(Path(), "", config.read, keep_noise=keep_noise, stricter=config.drift.stricter_review)
        with Engine(options, _model(_Files(broadcast.value))) as engine:
            for batch in batches:
                rows = batch.to_pylist()
                yield from _batches(_tag_files(rows, engine) if "path" in batch.schema.names else _tag_rows(rows, engine))

    return tag


class _Files(dict[str, bytes]):
    """The files of a model, known by their manifest, which has the sha256 of all others."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self["manifest.json"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Files) and self["manifest.json"] == other["manifest.json"]


@cache
def _model(files: _Files) -> Model:
    """Return the model of this Python worker, loaded once, with all the checks of a model folder."""
    with tempfile.TemporaryDirectory(prefix="mission-themes-") as name:
        for file, content in files.items():
            (Path(name) / file).write_bytes(content)
        return load_model(Path(name))


def _tag_files(rows: Sequence[dict[str, Any]], engine: Engine) -> Iterator[_Result]:
    for outcome in engine.tag([Input(row["path"]) for row in rows]):
        row, result = rows[outcome.number], outcome.result
        if isinstance(result, InputError):
            yield row["number"], None, row["path"], str(result)
        elif not isinstance(result, PassedOver):
            yield from _lines(row["number"], result)


def _tag_rows(rows: Sequence[dict[str, Any]], engine: Engine) -> Iterator[_Result]:
    """Tag rows as a table of a single machine is tagged: each is one passage, whatever stands beside it."""
    texts = [" ".join((row["text"] or "").split()) for row in rows]
    reports = engine.tag_documents(
        Document(row["name"] or "", text, "", "table", (Mark(0, len(text), "record"),))
        for row, text in zip(rows, texts, strict=True)
        if text
    )
    for row, text in zip(rows, texts, strict=True):
        if text:
            yield from _lines(row["number"], next(reports))
        else:
            yield row["number"], None, row["name"], tr("{row}: the row has no text", row=row["name"])


def _lines(number: int, report: Report) -> Iterator[_Result]:
    for group in report.groups:
        for line in group.json_lines().decode().split("\n")[:-1]:
            yield number, line, report.source, None


def _batches(found: Iterator[_Result], size: int = 2000) -> Iterator["pa.RecordBatch"]:
    import pyarrow as pa  # noqa: PLC0415 - only where Spark is asked for

    names = ["number", "line", "source", "error"]
    types = [pa.int64(), pa.string(), pa.string(), pa.string()]
    while rows := [row for row, _ in zip(found, range(size), strict=False)]:
        columns = zip(*rows, strict=True)
        yield pa.RecordBatch.from_arrays([pa.array(column, kind) for column, kind in zip(columns, types, strict=True)], names)


def _write(session: "SparkSession", results: Sequence["DataFrame"], failures: Sequence[str], out: Path, name: str) -> SparkCounts:
    """Write tags and errors, ``failures`` (lines that begin with a path) among these; without a frame there are no tags."""
    from functools import reduce  # noqa: PLC0415 - as above

    from pyspark import StorageLevel  # noqa: PLC0415
    from pyspark.sql.functions import col, countDistinct, from_json, lit  # noqa: PLC0415

    shutil.rmtree(_errors_of(out), ignore_errors=True)  # of an earlier run
    known = session.createDataFrame([(-1, None, line.partition(": ")[0], line) for line in failures], _RESULT)
    inputs = [frame.withColumn("input", lit(place)) for place, frame in enumerate([known, *results])]  # each numbers its own rows
    found = reduce(lambda first, second: first.unionByName(second), inputs).persist(StorageLevel.DISK_ONLY)
    tags, errors = found.where(col("error").isNull()), found.where(col("error").isNotNull())
    if name == PARQUET:
        tags.select(from_json("line", tag_schema()).alias("tag")).select("tag.*").write.mode("overwrite").parquet(str(out))
    else:
        tags.select("line").write.mode("overwrite").text(str(out))
    failed = errors.count()
    if failed:
        errors.select("source", "error").write.mode("overwrite").json(str(_errors_of(out)))
    tagged = tags.select(countDistinct("input", "number")).first()[0]  # not by name, which several may have
    lines = tuple(row["error"] for row in errors.orderBy("input", "number").limit(SHOWN).collect())
    found.unpersist()
    return SparkCounts(int(tagged), int(failed), lines)


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:200]
