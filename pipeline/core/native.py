"""The one place that tells whether the compiled loops are used, or the Python code that they repeat (the reference).

The variable MISSION_THEMES_IMPLEMENTATION chooses: ``compiled`` refuses to work without them, ``python`` leaves them aside;
where it is not set they are used wherever they were built.
"""

import importlib
import os
from functools import cache
from types import ModuleType

from pipeline.core.errors import ConfigError
from pipeline.core.messages import mark, tr

VARIABLE = "MISSION_THEMES_IMPLEMENTATION"
KERNELS, SCANS, SOLVER = "pipeline.model._kernels", "pipeline.preprocess._scans", "pipeline.training._solver"
COUNTS, GLYPHS = "pipeline.training._counts", "pipeline.read._glyphs"
NOT_COMPILED = mark("not compiled, so tagging takes more than twice as long; with a C compiler, install the package again")


@cache
def compiled(name: str) -> ModuleType | None:
    """Return a compiled module, or None where the Python code stands in.

    Raises ConfigError where the variable asks for what was not built or for something unknown.
    """
    chosen = os.environ.get(VARIABLE, "")
    if chosen not in ("", "compiled", "python"):
        raise ConfigError(tr("{variable}={chosen}: choose compiled or python, or leave it out", variable=VARIABLE, chosen=chosen))
    if chosen == "python":
        return None
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if chosen == "compiled":
            raise ConfigError(
                tr(
                    "{variable}=compiled: not built ({error}); install the package with a C compiler",
                    variable=VARIABLE,
                    error=error,
                )
            ) from None
        return None


def is_compiled() -> bool:
    """Tell whether the compiled loops are used."""
    return all(compiled(name) is not None for name in (KERNELS, SCANS))
