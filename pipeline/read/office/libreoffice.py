"""LibreOffice as the converter of formats that no maintained Python library reads, started once for many files.

LibreOffice (MPL-2.0) is what offices and archives use for old binary files and UOF; it is asked for only when such a file
comes. To start it takes a second, to convert a report a twentieth of one. So one is started and kept with a document open,
and a second call of its own command with the same profile hands each file over to it and waits: no UNO bridge, whose Python
module is not to be had for every Python, and no port. Where the two do not find each other the call converts by itself.

It runs with a profile of its own in which macros, active content, updates of links and loading from elsewhere are off, and
with a proxy that leads nowhere: a file must not pull in others. It stays in the process group of the reader, within its
limit of memory, and ends with it, after a fault, and after so many files.
"""

import atexit
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.config import ReadConfig
from pipeline.core.errors import InputError
from pipeline.core.messages import tr

_PROGRAMS = ("soffice", "libreoffice", "soffice.com")
USUAL_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/snap/bin/libreoffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
)
# LibreOffice is ended before the reader's own time is up, so that the message can name it.
_SHARE_OF_TIME = 0.8
# What a program of this size may gather over many files goes with a new start.
FILES_A_START = 200
_POLL, _GRACE = 0.005, 0.3
_PREFIX = "mission-themes-office-"
# Where LibreOffice puts the socket by which a second call finds it; what is killed leaves it behind.
_SOCKET = "OSL_PIPE_{}_SingleOfficeIPC_{}"
_SOCKET_FOLDERS = ("/tmp", "/var/tmp")  # noqa: S108 - LibreOffice's choice
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


@dataclass(frozen=True, slots=True)
class Conversion:
    """What to convert: the ending of the given format, that of the wanted one, and the name of the given one in messages.

    ``infilter`` is LibreOffice's name of the reader to use, where it must not choose one itself: it takes for plain text what
    it does not know.
    """

    suffix: str
    target: str
    what: str
    infilter: str = ""


class _LateError(Exception):
    """LibreOffice did not do what it was asked for in time."""


class _Office:
    """A LibreOffice that is kept, and the folder of its profile and its files."""

    def __init__(self, program: str, deadline: float) -> None:
        """Start it and wait until files can be handed over; raises _LateError."""
        self.files = 0
        self._number: int | None = None
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
        self._program = program
        process_id = self.folder / "process"
        _write_settings(self.folder)
        (self.folder / "leftovers").write_text("".join(f"{path}\n" for path in sockets_of(self.folder)), encoding="utf-8")
        kept = self.folder / "kept.txt"
        kept.write_text(" ", encoding="ascii")
        self._process = self._start(process_id, str(kept), ends_with_parent=True)
        atexit.register(self.end)
        while not kept.with_name(f".~lock.{kept.name}#").exists() and not self.has_ended():
            if time.monotonic() > deadline:
                self.end()
                raise _LateError
            time.sleep(_POLL)
        self._number = _number_in(process_id)  # now, because the folder may be removed before this process ends

    def convert(self, given: Path, made: Path, infilter: str, deadline: float) -> None:
        """Convert a file to another, which is not made where the given one cannot be read; raises _LateError."""
        self.files += 1
        process_id = given.with_name("process")
        reader = [f"--infilter={infilter}"] if infilter else []
        target, folder = made.suffix.removeprefix("."), str(made.parent)
        with self._start(process_id, *reader, "--convert-to", target, "--outdir", folder, str(given)) as call:
            while call.poll() is None:  # wait() with a limit looks too rarely: a conversion takes less than a tenth of a second
                if time.monotonic() > deadline:
                    _kill(call, _number_in(process_id))
                    raise _LateError
                time.sleep(_POLL)

    def has_ended(self, within: float = 0.0) -> bool:
        """Tell whether the program is gone, or goes within some seconds: its launcher ends a little later than it does."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(within)
        return self._process.returncode is not None

    def end(self) -> None:
        """End the program, and remove what it leaves."""
        atexit.unregister(self.end)
        _kill(self._process, self._number)
        self._process.wait()
        _remove_sockets_of(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, process_id: Path, *arguments: str, ends_with_parent: bool = False) -> "subprocess.Popen[bytes]":
        nothing = subprocess.DEVNULL
        # Where the reader is killed alone, the system ends what it started; elsewhere only its group goes with it.
        guard = shutil.which("setpriv") if ends_with_parent else None
        command = [
            *((guard, "--pdeathsig", "TERM", "--") if guard else ()),
            *(self._program, f"-env:UserInstallation={self.folder.as_uri()}", f"--pidfile={process_id}", "--headless"),
            *("--norestore", "--nologo", "--nodefault", "--nolockcheck", *arguments),
        ]
        return subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, env=dict(_environment()))


class Converter:
    """Converts files one after another with one LibreOffice, as long as that is sound."""

    def __init__(self) -> None:
        self._office: _Office | None = None

    def convert(self, data: bytes, conversion: Conversion, source: str, options: ReadConfig) -> bytes:
        """Return a file in another format; raises InputError where LibreOffice is missing or fails."""
        program, target = find_libreoffice(), conversion.target
        if program is None:
            raise InputError(
                tr(
                    "{source}: {what}, which needs LibreOffice; install it, or save the file as .{target}",
                    source=source,
                    what=tr(conversion.what),
                    target=target,
                ),
                code="program",
            )
        seconds = options.max_seconds * _SHARE_OF_TIME
        with tempfile.TemporaryDirectory(prefix="mission-themes-convert-", ignore_cleanup_errors=True) as name:
            folder = Path(name).resolve()  # LibreOffice looks up a relative path in another folder than ours
            given, made = folder / f"report{conversion.suffix}", folder / "made" / f"report.{target}"
            given.write_bytes(data)
            try:
                has_ended = self._run(program, given, made, conversion.infilter, time.monotonic() + seconds)
            except _LateError:
                self.end()
                late = tr("LibreOffice took more than {seconds:g} s (read.max_seconds)", seconds=seconds)
                raise InputError(
                    tr("{source}: {late}; save it as .{target}", source=source, late=late, target=target), code="too_long"
                ) from None
            return _result(made, has_ended, source, options)

    def end(self) -> None:
        """End LibreOffice; the next file starts another one."""
        office, self._office = self._office, None
        if office is not None:
            office.end()

    def _run(self, program: str, given: Path, made: Path, infilter: str, deadline: float) -> bool:
        """Convert a file and tell whether LibreOffice ended over it; once more by a new one if other files came before it."""
        while True:
            office = self._office = self._office or _Office(program, deadline)
            office.convert(given, made, infilter, deadline)
            has_ended, is_first = office.has_ended(0.0 if made.is_file() else _GRACE), office.files == 1
            if has_ended or office.files >= FILES_A_START:
                self.end()
            if made.is_file() or not has_ended or is_first:
                return has_ended


CONVERTER = Converter()


def find_libreoffice() -> str | None:
    """Return the path of LibreOffice's command, or None where it is not installed."""
    on_path = (shutil.which(name) for name in _PROGRAMS)
    return next(filter(None, on_path), None) or next((place for place in USUAL_PLACES if Path(place).is_file()), None)


