"""The registered model as others run it: by MLflow, over HTTP, on Spark. Its tags are those of `pipeline tag`."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

REPORTS = ("seeds/reports/002_bc99a5d9c6142de8.txt", "seeds/reports/004_be132a9dff6c2480.txt")
URI = "models:/mission-themes/1"
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}
NOT_COMPILED = "import os; os.environ['MISSION_THEMES_IMPLEMENTATION'] = 'python'\n"


@pytest.fixture(scope="module")
def environment(trained_home):
    """Variables of a process that knows the store and nothing of this checkout: the code comes with the model."""
    others = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MISSION_THEMES_HOME")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # MLflow starts uvicorn by its name
    store = f"sqlite:///{trained_home / 'mlruns' / 'mlflow.db'}"
    return {**others, **QUIET, "PATH": path, "MLFLOW_TRACKING_URI": store}


@pytest.fixture(scope="module")
def texts(root):
    """Two reports with an empty text between them."""
    first, second = [(root / name).read_bytes().decode("utf-8-sig") for name in REPORTS]
    return [first, "", second]


@pytest.fixture(scope="module")
def expected(start, trained_home, texts):
    """What `pipeline tag` says of each text, in lines of JSON as they are, less the name of the file."""

    def tags(text):
        done = start(["tag", "-", "--model", "seeds"], home=trained_home, stdin=text)
        assert done.returncode == 0, done.stderr
        return [{key: value for key, value in json.loads(line).items() if key != "source"} for line in done.stdout.splitlines()]

    return [tags(text) if text else [] for text in texts]


def by_row(rows, count):
    """Return rows as the tags of each text."""
    return [[{key: value for key, value in row.items() if key != "row"} for row in rows if row["row"] == i] for i in range(count)]


def of_json(values):
    """Return JSON arrays as the tags of each text, less the name of the source."""
    return [[{key: value for key, value in tag.items() if key != "source"} for tag in json.loads(value)] for value in values]


def run(script, environment, folder):
    (folder / "script.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "script.py"],
        env=environment, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "out.json").read_text(encoding="utf-8"))


PYFUNC = f"""
import json, mlflow.pyfunc, pandas, warnings
warnings.simplefilter("error", UserWarning)  # after the import, which warns of MLflow's own types
tagger = mlflow.pyfunc.load_model("{URI}")
table = pandas.DataFrame({{"text": json.load(open("texts.json", encoding="utf-8"))}})
found = {{
    "rows": tagger.predict(table).to_dict("records"),
    "json": tagger.predict(table, params={{"form": "json"}})["tags"].tolist(),
    "empty": len(tagger.predict(table.head(0))),
    "missing": len(tagger.predict(pandas.DataFrame({{"text": [None]}}))),
    "code": __import__("pipeline").__file__,
}}
for name, table, params in (("form", table, {{"form": "xml"}}), ("column", table.rename(columns={{"text": "body"}}), None),
                            ("type", pandas.DataFrame({{"text": [1.5]}}), None)):
    try:
        tagger.predict(table, params=params)
    except mlflow.exceptions.MlflowException as error:
        found[name] = str(error)
