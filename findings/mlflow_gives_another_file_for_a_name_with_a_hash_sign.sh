#!/usr/bin/env bash
# MLflow keeps files with a run: reports, lists of words, tables. Names may be Chinese, with full-width marks, spaces, & and %; all of these come back.
# One would expect 简报#2 (bulletin no. 2), which is logged without a word and is in the list of the run's files, to come back as well, or to be
# refused at logging, as a metric of a bad name is. The name is then read as an address, in which # begins a place within a page: what is in 简报 is given
# for 简报#2 if the run has such a file, and if not, the error names a file that nobody asked for. A ? cuts a name in the same way. A folder with
# one such file cannot be fetched as a whole, whatever else is in it. It matters here because issues of a bulletin are numbered with #, and what
# is scored is what comes back: a result of another file, with no error. Guess written down first: what is logged and listed comes back. Seen: the
# text of 简报 for 简报#2; "Failed to download" for the folder and for 问题?.md (mlflow-skinny 3.17.2, files in a local folder).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'mlflow-skinny==3.17.2' 'SQLAlchemy==2.1.9' 'alembic==1.20.1'
cd "$folder"
export MLFLOW_DISABLE_TELEMETRY=true MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR=false
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging

logging.disable(logging.CRITICAL)
from importlib.metadata import version
from pathlib import Path

import mlflow

NAMES = ["《通知》（2025）：问题？.txt", "完成率100%.csv", "甲&乙 丙.txt", "简报", "简报#2", "问题?.md"]
mlflow.set_tracking_uri("sqlite:///runs.db")
mlflow.create_experiment("宣传", artifact_location=Path("files").resolve().as_uri())
mlflow.set_experiment("宣传")
with mlflow.start_run() as run:
    for name in NAMES:
        mlflow.log_text(f"text of {name}", f"附件/{name}")


def fetched(path: str) -> str:
    try:
        file = Path(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path=path))
    except mlflow.MlflowException as error:
        return str(error)
    return "a folder" if file.is_dir() else file.read_text(encoding="utf-8")


listed = [file.path for file in mlflow.MlflowClient().list_artifacts(run.info.run_id, "附件")]
print(f"mlflow-skinny {version('mlflow-skinny')}: {listed}")
seen = {name: fetched(f"附件/{name}") for name in NAMES}
for name, text in seen.items():
    print(f"{name}: {text}")
print(f"the whole folder: {fetched('附件')}")
assert sorted(listed) == sorted(f"附件/{name}" for name in NAMES)
assert all(seen[name] == f"text of {name}" for name in NAMES[:4]), seen
assert seen["简报#2"] == "text of 简报", seen
assert seen["问题?.md"].startswith("Failed to download artifacts from path '问题',"), seen
assert fetched("附件").startswith("Failed to download artifacts from path '附件'")
PY
