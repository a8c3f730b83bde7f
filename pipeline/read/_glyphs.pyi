from collections.abc import Sequence

from pipeline.read.pdf.characters import Colour, Drawn, Fonts

SOURCE: str

class Asked:
    def __init__(self, addresses: tuple[int, ...]) -> None: ...
    def colours(self, handle: int, numbers: Sequence[int]) -> list[Colour | None]: ...
    def characters(self, handle: int, count: int, fonts: Fonts) -> list[Drawn]: ...
