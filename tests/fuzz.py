"""Try a property of the parsers with documents that libFuzzer makes, guided by the lines of ``lib/`` that they reach.

A program: ``fuzz.py CLASS.TEST COUNT [options of libFuzzer]``; atheris must be on the path. The properties, and how one of
their documents is drawn from libFuzzer's bytes, are those of ``onbuy_connector/tests/test_lib_fuzz.py``.
"""

import inspect
import logging
import os
import sys
from functools import wraps
from pathlib import Path

import atheris

import odoo.tests

import odoo.addons

odoo.addons.__path__.append(str(Path(__file__).resolve().parents[1]))

with atheris.instrument_imports(include=['odoo.addons.onbuy_connector.lib']):
    from odoo.addons.onbuy_connector.tests import test_lib_fuzz


def fuzz(name, count, options):
    """Try a property with that many documents, say so, and end the process.

    :param str name: of the class and the test
    :param int count: of documents; bytes of which none can be drawn are not counted
    :param list options: of libFuzzer
    """
    logging.disable()  # What is wrong with a document may be said a hundred thousand times.
    case, test = name.split('.')
    case = getattr(test_lib_fuzz, case)(test)
    drawn = getattr(type(case), test)
    drawn.__signature__ = inspect.Signature()  # The case is given here.
    try_document, tried = drawn.hypothesis.inner_test, 0

    @wraps(try_document)
    def count_document(*args, **kwargs):
        nonlocal tried
        tried += 1
        try_document(case, *args, **kwargs)

    def feed(content):
        if tried >= count:
            print(f"{tried} documents were read or refused", flush=True)
            os._exit(0)
        draw(content)

    drawn.hypothesis.inner_test = count_document
    draw = drawn.hypothesis.fuzz_one_input
    atheris.Setup([name, *options], feed)
    atheris.Fuzz()


if __name__ == '__main__':
    fuzz(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
