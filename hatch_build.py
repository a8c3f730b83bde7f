"""Compile ``pipeline/kernels.pyx`` when the package is built or installed, or run by itself, in place.

Cython (Apache 2.0, of the field: scikit-learn and pandas are built with it) makes C of it. Without a C compiler the package is
built all the same and works with arrays in its place: same tags, at less than half the speed; `pipeline --version` says which.
"""

import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Any

from Cython.Build import cythonize
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError

SOURCE = "pipeline/kernels.pyx"
# Without contraction a product and a sum are rounded as numpy rounds them, on every processor.
OPTIONS = ["/O2", "/fp:precise"] if sys.platform == "win32" else ["-O3", "-g0", "-ffp-contract=off"]


class CustomBuildHook(BuildHookInterface):
    """Puts the compiled file beside its source, and into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, or say that there is no compiler."""
        del version
        if self.target_name != "wheel":
            return
        try:
            compiled = compile_kernels(Path(self.root))
        except (BaseError, CCompilerError) as error:
            self.app.display_warning(f"{SOURCE}: not compiled ({error}); the package works without, at less than half the speed")
            return
        build_data.update(pure_python=False, infer_tag=True)
        build_data["artifacts"].append(f"/{compiled.relative_to(self.root).as_posix()}")


def compile_kernels(root: Path) -> Path:
    """Return the compiled file, beside its source; raises an error of setuptools where there is no compiler."""
    digest = hashlib.sha256((root / SOURCE).read_bytes()).hexdigest()
    with tempfile.TemporaryDirectory() as folder:
        extension = Extension(
            "pipeline.kernels", [str(root / SOURCE)], define_macros=[("SOURCE_DIGEST", f'"{digest}"')], extra_compile_args=OPTIONS
        )
        modules = cythonize([extension], build_dir=folder, quiet=True, language_level=3)
        command = build_ext(Distribution({"name": "mission-themes", "ext_modules": modules}))
        command.build_lib = command.build_temp = folder
        command.ensure_finalized()
        command.run()
        made = Path(command.get_ext_fullpath("pipeline.kernels"))
        target = root / "pipeline" / made.name
        side = target.with_suffix(".new")
        side.write_bytes(made.read_bytes())
        side.replace(target)  # a process that has the old one mapped keeps it
    return target


if __name__ == "__main__":
    compile_kernels(Path(__file__).resolve().parent)
