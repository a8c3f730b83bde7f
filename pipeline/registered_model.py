"""The model that MLflow registers: the whole tagger, as MLflow's "models from code". Only MLflow runs this file.

It takes a table with a text column and returns one row for each tag, with the row of the text it belongs to.
"""

from typing import Any

import mlflow
import pandas as pd


class Tagger(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """Tags raw texts with the model folder that is logged beside this code."""

    def load_context(self, context: Any) -> None:  # noqa: ANN401 - MLflow's PythonModelContext
        """Load the model folder; nothing in it is code."""
        from pathlib import Path  # noqa: PLC0415 - only when the model is loaded

        from pipeline.model_folder import load_model  # noqa: PLC0415

        self.model = load_model(Path(context.artifacts["model"]))

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:  # noqa: ANN401, ARG002
        """Return the tags of each text, in the order of the rows."""
        from pipeline.flow import tag_text  # noqa: PLC0415 - only when the model is used

        rows = [
            {"row": number, "start": tag.start, "end": tag.end, "text": tag.text, "theme": tag.theme, "score": tag.score}
            for number, text in enumerate(model_input["text"])
            for tag in tag_text(text, self.model)
        ]
        return pd.DataFrame(rows, columns=["row", "start", "end", "text", "theme", "score"])


mlflow.models.set_model(Tagger())
