"""Counts and seconds in Prometheus' format."""

from pipeline.web.metrics import Metrics


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
