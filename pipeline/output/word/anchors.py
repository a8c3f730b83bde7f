"""Find the runs of a Word document that a passage of its text stands in, and cut them where it begins and ends.

The reader tells which element gave which text (``docx.walk``). Between that and the report's text only white space differs, so a
character is found by counting those before it that are none. Some text cannot hold a comment where it stands: in a text box, a
formula or above a ruby base the whole of it is taken; of a note, or of the number of a list, the paragraph it belongs to.
"""

import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.output.word.markup import SPACE, Markup
from pipeline.read.formats.docx import ElementText, WordBody
from pipeline.read.office.ooxml import local

if TYPE_CHECKING:
    from lxml.etree import _Element

# Elements around the runs of a paragraph in which the marks of a comment may stand.
_CONTAINERS = frozenset(["hyperlink", "ins", "moveTo", "smartTag", "customXml", "dir", "bdo"])
_WITHOUT_TEXT = frozenset(["rPr", "lastRenderedPageBreak"])


@dataclass(frozen=True, slots=True)
class TextAnchor:
    """A character of the document: the element that gave it, its index in that element's text, and what can hold a mark.

    ``node`` is a child of a paragraph, or of what is around its runs; where the node is the run that the element stands in,
    ``is_run`` says so, and the run can be cut.
    """

    element: "_Element"
    index: int
    node: "_Element"
    is_run: bool


