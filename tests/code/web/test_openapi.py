"""The API against its own OpenAPI document: schemathesis sends what it allows and what it forbids."""

import re
import subprocess
import sys

from pipeline.web import schemas

TOKEN = "a-token-of-the-tests-0123456789"


def test_the_api_does_what_its_document_says(serving, tmp_path):
    with serving(token=TOKEN, library=True, max_files=100_000, queue=100_000) as served:
        file = served.upload()
        known = f'[parameters]\nidentifier = "{file["id"]}"\nmodel = "{file["model"]}"\n'
        assert served.client.post("/api/library/reports", json={"files": [file["id"]]}).json()["added"] == 1
        assert served.client.post("/api/library/digests", json={"reports": [1]}).json()["number"] == 1
        known += "number = 1\n"
        paths = [f"/api/files/{{identifier}}/{what}" for what in ("corrections", "import")]
        paths += ["/api/library/reports/{number}/attributes", "/api/library/digests", "/api/library/find", "/api/library/counts"]
        for path in paths:  # what is printable, what makes sense as a query, what so many pages hold: no schema can say
            known += f'[[operations]]\ninclude-path = "{path}"\n'
            known += 'checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422]\n'
        (tmp_path / "schemathesis.toml").write_text(known, encoding="utf-8")
        options = {
            "--header": f"Authorization: Bearer {TOKEN}",
            "--checks": "all",
            "--exclude-checks": "ignored_auth",
            "--exclude-method": "DELETE",  # the others need the file
            "--phases": "examples,coverage,fuzzing",
            "--max-examples": "8",
            "--seed": "1",
            "--generation-database": "none",
            "--request-timeout": "20",
        }
        command = [sys.executable, "-m", "schemathesis.cli", "run", f"{served.address}/api/openapi.json", "--no-color"]
        command += [word for option in options.items() for word in option]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=240, check=False)
        assert served.client.get("/api/health").status_code == 200
    assert done.returncode == 0, done.stdout[-6000:]
    assert re.search(r"(?m)^\s*Operations:.*29 selected / 32 total", done.stdout), done.stdout


def test_the_document_describes_itself(served):
    document = served.client.get("/api/openapi.json").json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert all(operation.get("description") for operation in operations)
    assert all("Problem" in str(operation["responses"]["403"]) for operation in operations)
    assert "example" in str(document["components"]["schemas"]["TextToTag"])
    assert set(document["components"]["schemas"]) >= {schemas.FileView.__name__, schemas.CorrectionsToSave.__name__}
    assert not [path for path in document["paths"] if not path.startswith("/api/")]