json.dump(found, open("out.json", "w", encoding="utf-8"))
"""


def test_loaded_by_mlflow_it_gives_the_tags_of_pipeline_tag(environment, texts, expected, tmp_path, root):
    (tmp_path / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    found = run(PYFUNC, environment, tmp_path)
    assert by_row(found["rows"], 3) == expected
    assert of_json(found["json"]) == expected
    assert (found["empty"], found["missing"]) == (0, 0)
    assert not found["code"].startswith(str(root))
    assert "form 'xml': choose one of rows, json" in found["form"]
    assert "missing inputs ['text']" in found["column"]
    assert "Incompatible input types" in found["type"]


def test_the_signature_names_every_field_and_the_requirements_are_pinned(trained_home, expected):
    (folder,) = {path.parent for path in (trained_home / "mlruns").rglob("MLmodel")}
    kept = (folder / "MLmodel").read_text(encoding="utf-8")
    outputs = [column["name"] for column in json.loads(kept.split("outputs: '")[1].split("'\n")[0].replace("\n", ""))]
    assert [name for name in outputs if name != "row"] == list(expected[0][0])
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert all("==" in line for line in lines)
    assert (folder / "input_example.json").is_file()


@pytest.mark.parametrize(("start", "engine"), [("", set()), (NOT_COMPILED, {"rjieba"})])
def test_the_requirements_are_all_that_tagging_loads(trained_home, root, start, engine):
    from importlib.metadata import packages_distributions

    from pipeline.track.registry import _REQUIREMENTS

    script = (
        "import sys\nfrom pathlib import Path\nfrom pipeline.batch.engine import load_cached, tag_texts\n"
        "list(next(tag_texts(['全縣圖書館（tushuguan）新開城市書房。'], load_cached(Path(sys.argv[1])))).tags)\nprint(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", start + script, str(trained_home / "models" / "seeds")],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    known = packages_distributions()
    loaded = {name.lower() for module in done.stdout.split() for name in known.get(module.split(".")[0], ())}
    by_others = {"setuptools", "typing_extensions"}  # loaded where they are there: by Python's own start, and by msgspec
    assert loaded - by_others - {"mission-themes"} <= set(_REQUIREMENTS)
    assert {"numpy", "opencc", "msgspec", *engine} <= loaded


@pytest.fixture(scope="module")
def address(environment, tmp_path_factory):
    """The address of `mlflow models serve` on the registered model."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["models", "serve", "-m", URI, "--env-manager", "local", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    place = tmp_path_factory.mktemp("serve")
    with (place / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "mlflow", *command], env=environment, cwd=place, stdout=log, stderr=log, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5)
                break
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, (place / "log").read_text(encoding="utf-8")
                assert time.monotonic() < deadline, "the server did not answer"
                time.sleep(0.3)
        yield f"http://127.0.0.1:{port}/invocations"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def post(address, body):
    request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request, timeout=60))["predictions"]


def test_served_over_http_it_gives_the_tags_of_pipeline_tag(address, texts, expected):
    table = {"columns": ["text"], "data": [[text] for text in texts]}
    assert by_row(post(address, {"dataframe_split": table}), 3) == expected
    assert of_json([row["tags"] for row in post(address, {"dataframe_split": table, "params": {"form": "json"}})]) == expected


def test_served_over_http_it_refuses_what_is_no_text(address):
    with pytest.raises(urllib.error.HTTPError, match="400") as caught:
        post(address, {"dataframe_split": {"columns": ["body"], "data": [["x"]]}})
    assert b"Traceback" not in caught.value.read().split(b"stack_trace")[0]
    caught.value.close()


SPARK = f"""
import json, sys, mlflow, warnings
warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
from pyspark.sql import SparkSession
from pyspark.sql.functions import from_json
builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "2")
spark = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
tags = mlflow.pyfunc.spark_udf(spark, "{URI}", result_type="string", env_manager="local", params={{"form": "json"}})
texts = json.load(open("texts.json", encoding="utf-8"))
rows = spark.createDataFrame([(i, text) for i, text in enumerate([*texts, None])], "id int, text string").repartition(2)
tagged = rows.select("id", tags("text").alias("tags"))
shape = "array<struct<start:int,end:int,theme:string,score:double,scores:map<string,double>>>"
parsed = tagged.select("id", from_json("tags", shape).alias("tags")).selectExpr("id", "inline(tags)")
themes = [list(row) for row in parsed.select("id", "start", "theme").collect()]
json.dump({{"json": [row.tags for row in sorted(tagged.collect())], "themes": themes}}, open("out.json", "w", encoding="utf-8"))
spark.stop()
"""


def test_on_spark_it_gives_the_tags_of_pipeline_tag(java, environment, texts, expected, tmp_path):
    pytest.importorskip("pyspark", reason="needs pyspark: pip install 'mission-themes[spark]'")
    (tmp_path / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    found = run(SPARK, {**environment, "PYSPARK_PYTHON": sys.executable}, tmp_path)
    assert of_json(found["json"]) == [*expected, []]
    wanted = [[i, tag["start"], tag["theme"]] for i, tags in enumerate(expected) for tag in tags]
    assert sorted(found["themes"]) == wanted
