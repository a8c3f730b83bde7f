"""Pages inside a page: what its frames show is put in their places.

Browsers and their add-ons save what a frame shows along with the page, as a part of the web archive or in ``srcdoc``, and sites
of offices show whole reports so. What is not saved with the page is not fetched.
"""

from collections.abc import Mapping
from contextlib import suppress

from pipeline.core.errors import InputError
from pipeline.read.web.blocks import Element, is_hidden, parse


def parse_whole(text: str, source: str, saved: Mapping[str, str]) -> Element:
    """Return the root of the tree of a page, what its frames show included; raises InputError.

    ``saved`` holds the pages that were saved with it by the addresses that frames name; each is shown once.
    """
    root = parse(text, source)
    if not saved and root.find(".//iframe[@srcdoc]") is None:
        return root
    left, pending = dict(saved), [root]
    while pending:
        for frame in list(pending.pop().iter("iframe", "frame")):
            page = frame.get("srcdoc") or left.pop(frame.get("src") or "", "")
            if page.strip() and not is_hidden(frame) and (inner := _inner(page, source)) is not None:
                _put_in(frame, inner)
                pending.append(frame)
    return root


def _inner(page: str, source: str) -> Element | None:
    """Return the tree of a page in a frame, or None for one that cannot be made: the page around it is the report."""
    with suppress(InputError):
        return parse(f"<div>{page}</div>", source)
    return None


def _put_in(frame: Element, inner: Element) -> None:
    """Make a frame a part of the page around it; what stood in it was for browsers that know no frames."""
    from lxml import etree  # noqa: PLC0415 - few pages hold others

    etree.strip_elements(inner, "title", with_tail=False)  # it has no window of its own
    tail = frame.tail
    frame.clear()
    frame.tag, frame.tail = "div", tail
    for part in (inner, *inner.findall("body")):
        part.tag = "div"
    frame.append(inner)
