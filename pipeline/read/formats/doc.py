"""Old Word and WPS files (.doc, .wps) and Word's XML of 2003: LibreOffice writes them as .docx, which is then read as such.

No maintained Python library reads the binary format; LibreOffice (MPL-2.0) is what offices and archives use for it, and it
is asked for only when such a file comes. It runs with a profile of its own in which macros, active content, updates of
links and loading from elsewhere are off, and with a proxy that leads nowhere: a file must not pull in others.
"""

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.read.decode import ReadText
from pipeline.read.formats import docx, odt, rtf
from pipeline.read.office.ooxml import local
from pipeline.read.office.packages import OLE_SIGNATURE, parse_xml

_PROGRAMS = ("soffice", "libreoffice", "soffice.com")
_USUAL_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/snap/bin/libreoffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
)
# LibreOffice is ended before the reader's own time is up, so that the message can name it.
_SHARE_OF_TIME = 0.8
_HEAD = 4096
# The first stream of most .doc files is the document itself; its head says whether it is encrypted.
_WORD_STREAM, _WORD_FLAGS, _WORD_SIGNATURE, _ENCRYPTED = 512, slice(523, 524), b"\xec\xa5", 0x01
_SETTINGS = (
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Common/Security/Scripting", "DisableOLEAutomation", "true"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Misc", "FirstRun", "false"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Writer/Content/Update", "Field", "false"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    *[("Inet/Settings", f"ooInet{scheme}ProxyName", "127.0.0.1") for scheme in ("HTTP", "HTTPS", "FTP")],
    *[("Inet/Settings", f"ooInet{scheme}ProxyPort", "9") for scheme in ("HTTP", "HTTPS", "FTP")],
)
_SETTING = '<item oor:path="/org.openoffice.{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
_SETTINGS_FILE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{}</oor:items>\n'
)


def read(data: bytes, source: str, options: ReadConfig) -> ReadText:
    """Return the text of an old Word or WPS file with marks and places; raises InputError, also where LibreOffice is missing.

    Files of a newer format under an old name are read as what they are.
    """
    head = data[:_HEAD].lstrip()
    if head.startswith(b"PK\x03\x04"):
        return docx.read(data, source, options)
    if head.startswith(b"{\\rtf"):
        return rtf.read(data, source, options)
    if b"<office:document" in head:
        return odt.read(data, source, options)
    if not head.startswith(OLE_SIGNATURE) and not _is_word_xml(data, head, source):
        raise InputError(f"{source}: not a Word document; check what kind of file it is, and save it as .docx")
    if data[_WORD_STREAM : _WORD_STREAM + 2] == _WORD_SIGNATURE and int.from_bytes(data[_WORD_FLAGS]) & _ENCRYPTED:
        raise InputError(f"{source}: password-protected; save a copy without the password")
    return replace(docx.read(_converted(data, source, options), source, options), encoding="doc")


def _is_word_xml(data: bytes, head: bytes, source: str) -> bool:
    """Tell whether a file is Word's XML of 2003; it is parsed here first, so that no entities get to LibreOffice."""
    return (
        head.startswith((b"<?xml", b"<w:", b"\xef\xbb\xbf<")) and local(parse_xml(data, "the document", source)) == "wordDocument"
    )


def find_libreoffice() -> str | None:
    """Return the path of LibreOffice's command, or None where it is not installed."""
    on_path = (shutil.which(name) for name in _PROGRAMS)
    return next(filter(None, on_path), None) or next((place for place in _USUAL_PLACES if Path(place).is_file()), None)


def _converted(data: bytes, source: str, options: ReadConfig) -> bytes:
    program = find_libreoffice()
    if program is None:
        raise InputError(f"{source}: an old Word file, which needs LibreOffice; install it, or save the file as .docx")
    with tempfile.TemporaryDirectory(prefix="mission-themes-doc-", ignore_cleanup_errors=True) as folder:
        given, made = Path(folder, "report.doc"), Path(folder, "made", "report.docx")
        given.write_bytes(data)
        _run(program, given, made.parent, options.max_seconds * _SHARE_OF_TIME, source)
        if not made.is_file():
            raise InputError(
                f"{source}: LibreOffice cannot read it (damaged or password-protected); save it as .docx in Word or WPS"
            )
        if made.stat().st_size > options.max_bytes:
            raise InputError(f"{source}: larger than {options.max_bytes:,} bytes as .docx (read.max_bytes); split it")
        return made.read_bytes()


def _run(program: str, given: Path, folder: Path, seconds: float, source: str) -> None:
    """Convert a file; LibreOffice stays in this process's group, so that whoever ends that ends it too."""
    process_id = given.with_name("process")
    command = [
        *(program, f"-env:UserInstallation={_profile().as_uri()}", f"--pidfile={process_id}", "--headless", "--norestore"),
        *("--nologo", "--nodefault", "--nolockcheck", "--convert-to", "docx", "--outdir", str(folder), str(given)),
    ]
    nothing = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, env=dict(_environment())) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            _end(process, process_id)
            # What was ended may have left its profile locked.
            _profile.cache_clear()
            raise InputError(f"{source}: LibreOffice took more than {seconds:g} s (read.max_seconds); save it as .docx") from None


def _environment() -> Iterator[tuple[str, str]]:
    """Yield the environment without what points to a screen or to other proxies."""
    for name, value in os.environ.items():
        if name not in ("DISPLAY", "WAYLAND_DISPLAY") and not name.lower().endswith("_proxy"):
            yield name, value


def _end(process: "subprocess.Popen[bytes]", process_id: Path) -> None:
    """End the launcher and the office program itself, whose number it wrote down."""
    with contextlib.suppress(OSError, ValueError):
        os.kill(int(process_id.read_text(encoding="ascii")), getattr(signal, "SIGKILL", signal.SIGTERM))
    process.kill()


@cache
def _profile() -> Path:
    """Return a profile folder for the life of this process: the second file starts faster."""
    folder = Path(tempfile.mkdtemp(prefix="mission-themes-office-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = folder / "user" / "registrymodifications.xcu"
    settings.parent.mkdir()
    entries = "".join(_SETTING.format(*setting) for setting in _SETTINGS)
    settings.write_text(_SETTINGS_FILE.format(entries), encoding="utf-8")
    return folder
