"""Run QualCoder's own import and export of REFI-QDA without a window; needs its source and PyQt6, not this project.

Usage: python qualcoder_driver.py SOURCE IN.qdpx FOLDER [MEMO…]; SOURCE holds the package ``qualcoder``. Each MEMO is put on a span
of the first source as a researcher does it there, the first on characters 0 to 2, the next on 1 to 3. Prints one JSON object: what
its database holds of the project, and where the project is that it wrote; or the error that ended the import.
"""

import ast
import builtins
import json
import os
import sqlite3
import sys
from pathlib import Path
from types import SimpleNamespace

TABLES = {
    "sources": "select id, name, fulltext, memo, owner from source",
    "codes": "select cid, name, memo, color from code_name",
    "codings": "select fid, pos0, pos1, seltext, cid, owner, memo from code_text",
    "annotations": "select fid, pos0, pos1, memo, owner from annotation",
    "attributes": "select id, name, value from attribute",
}


def schema(source: Path) -> list[str]:
    """Return the statements by which QualCoder makes a new database, out of its own source."""
    tree = ast.parse((source / "qualcoder" / "__main__.py").read_text(encoding="utf-8"))
    (new,) = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "new_project")
    texts = (node.value for node in ast.walk(new) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [text for text in texts if text.startswith("CREATE TABLE")]


def application(folder: Path, source: Path) -> SimpleNamespace:
    """Return what QualCoder's import and export need of the application: a database, settings, a project folder."""
    project = folder / "project.qda"
    (project / "documents").mkdir(parents=True)
    connection = sqlite3.connect(project / "data.qda")
    for statement in schema(source):
        connection.execute(statement)
    connection.execute("insert into project (date, memo) values ('2026-01-01 00:00:00', '')")
    settings = {"directory": str(folder), "codername": "default", "fontsize": 10, "font": "Sans", "ai_enable": "False"}
    columns = ("anid", "fid", "pos0", "pos1", "memo", "owner", "date")
    wanted = f"select {', '.join(columns)} from annotation"

    def annotations() -> list[dict[str, object]]:
        return [dict(zip(columns, row, strict=True)) for row in connection.execute(wanted)]

    return SimpleNamespace(
        conn=connection,
        settings=settings,
        ai_models=[],
        version="QualCoder",
        project_path=str(project),
        project_name="project.qda",
        write_config_ini=lambda *_: None,
        get_annotations=annotations,
    )


def main() -> None:
    """Take a project in and give it out again."""
    source, given, folder = map(Path, sys.argv[1:4])
    os.environ |= {"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)}
    (folder / ".qualcoder").mkdir(parents=True)
    sys.path.insert(0, str(source))
    builtins._ = lambda text: text  # type: ignore[attr-defined] # what gettext puts there
    from PyQt6 import QtWidgets

    qt = QtWidgets.QApplication([])
    from qualcoder import refi

    app, said = application(folder, source), []
    out = folder / "out"
    out.mkdir()
    log = SimpleNamespace(append=said.append)
    QtWidgets.QFileDialog.getOpenFileName = lambda *_, **__: (str(given), True)
    QtWidgets.QFileDialog.getExistingDirectory = lambda *_, **__: str(out)
    refi.Message.exec = refi.RefiLineEndings.exec = lambda _: 0
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        refi.RefiImport(app, log, "qdpx")
    except Exception as error:  # noqa: BLE001 - whatever ends it is what is asked for
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
        return
    for place, memo in enumerate(sys.argv[4:]):
        row = (1, place, place + 2, memo, "default", "2026-01-01 00:00:00")
        app.conn.execute("insert into annotation (fid, pos0, pos1, memo, owner, date) values (?,?,?,?,?,?)", row)
    held = {name: app.conn.execute(query).fetchall() for name, query in TABLES.items()}
    refi.RefiExport(app, log, "project")
    (made,) = out.glob("*.qdpx")
    print(json.dumps({"held": held, "said": said, "made": str(made)}, ensure_ascii=False))
    del qt


if __name__ == "__main__":
    main()
