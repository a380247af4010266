"""Documents chosen by coverage: libFuzzer keeps what reaches new lines of ``lib/`` and damages it further (see ``fuzz``)."""

import subprocess
import unittest

import pytest

from odoo.addons.onbuy_connector.tests import test_lib_fuzz

from _setup import odoo_cli, paths, python_env
from conftest import ROOT

FOLDER = paths.RUN / 'fuzzer'
PACKAGES = ['atheris==3.0.0']
DOCUMENTS = 100000
PROPERTIES = [f'{type(test).__name__}.{test._testMethodName}'
              for suite in unittest.defaultTestLoader.loadTestsFromModule(test_lib_fuzz) for test in suite]


@pytest.fixture(scope='module')
def fuzzer(request):
    """Have atheris installed, where the test is asked for.

    :return: the environment of a program that uses it
    :rtype: dict
    """
    if not request.config.getoption('--all'):
        pytest.skip("documents are chosen by coverage with --all only")
    python_env.install_apart(FOLDER, PACKAGES, "The fuzzer")
    return {**odoo_cli.environment(), 'PYTHONPATH': str(FOLDER)}


@pytest.mark.parametrize('name', PROPERTIES)
def test_documents_that_reach_new_lines_are_read_or_refused(fuzzer, name, tmp_path):
    count = -(-DOCUMENTS // len(PROPERTIES))
    done = subprocess.run(
        [paths.VENV_PYTHON, ROOT / 'tests' / 'fuzz.py', name, str(count), '-seed=1', '-max_len=4096', '-len_control=0',
         f'-artifact_prefix={tmp_path}/'], env=fuzzer, capture_output=True, text=True, check=False, cwd=tmp_path)
    print(done.stderr[-300:])
    assert not done.returncode, done.stdout[-5000:] + done.stderr[-2000:]
    assert f'{count} documents' in done.stdout
