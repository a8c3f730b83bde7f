"""Who may use the server: all with one token, or people with tokens of their own, from a file that is read again when it changes.

A line of that file is ``NAME TOKEN`` or ``NAME sha256:DIGEST``; a file of nothing but one token is for all. A person may
have several lines, so that a new token holds before the old one goes. Only digests are kept in memory. The tokens are random,
so that a plain sha256 of one tells nothing.
"""

import hashlib
import logging
import re
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import UsageError
from pipeline.core.messages import tr
from pipeline.labels.people import checked_name

SHORTEST_TOKEN = 16
LARGEST_FILE = 2**20  # characters
HASHED = "sha256:"
WRONG, WRONG_SECONDS = 30, 60.0  # tokens that are wrong which an address may give in so many seconds
ADDRESSES = 10_000  # that are remembered
LOG = logging.getLogger(__name__)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_State = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Account:
    """One who may use the server: a name, "" where all share one token, and the sha256 of the token."""

    name: str
    digest: bytes

    @property
    def mark(self) -> str:
        """What a cookie holds of the account: it is another one as soon as the token is."""
        return hashlib.sha256(b"session" + self.digest).hexdigest()[:32]


class Accounts:
    """The accounts of a server, read again from their file whenever that was changed."""

    def __init__(self, accounts: Sequence[Account], file: Path | None = None) -> None:
        self._accounts, self._file = tuple(accounts), file
        self._state = _state(file)

    def of_token(self, token: str) -> Account | None:
        """Return whose token this is, in a time that depends neither on whose nor on how much of it is right."""
        digest, found = _digest(token), None
        for account in self._current():
            if secrets.compare_digest(account.digest, digest):
                found = account
        return found

    def of_mark(self, mark: str) -> Account | None:
        """Return the account of a cookie, as long as the token that it was given for holds."""
        return next((account for account in self._current() if account.mark == mark), None)

    def _current(self) -> tuple[Account, ...]:
        """Return the accounts of today; a file that cannot be read changes nothing, and the server's log says so."""
        if self._file is not None and (state := _state(self._file)) != self._state:
            self._state = state
            try:
                self._accounts = read_accounts(self._file)
            except UsageError as error:
                LOG.error("%s; the accounts from before still hold", error)  # noqa: TRY400 - the line says all
        return self._accounts


class WrongTokens:
    """Counts the wrong tokens that came from each address of late."""

    def __init__(self) -> None:
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def add(self, address: str) -> None:
        """Count one."""
        times = self._times.setdefault(address, deque(maxlen=WRONG))
        self._times.move_to_end(address)
        times.append(time.monotonic())
        if len(self._times) > ADDRESSES:
            self._times.popitem(last=False)

    def are_too_many(self, address: str) -> bool:
        """Tell whether no more tokens of this address are looked at for now."""
        times = self._times.get(address)
        return times is not None and len(times) >= WRONG and time.monotonic() - times[0] < WRONG_SECONDS


def for_all(token: str) -> Accounts:
    """Return what lets everybody in who has this token; raises UsageError for one that can be guessed."""
    return Accounts([Account("", _checked(token, "--token"))])


def read_accounts(file: Path) -> tuple[Account, ...]:
    """Return the accounts of a file; raises UsageError, which names the line and never a token."""
    try:
        with file.open(encoding="utf-8-sig") as stream:
            text = stream.read(LARGEST_FILE + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            tr("{file}: cannot be read ({error}); write the token into it, or lines of NAME TOKEN", file=file, error=error)
        ) from None
    if len(text) > LARGEST_FILE:
        raise UsageError(
            tr(
                "{file}: longer than {largest_file:,} characters, which no file of accounts is; name another one",
                file=file,
                largest_file=LARGEST_FILE,
            )
        )
    if len(text.split()) == 1:
        return (Account("", _checked(text.strip(), str(file))),)
    numbered = enumerate(text.splitlines(), 1)
    found = [_account(line, f"{file}, line {number}") for number, line in numbered if line.strip() and line.strip()[0] != "#"]
    if not found:
        raise UsageError(tr("{file}: holds no token; write one into it, or lines of NAME TOKEN", file=file))
    if len({account.digest for account in found}) < len(found):
        raise UsageError(tr("{file}: two lines have the same token; give each person another one", file=file))
    return tuple(found)


def new_token() -> str:
    """Return a token of 192 random bits."""
    return secrets.token_urlsafe(24)


def line_of(name: str, token: str) -> str:
    """Return the line of an account that holds the token's digest only; raises UsageError for a name that is none."""
    return f"{checked_name(name)} {HASHED}{_digest(token).hex()}"


def _account(line: str, where: str) -> Account:
    name, _, token = line.strip().replace("\t", " ").rpartition(" ")
    if not name:
        raise UsageError(
            tr(
                "{where}: holds a name or a token only; write NAME TOKEN, as pipeline serve --new-account NAME prints it",
                where=where,
            )
        )
    try:
        return Account(checked_name(name), _checked(token, where))
    except UsageError as error:
        raise UsageError(str(error) if str(error).startswith(where) else f"{where}: {error}") from None


def _checked(token: str, where: str) -> bytes:
    """Return the digest of a token that cannot be guessed, or the one that is given in its place; raises UsageError."""
    if token.startswith(HASHED):
        if not _DIGEST.fullmatch(token.removeprefix(HASHED)):
            raise UsageError(tr("{where}: no sha256 of a token, which has 64 digits and letters from a to f", where=where))
        return bytes.fromhex(token.removeprefix(HASHED))
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(
            tr(
                "{where}: at least {shortest_token} letters, digits and signs without a blank; or leave it out and one is made",
                where=where,
                shortest_token=SHORTEST_TOKEN,
            )
        )
    return _digest(token)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _state(file: Path | None) -> _State | None:
    try:
        found = file.stat() if file else None
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns) if found else None
