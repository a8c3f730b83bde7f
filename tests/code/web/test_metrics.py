"""Counts and seconds in Prometheus' format."""

from prometheus_client.parser import text_string_to_metric_families

from pipeline.web.metrics import CONTENT_TYPE, Metrics


def test_the_format():
    metrics = Metrics()
    metrics.add(("GET", "/a", 200), 0.25)
    metrics.add(("GET", "/a", 200), 0.5)
    metrics.add(("GET", "other", 404), 0.0)
    assert metrics.text({"files_held": 3}) == (
        "# TYPE mission_themes_requests_total counter\n"
        'mission_themes_requests_total{method="GET",route="/a",status="200"} 2\n'
        'mission_themes_requests_total{method="GET",route="other",status="404"} 1\n'
        "# TYPE mission_themes_request_seconds_total counter\n"
        'mission_themes_request_seconds_total{method="GET",route="/a",status="200"} 0.75\n'
        'mission_themes_request_seconds_total{method="GET",route="other",status="404"} 0\n'
        "# TYPE mission_themes_files_held gauge\nmission_themes_files_held 3\n"
        "# TYPE mission_themes_requests_under_way gauge\nmission_themes_requests_under_way 0\n"
    )


def test_unknown_addresses_and_methods_do_not_fill_the_memory(served):
    before = served.client.get("/api/metrics").text.count("requests_total{")
    for number in range(20):
        served.client.request(f"X{number}", f"/nowhere/{number}")
    after = served.client.get("/api/metrics").text
    assert after.count("requests_total{") <= before + 2
    assert "nowhere" not in after


def test_prometheus_reads_all_of_it(served):
    served.client.get("/nowhere")
    served.upload()
    answer = served.client.get("/api/metrics")
    assert answer.headers["content-type"] == CONTENT_TYPE
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    kinds = {name.removeprefix("mission_themes_"): family.type for name, family in families.items()}
    assert kinds == {
        "requests": "counter",
        "request_seconds": "counter",
        "files_held": "gauge",
        "bytes_held": "gauge",
        "files_under_way": "gauge",
        "texts_waiting": "gauge",
        "requests_under_way": "gauge",
    }
    uploads = [one for one in families["mission_themes_requests"].samples if one.labels["method"] == "POST"]
    assert [(one.name, one.labels["route"], one.labels["status"], one.value) for one in uploads] == [
        ("mission_themes_requests_total", "/api/files", "202", 1.0)
    ]
    assert families["mission_themes_files_held"].samples[0].value == 1.0
