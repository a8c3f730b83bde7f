"""What is said of a file that is damaged or cut off, and what to try, by the ending of its name: its reader knows no program."""

import os

from pipeline.core.errors import InputError
from pipeline.core.messages import mark, tr

_OFFICE = {
    **dict.fromkeys((".docx", ".docm", ".dotx", ".dotm", ".doc", ".dot"), "Word"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls"), "Excel"),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm", ".ppt", ".pps", ".pot"), "PowerPoint"),
}
_OTHERS = {
    **dict.fromkeys((".wps", ".wpt", ".et", ".ett", ".dps", ".dpt"), "WPS"),
    **dict.fromkeys((".odt", ".ott", ".ods", ".odp", ".otp"), "LibreOffice"),
    ".ofd": mark("an OFD reader"),
    ".epub": "Calibre",
    ".pdf": mark("a PDF program"),
}
_ITS_OWN = mark("the program that made it")
_ZIP, _ZIP_END = b"PK\x03\x04", b"PK\x05\x06"  # how a zip begins, and the end of its directory, which stands last in it


def damaged_package(data: bytes, source: str, suffix: str | None = None) -> InputError:
    """Return what is said of a zip (Word, Excel, OpenDocument, OFD, EPUB, an archive) that cannot be opened."""
    is_cut = data.startswith(_ZIP) and _ZIP_END not in data
    what = tr("incomplete: its end is missing, as after a download or copy that broke off") if is_cut else tr("damaged")
    said = tr("{source}: {what}; get the file again, or {remedy}", source=source, what=what, remedy=remedy(source, suffix))
    return InputError(said, code="damaged")


def of_other_kind(source: str, suffix: str) -> InputError:
    """Return what is said of a file whose content is not of the kind that its name promises, or not any more."""
    advice = remedy(source, suffix)
    return InputError(
        tr("{source}: damaged, or no {suffix} file; {advice}", source=source, suffix=suffix, advice=advice), code="damaged"
    )


def remedy(source: str, suffix: str | None = None) -> str:
    """Return what to try with a damaged file: ``suffix`` is the ending of its name, that of ``source`` unless it is given."""
    ending = os.path.splitext(source)[1].lower() if suffix is None else suffix  # noqa: PTH122 - a source may be no path
    if ending == ".zip":
        return tr("pack it again")
    if ending in _OFFICE:
        return tr("open it in {program} by Open and Repair and save it again", program=_OFFICE[ending])
    return tr("open it in {program} and save it again", program=tr(_OTHERS.get(ending, _ITS_OWN)))
