"""`lib` is plain Python: it imports nothing of Odoo's and needs only a few packages."""
import ast
import subprocess
import sys
from pathlib import Path

from odoo.tests import BaseCase

LIB = Path(__file__).parent.parent / 'lib'
FILES = sorted(LIB.glob('*.py'))


def imported(path):
    """Return the top names of a file's absolute imports; relative ones that leave `lib` count as '..'."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split('.')[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add({0: (node.module or '').split('.')[0], 1: '.'}.get(node.level, '..'))
    return names


class TestIsolation(BaseCase):

    def test_only_the_standard_library_and_our_packages_are_imported(self):
        allowed = {'openpyxl', 'requests', 'stdnum', 'urllib3', '.'} | set(sys.stdlib_module_names)
        for path in FILES:
            with self.subTest(file=path.name):
                self.assertLessEqual(imported(path), allowed)

    def test_only_the_client_sends_http(self):
        for path in FILES:
            if path.name == 'client.py':
                continue
            with self.subTest(file=path.name):
                source = path.read_text(encoding='utf-8')
                self.assertNotIn('Session(', source)
                self.assertNotIn('requests.get', source)

    def test_everything_is_imported_where_odoo_cannot_be(self):
        modules = [f'lib.{path.stem}' for path in FILES if path.stem != '__init__']
        script = (
            f'import sys, importlib; sys.modules["odoo"] = None; sys.path.insert(0, {str(LIB.parent)!r})\n'
            f'[importlib.import_module(name) for name in {modules!r}]'
        )
        done = subprocess.run(
            [sys.executable, '-I', '-B', '-c', script], capture_output=True, text=True, check=False
        )
        self.assertEqual((done.returncode, done.stderr), (0, ''))