class Anchors:
    """The passages of a report in its document; they are to be anchored from the last to the first, because runs are cut."""

    def __init__(self, walk: WordBody, text: str, markup: Markup) -> None:
        self._markup = markup
        self._root = walk.root
        self._spoken = [spoken for spoken in walk.spoken if _ink(spoken.text)]
        self._firsts = [0, *itertools.accumulate(_ink(spoken.text) for spoken in self._spoken)]
        self._known = _common("".join(spoken.text for spoken in self._spoken), text)
        self._before = _Counter(text)

    def anchor(self, start: int, end: int, number: int) -> "tuple[list[_Element], bool]":
        """Put the marks of a comment around a span of the text; return its runs, and whether it was found in the document."""
        first = self._before.count(start)
        spots = list(self._spots(first, self._before.count(end)))
        if not spots:
            self.anchor_paragraph(start, number)
            return [], False
        if not all(spot.is_run for spot in spots):  # a box is read behind the paragraph that it stands in
            spots.sort(key=lambda spot: _path(spot.node))
        last = self._cut_behind(spots[-1])
        before = spots[0].node
        begin, opened = self._cut_before(spots[0])
        if last is before:  # what was cut off holds the end now
            last = begin
        elements = [opened if spot.element is spots[0].element else spot.element for spot in spots if spot.is_run]
        self._mark(begin, last, number)
        return list(dict.fromkeys(run for element in elements if (run := element.getparent()) is not None)), True

    def anchor_paragraph(self, offset: int, number: int) -> None:
        """Put the marks of a comment around the paragraph of a character, or the one before it, or the first one."""
        at = min(bisect_right(self._firsts, self._before.count(offset)), len(self._spoken)) - 1
        paragraph: _Element | None = None
        while at >= 0 and paragraph is None:
            paragraph = self._paragraph_of(self._spoken[at])
            at -= 1
        if paragraph is None:
            paragraph = self._some_paragraph()
        properties = paragraph.find(self._markup.name("pPr"))
        paragraph.insert(0 if properties is None else 1, self._markup.range_start(number))
        paragraph.extend(self._markup.range_end(number))

    def _spots(self, first: int, end: int) -> Iterator[TextAnchor]:
        """Yield the first and last character of each element that gives some of the characters that are no white space."""
        if first >= min(end, self._known):
            return
        at = bisect_right(self._firsts, first) - 1
        while at < len(self._spoken) and self._firsts[at] < min(end, self._known):
            spoken = self._spoken[at]
            held = None if spoken.element is None else self._holder(spoken.element)
            if held is not None and spoken.element is not None:
                inside = [i for i, character in enumerate(spoken.text) if not character.isspace()]
                low, high = max(0, first - self._firsts[at]), min(len(inside), end - self._firsts[at]) - 1
                yield TextAnchor(spoken.element, inside[low], *held)
                yield TextAnchor(spoken.element, inside[high], *held)
            at += 1

    def _holder(self, element: "_Element") -> "tuple[_Element, bool] | None":
        """Return what can hold a mark beside an element, and whether it is the element's own run; None outside the main part."""
        chain = [element, *element.iterancestors()]
        paragraph = self._paragraph(chain)
        if paragraph is None:
            return None
        at = chain.index(paragraph) - 1
        while at > 0 and local(chain[at]) in _CONTAINERS:
            at -= 1
        return chain[at], at == 1 and chain[1].tag == self._markup.name("r")

    def _paragraph(self, chain: "Sequence[_Element]") -> "_Element | None":
        """Return the paragraph of the main part around an element: the outermost, where a text box has its own."""
        if chain[-1] is not self._root:
            return None
        return next((above for above in reversed(chain) if above.tag == self._markup.name("p")), None)

    def _paragraph_of(self, spoken: ElementText) -> "_Element | None":
        if spoken.element is None:
            return None
        return self._paragraph([spoken.element, *spoken.element.iterancestors()])

    def _some_paragraph(self) -> "_Element":
        """Return the first paragraph of the document; one is put in front where all its text stands elsewhere."""
        found = next(self._root.iter(self._markup.name("p")), None)
        if found is None:
            found = self._markup.element("p")
            next(iter(self._root)).insert(0, found)
        return found

    def _mark(self, begin: "_Element", last: "_Element", number: int) -> None:
        begin.addprevious(self._markup.range_start(number))
        end, reference = self._markup.range_end(number)
        last.addnext(end)
        end.addnext(reference)

    def _cut_behind(self, spot: TextAnchor) -> "_Element":
        """Cut a run behind a character; return the node that the character is in."""
        if spot.is_run:
            self._cut_text(spot.element, spot.index + 1)
            following = list(spot.element.itersiblings())
            if following:
                self._into_new_run(spot.node, following)
        return spot.node

    def _cut_before(self, spot: TextAnchor) -> "tuple[_Element, _Element]":
        """Cut a run before a character; return the node and the element that the character is in now."""
        if not spot.is_run:
            return spot.node, spot.element
        element = self._cut_text(spot.element, spot.index) if spot.index else spot.element
        if all(local(before) in _WITHOUT_TEXT for before in element.itersiblings(preceding=True)):
            return spot.node, element
        return self._into_new_run(spot.node, [element, *element.itersiblings()]), element

    def _cut_text(self, element: "_Element", index: int) -> "_Element":
        """Cut the text of an element in two; return the second element, or the element itself where nothing is behind."""
        text = element.text or ""
        if local(element) != "t" or not 0 < index < len(text):
            return element
        rest = self._markup.element("t")
        element.text, rest.text = text[:index], text[index:]
        for part in (element, rest):
            part.set(SPACE, "preserve")
        element.addnext(rest)
        return rest

    def _into_new_run(self, run: "_Element", content: "list[_Element]") -> "_Element":
        """Move the end of a run into a run of its own, which looks the same."""
        made = self._markup.element("r")
        made.attrib.update(run.attrib)
        properties = run.find(self._markup.name("rPr"))
        made.extend([] if properties is None else [deepcopy(properties)])
        made.extend(content)
        run.addnext(made)
        return made


class _Counter:
    """Counts the characters of a text before an offset that are no white space; offsets that lie close are counted fast."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._offset = self._ink = 0

    def count(self, offset: int) -> int:
        """Return the number of characters before an offset."""
        low, high = sorted((self._offset, offset))
        between = _ink(self._text[low:high])
        self._ink += between if offset > self._offset else -between
        self._offset = offset
        return self._ink


def _path(node: "_Element") -> list[int]:
    """Return what sorts nodes in the order of the document."""
    chain = [node, *node.iterancestors()]
    return [above.index(below) for below, above in itertools.pairwise(chain)][::-1]


def _ink(text: str) -> int:
    """Return how many characters of a text are no white space."""
    return sum(map(len, text.split()))


def _common(first: str, second: str) -> int:
    """Return how many characters two texts begin with in common, white space aside."""
    one, other = "".join(first.split()), "".join(second.split())
    if other.startswith(one):
        return len(one)
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
