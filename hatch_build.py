"""Compile the ``SOURCES`` when the package is built or installed, or run by itself, in place.

Cython (Apache 2.0, of the field: scikit-learn and pandas are built with it) makes C of them. Without a C compiler the package is
built all the same and works with arrays in their place: same tags, at less than half the speed; `pipeline --version` says which.
What was compiled from a source as it is stays when the package is built again; run by itself this compiles in any case.
"""

import hashlib
import os
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from Cython.Build import cythonize
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError

SOURCES = (
    "pipeline/model/_kernels.pyx",
    "pipeline/preprocess/_scans.pyx",
    "pipeline/read/_glyphs.pyx",
    "pipeline/training/_counts.pyx",
    "pipeline/training/_solver.pyx",
)
# Without contraction a product and a sum are rounded as numpy rounds them, on every processor.
OPTIONS = ["/O2", "/fp:precise"] if sys.platform == "win32" else ["-O3", "-g0", "-ffp-contract=off"]


class CustomBuildHook(BuildHookInterface):
    """Puts the compiled files beside their sources, and into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, or say that there is no compiler."""
        del version
        if self.target_name != "wheel":
            return
        try:
            compiled = _compiled(Path(self.root)) or compile_all(Path(self.root))
        except (BaseError, CCompilerError) as error:
            what = f"{' and '.join(SOURCES)}: not compiled ({error})"
            self.app.display_warning(f"{what}; the package works without, at less than half the speed")
            return
        build_data.update(pure_python=False, infer_tag=True)
        build_data["artifacts"] += [f"/{file.relative_to(self.root).as_posix()}" for file in compiled]


def compile_all(root: Path) -> list[Path]:
    """Return the compiled files, beside their sources, all or none; raises an error of setuptools where there is no compiler."""
    with tempfile.TemporaryDirectory() as folder:
        modules = cythonize([_extension(root, source) for source in SOURCES], build_dir=folder, quiet=True, language_level=3)
        command = build_ext(Distribution({"name": "mission-themes", "ext_modules": modules}))
        command.build_lib = command.build_temp = folder
        command.parallel = True  # a compiler for each source
        command.ensure_finalized()
        command.run()
        return [
            _put(Path(command.get_ext_fullpath(m.name)), (root / source).parent) for m, source in zip(modules, SOURCES, strict=True)
        ]


def _compiled(root: Path) -> list[Path]:
    """Return the compiled files where all are there and hold the digests of their sources, else none.

    None either where they are older than this file, which says how to compile, or where the environment says something of it.
    """
    made = [(root / source).with_suffix(str(sysconfig.get_config_var("EXT_SUFFIX"))) for source in SOURCES]
    since = Path(__file__).stat().st_mtime
    if "CFLAGS" in os.environ or not all(file.is_file() and file.stat().st_mtime > since for file in made):
        return []
    is_of_source = [_digest(root, source).encode() in file.read_bytes() for source, file in zip(SOURCES, made, strict=True)]
    return made if all(is_of_source) else []


def _digest(root: Path, source: str) -> str:
    return hashlib.sha256((root / source).read_bytes()).hexdigest()


def _extension(root: Path, source: str) -> Extension:
    macros = [("SOURCE_DIGEST", f'"{_digest(root, source)}"')]
    name = source.removesuffix(".pyx").replace("/", ".")
    return Extension(name, [str(root / source)], define_macros=macros, extra_compile_args=OPTIONS)


def _put(made: Path, folder: Path) -> Path:
    target = folder / made.name
    side = target.with_suffix(".new")
    side.write_bytes(made.read_bytes())
    side.replace(target)  # a process that has the old one mapped keeps it
    return target


if __name__ == "__main__":
    compile_all(Path(__file__).resolve().parent)
