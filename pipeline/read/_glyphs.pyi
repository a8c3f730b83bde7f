from pipeline.read.pdf.characters import Drawn, Fonts

SOURCE: str

class Asked:
    def __init__(self, addresses: tuple[int, ...]) -> None: ...
    def characters(self, handle: int, count: int, fonts: Fonts) -> list[Drawn]: ...
