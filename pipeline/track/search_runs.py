"""The runs of a search: one parent, a child for each combination of settings, found again by their digests."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec.structs import asdict

from pipeline.core.config import Config, SearchConfig
from pipeline.core.messages import mark, tr
from pipeline.track.run import Point, log_values, run_params
from pipeline.track.store import alone, experiment_id, mlflow_at, tracking_uri, trouble

KEY, SEARCH, CORPUS, PARENT = "search.key", "search.id", "corpus.sha256", "mlflow.parentRunId"
PAGE = 1000
ADVICE = mark("check it, and start the search again: it goes on where it was")


class SearchRuns:
    """The parent run of a search and its children. Every method raises TrackingError where the store cannot be used."""

    def __init__(self, mlflow: Any, uri: str, experiment: str, run_id: str, corpus_sha256: str) -> None:  # noqa: ANN401 - the module
        self.run_id = run_id
        self._mlflow, self._uri, self._experiment, self._corpus = mlflow, uri, experiment, corpus_sha256
        self._client = mlflow.MlflowClient()
        self._children = self._finished_children()
        self._close_unfinished()

    def known(self, key: str) -> dict[str, float] | None:
        """Return the figures of a combination that was measured before, or None.

        One that another search measured becomes a child of this one too, so that all are compared in one place.
        """
        found = self._children.get(key)
        if found is None:
            return None
        if found.data.tags[PARENT] != self.run_id:
            with trouble(self._uri, tr(ADVICE)), alone(self._uri):
                self._log_child(key, found.info.run_name, found.data.params, found.data.metrics, found.info.run_id)
        return dict(found.data.metrics)

    def add(self, key: str, settings: Mapping[str, Any], config: Config, metrics: Mapping[str, float]) -> None:
        """Record a combination that was measured."""
        name = " ".join(f"{name.partition('.')[2]}={value}" for name, value in settings.items())
        with trouble(self._uri, tr(ADVICE)), alone(self._uri):
            self._log_child(key, name, run_params(config), metrics, None)

    def finish(self, best_key: str, value: float, refitted: str | None) -> None:
        """Record which combination was the best, and the run of the model that was trained with it."""
        with trouble(self._uri, tr(ADVICE)), alone(self._uri):
            self._client.log_metric(self.run_id, "best", value)
            self._client.set_tag(self.run_id, "search.best_key", best_key)
            self._client.set_tag(self.run_id, "search.refitted_run_id", refitted or "not recorded")

    def end(self, status: str) -> None:
        """End the parent run."""
        with trouble(self._uri, tr(ADVICE)), alone(self._uri):
            self._client.set_terminated(self.run_id, status)

    def _finished_children(self) -> dict[str, Any]:
        """Return the finished runs of this corpus by their key, those of this search before others."""
        query = f"attributes.status = 'FINISHED' and tags.`{CORPUS}` = '{self._corpus}' and tags.`{KEY}` != ''"
        runs, token = [], None
        while token != "":
            page = self._client.search_runs([self._experiment], query, max_results=PAGE, page_token=token)
            runs += list(page)
            token = page.token or ""
        runs.sort(key=lambda run: run.data.tags[PARENT] == self.run_id)
        return {run.data.tags[KEY]: run for run in runs}

    def _close_unfinished(self) -> None:
        query = f"attributes.status = 'RUNNING' and tags.`{PARENT}` = '{self.run_id}'"
        for run in self._client.search_runs([self._experiment], query):
            self._client.set_terminated(run.info.run_id, "KILLED")

    def _log_child(
        self, key: str, name: str, params: Mapping[str, Any], metrics: Mapping[str, float], copied_from: str | None
    ) -> None:
        tags = {PARENT: self.run_id, KEY: key, CORPUS: self._corpus}
        tags |= {"search.copied_from": copied_from} if copied_from else {}
        run_id = self._client.create_run(self._experiment, tags=tags, run_name=name).info.run_id
        now = int(time.time() * 1000)
        log_values(self._mlflow, run_id, params, [Point(metric, value, now) for metric, value in metrics.items()])
        self._client.set_terminated(run_id)


@contextmanager
def open_search(config: Config, search_id: str, corpus_sha256: str, options: SearchConfig, command: str) -> Iterator[SearchRuns]:
    """Give the runs of a search: those of the same search before, or new ones. A search that is stopped says so in its run.

    Raises TrackingError where the store cannot be used.
    """
    uri = tracking_uri(config.track.uri)
    with trouble(uri, tr(ADVICE)), alone(uri):
        mlflow = mlflow_at(uri)
        experiment = experiment_id(mlflow, uri, config.track.experiment)
        parent = _parent(mlflow.MlflowClient(), experiment, search_id, {CORPUS: corpus_sha256, "command": command}, options)
        runs = SearchRuns(mlflow, uri, experiment, parent, corpus_sha256)
    try:
        yield runs
    except KeyboardInterrupt:
        runs.end("KILLED")
        raise
    except Exception:
        runs.end("FAILED")
        raise
    runs.end("FINISHED")


def _parent(client: Any, experiment: str, search_id: str, tags: Mapping[str, str], options: SearchConfig) -> str:  # noqa: ANN401
    """Return the id of the parent run of this search, the one of before where there is one."""
    for run in client.search_runs([experiment], f"tags.`{SEARCH}` = '{search_id}'", max_results=1):
        client.update_run(run.info.run_id, status="RUNNING")
        return str(run.info.run_id)
    run = client.create_run(experiment, tags={SEARCH: search_id, **tags}, run_name="search")
    for name, value in asdict(options).items():
        client.log_param(run.info.run_id, f"search.{name}", value)
    return str(run.info.run_id)
