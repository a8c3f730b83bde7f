"""The model that MLflow registers: the whole tagger, as MLflow's "models from code". Only MLflow runs this file.

It takes a table with a text column. As ``form`` = ``rows`` it returns one row for each tag, with the number of the text it
belongs to, and as ``form`` = ``json`` one value for each text, the JSON array of its tags: Spark takes nothing else.
"""

from typing import Any

import mlflow
import pandas as pd

FORMS = ("rows", "json")


class RegisteredTagger(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """Tags raw texts with the model folder that is logged beside this code."""

    def load_context(self, context: Any) -> None:  # noqa: ANN401 - MLflow's PythonModelContext
        """Load the model folder; nothing in it is code."""
        from pathlib import Path  # noqa: PLC0415 - only when the model is loaded

        from pipeline.batch import tagger  # noqa: PLC0415
        from pipeline.batch.engine import load_cached  # noqa: PLC0415

        self.tagger = tagger.Tagger(load_cached(Path(context.artifacts["model"])))

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:  # noqa: ANN401, ARG002
        """Return the tags of each text, in the order of the rows; a missing text is an empty one."""
        from pipeline.batch.engine import tag_texts  # noqa: PLC0415 - only when the model is used

        form = (params or {}).get("form", FORMS[0])
        if form not in FORMS:
            raise mlflow.exceptions.MlflowException.invalid_parameter_value(f"form {form!r}: choose one of {', '.join(FORMS)}")
        texts = [text if isinstance(text, str) else "" for text in model_input["text"]]
        return _as_json(tag_texts(texts, self.tagger.model)) if form == "json" else self.tagger.tag(texts).to_pandas()


def _as_json(tagged: Any) -> pd.DataFrame:  # noqa: ANN401 - an iterator of reports
    arrays = [b"[%b]" % b",".join(line for group in report.groups for line in group.json_lines().splitlines()) for report in tagged]
    return pd.DataFrame({"tags": [array.decode() for array in arrays]})


mlflow.models.set_model(RegisteredTagger())
