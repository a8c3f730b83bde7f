#!/usr/bin/env bash
# MLflow keeps prompts in its registry beside models: {{text}} in one is a variable, prompt.variables lists them, and format() fills them in and
# ends with an error if one was not given. One would expect {{正文}} to be a variable, as it is in Jinja, whose brackets these are; or a refusal when
# the prompt is registered. It is kept and is no variable: the list is empty, format() without it gives back the braces with no error, and
# to_single_brace_format leaves it as it is. Given, it is filled in, so that nothing tells the difference while all goes well. In English a variable
# that is missing ends it at once. It matters here because prompts for Chinese reports are written in Chinese: a wrong key (全文 for 正文)
# sends the braces to the language model in place of the passage, and it answers with a theme all the same. Guess written down first: variables is
# {'正文'}. Seen: an empty set, and 给出主题：{{正文}} out of format(全文=…) (mlflow 3.17.2).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'mlflow==3.17.2' 'SQLAlchemy==2.1.9' 'alembic==1.20.1'
cd "$folder"
export MLFLOW_DISABLE_TELEMETRY=true
"$folder/venv/bin/python" -W ignore - <<'PY'
import logging

logging.disable(logging.CRITICAL)
from importlib.metadata import version

import mlflow

mlflow.set_tracking_uri("sqlite:///runs.db")
chinese = mlflow.genai.register_prompt(name="chinese", template="给出主题：{{正文}}")
english = mlflow.genai.register_prompt(name="english", template="Name the theme: {{text}}")
both = mlflow.genai.register_prompt(name="both", template="{{正文}}：{{text}}")
try:
    refused = english.format(passage="全县建成书房。")
except mlflow.MlflowException as error:
    refused = str(error)
print(f"mlflow {version('mlflow')}")
for prompt in (chinese, english, both):
    print(f"{prompt.template}: variables {prompt.variables}, for other libraries {prompt.to_single_brace_format()}")
print(f"English with a wrong key: {refused}")
print(f"Chinese with a wrong key: {chinese.format(全文='全县建成书房。')}; with the right one: {chinese.format(正文='全县建成书房。')}")
assert english.variables == {"text"} and "Missing variables: {'text'}" in refused
assert chinese.variables == set() and both.variables == {"text"}
assert chinese.format(全文="全县建成书房。") == "给出主题：{{正文}}"
assert chinese.format(正文="全县建成书房。") == "给出主题：全县建成书房。"
assert both.to_single_brace_format() == "{{正文}}：{text}"
PY