def remove_sockets(folder: Path) -> None:
    """Remove the sockets of the profiles below a folder, which are left where LibreOffice was killed with what had started it."""
    for place, folders, _ in os.walk(folder):  # which passes over a folder that its own guard removes meanwhile
        for name in folders:
            if name.startswith(_PREFIX):
                _remove_sockets_of(Path(place, name))


def _remove_sockets_of(profile: Path) -> None:
    for path in sockets_of(profile):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def sockets_of(profile: Path) -> list[Path]:
    """Return where LibreOffice may put the socket of a profile; none on Windows."""
    if not hasattr(os, "getuid"):
        return []
    digest = hashlib.md5(profile.resolve().as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    return [Path(place, _SOCKET.format(os.getuid(), "".join(f"{byte:x}" for byte in digest))) for place in _SOCKET_FOLDERS]


def _result(made: Path, has_ended: bool, source: str, options: ReadConfig) -> bytes:
    save = tr("save it as {suffix} in the program that made it", suffix=made.suffix)
    if not made.is_file() and has_ended:
        raise InputError(
            tr("{source}: LibreOffice ended while it read the file (damaged, or too large); {save}", source=source, save=save),
            code="damaged",
        )
    if not made.is_file():
        raise InputError(
            tr("{source}: LibreOffice cannot read it (damaged or password-protected); {save}", source=source, save=save),
            code="damaged",
        )
    if made.stat().st_size > options.max_bytes:
        raise InputError(
            tr(
                "{source}: larger than {max_bytes:,} bytes as {suffix} (read.max_bytes); split it",
                source=source,
                max_bytes=options.max_bytes,
                suffix=made.suffix,
            ),
            code="too_large",
        )
    return made.read_bytes()


def _number_in(file: Path) -> int | None:
    """Return the number that a program wrote down, or None where it has not."""
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _kill(launcher: "subprocess.Popen[bytes]", number: int | None) -> None:
    """End a launcher and the program itself, whose number is given where it is known; the launcher knows it too."""
    if number is not None:
        with contextlib.suppress(OSError):
            os.kill(number, getattr(signal, "SIGKILL", signal.SIGTERM))
    else:
        launcher.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            launcher.wait(_GRACE)
    launcher.kill()


def _environment() -> Iterator[tuple[str, str]]:
    """Yield the environment without what points to a screen or to other proxies."""
    for name, value in os.environ.items():
        if name not in ("DISPLAY", "WAYLAND_DISPLAY") and not name.lower().endswith("_proxy"):
            yield name, value


def _write_settings(profile: Path) -> None:
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir()
    entries = "".join(_SETTING.format(*setting) for setting in _SETTINGS)
    settings.write_text(_SETTINGS_FILE.format(entries), encoding="utf-8")
