"""Sub-codes in a note: what is below a theme in another tool stands on lines of their own at the head of the note.

A label has one theme; researchers divide it (兴文化 › 文化产业). The path travels in the note, and comes out as a sub-code again.
"""

from collections.abc import Iterable

SIGN = " › "
Path = tuple[str, ...]  # the theme first, then what is below it


def noted(paths: Iterable[Path], memo: str) -> str:
    r"""Return a note that begins with the paths of sub-codes; a theme alone needs no line.

    >>> noted([("兴文化", "文化产业"), ("展形象",)], "存疑")
    '兴文化 › 文化产业\n存疑'
    """
    return "\n".join([*(SIGN.join(map(plain, path)) for path in paths if len(path) > 1), *([memo] if memo else [])])


def parted(note: str, names: Iterable[str]) -> tuple[tuple[Path, ...], str]:
    r"""Return the path of each theme, and the note without them.

    >>> parted("兴文化 › 文化产业\n存疑", ["兴文化", "展形象"])
    ((('兴文化', '文化产业'), ('展形象',)), '存疑')
    """
    paths: dict[str, Path] = {name: (name,) for name in names}
    lines = note.split("\n")
    while lines and SIGN in lines[0] and len(paths.get(lines[0].split(SIGN)[0], ())) == 1:
        path = tuple(lines.pop(0).split(SIGN))
        paths[path[0]] = path
    return tuple(paths.values()), "\n".join(lines)


def plain(name: str) -> str:
    """Return a code's name on one line, without the sign that divides paths."""
    return " ".join(name.replace("›", ">").split())
