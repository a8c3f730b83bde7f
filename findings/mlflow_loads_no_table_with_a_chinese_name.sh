#!/usr/bin/env bash
# MLflow's log_table keeps a table (passages, tags and scores, say) with a run, and load_table brings those of a run or of a whole experiment
# back. Names of experiments, tags, metrics and files may be Chinese. One would expect a table named 主题.json to come back as one named
# themes.json does. Both are written, and both are in the list of the run's files; for the Chinese one load_table says that no run has such a
# table. The list of tables is kept in a tag as JSON, where 主题 is written \u4e3b\u9898, and load_table looks in it for the characters. It matters
# here because log_table adds to the table from then on as well, so that people go on logging what they cannot load, and are told that the run has
# none. Guess written down first: it comes back. Seen: "No runs found with the corresponding table artifact" (mlflow-skinny 3.17.2).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'mlflow-skinny==3.17.2' 'SQLAlchemy==2.1.9' 'alembic==1.20.1' 'pandas==3.0.0'
cd "$folder"
export MLFLOW_DISABLE_TELEMETRY=true MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR=false
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging

logging.disable(logging.CRITICAL)
from importlib.metadata import version
from pathlib import Path

import mlflow

mlflow.set_tracking_uri("sqlite:///runs.db")
mlflow.create_experiment("文化惠民", artifact_location=Path("files").resolve().as_uri())
mlflow.set_experiment("文化惠民")
with mlflow.start_run() as run:
    mlflow.set_tag("主题", "文化")
    for name in ("themes.json", "主题.json"):
        mlflow.log_table({"text": ["县图书馆新开书房"]}, name)
        mlflow.log_table({"text": ["志愿者清扫街道"]}, name)


def loaded(name: str) -> list[str] | str:
    try:
        return mlflow.load_table(name, run_ids=[run.info.run_id])["text"].to_list()
    except mlflow.MlflowException as error:
        return str(error)


client = mlflow.MlflowClient()
files = sorted(file.path for file in client.list_artifacts(run.info.run_id))
seen = {name: loaded(name) for name in files}
found = client.search_runs([run.info.experiment_id], "tags.主题 = '文化'")
print(f"mlflow-skinny {version('mlflow-skinny')}: files {files}, runs by a Chinese tag: {len(found)}")
for name, rows in seen.items():
    print(f"{name}: {rows}")
print("tag:", client.get_run(run.info.run_id).data.tags["mlflow.loggedArtifacts"])
assert files == ["themes.json", "主题.json"] and len(found) == 1
assert seen["themes.json"] == ["县图书馆新开书房", "志愿者清扫街道"], seen
assert seen["主题.json"] == "No runs found with the corresponding table artifact.", seen
PY
