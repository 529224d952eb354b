"""What LibreOffice's Python loader loads: one service that carries out requests inside LibreOffice's process.

The loader knows single files, not packages. This file therefore loads the package it lies in, under a name of its own
so that two versions of the project may work with the same LibreOffice.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import sys
from typing import Any

import unohelper
from com.sun.star.task import XJob

IMPLEMENTATION = "workbench.libreoffice.Host"


def load_package(folder: str) -> Any:
    """The ``service`` module of the package in ``folder``, imported under a name that is its version."""
    digest = hashlib.sha256(folder.encode())
    for name in sorted(os.listdir(folder)):
        if name.endswith(".py"):
            with open(os.path.join(folder, name), "rb") as source:
                digest.update(source.read())
    name = "workbench_libreoffice_" + digest.hexdigest()[:16]
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
        )
        if spec is None or spec.loader is None:
            raise ImportError(folder)
        package = importlib.util.module_from_spec(spec)
        sys.modules[name] = package
        spec.loader.exec_module(package)
    return importlib.import_module(name + ".service")


class Host(unohelper.Base, XJob):  # type: ignore[misc]  # LibreOffice's classes have no types
    """Answers one request, a JSON text, with another; errors are part of the answer."""

    def __init__(self, context: Any) -> None:
        self._service = load_package(os.path.dirname(os.path.abspath(__file__))).Service(context)

    def execute(self, arguments: Any) -> str:
        """XJob's one method: the request is the value of the first argument."""
        answer: str = self._service.answer(arguments[0].Value)
        return answer


g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816  # the name that the loader looks for
g_ImplementationHelper.addImplementation(Host, IMPLEMENTATION, (IMPLEMENTATION,))
