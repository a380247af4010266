"""Who may import, commit and call what (design: imports go one way; only crons commit)."""
import ast
from pathlib import Path

from odoo.tests import BaseCase

ADDON = Path(__file__).parent.parent
FILES = sorted([*(ADDON / 'models').glob('*.py'), *(ADDON / 'wizards').glob('*.py')])
COMMITTING = {'commit', 'rollback', '_commit_progress', 'retrying'}
HTTP = {'requests', 'urllib', 'urllib3', 'http', 'httpx', 'aiohttp', 'socket'}


def functions(path):
    """Give every function of a file as ``(name, node)``; a nested one belongs to the outer one."""
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.ClassDef):
            yield from ((child.name, child) for child in node.body if isinstance(child, ast.FunctionDef))


def undoes(part):
    """Tell whether a piece of code only undoes what was done since a savepoint."""
    return part.attr == 'rollback' and ast.unparse(part.value) == 'savepoint'


def called(node):
    """Return the names that a piece of code uses as attributes or calls."""
    return {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute) and not undoes(part)} | {
        part.func.id for part in ast.walk(node) if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)}


class TestLayers(BaseCase):

    def test_there_is_something_to_look_at(self):
        self.assertGreater(len(FILES), 25)

    def test_models_and_wizards_send_no_http(self):
        for path in FILES:
            names = set()
            for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split('.')[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    names.add((node.module or '').split('.')[0])
            with self.subTest(file=path.name):
                self.assertFalse(names & HTTP)

    def test_only_cron_methods_commit(self):
        for path in FILES:
            for name, node in functions(path):
                if not name.startswith('_cron_'):
                    with self.subTest(file=path.name, function=name):
                        self.assertFalse(called(node) & COMMITTING)

    def test_only_the_helpers_named_committed_open_another_transaction(self):
        allowed = {'_load_committed', '_save_committed', '_connect', '_onbuy_notify'}
        for path in FILES:
            for name, node in functions(path):
                if called(node) & {'cursor', 'db_connect'}:
                    with self.subTest(file=path.name):
                        self.assertIn(name, allowed)

    def test_only_crons_call_cron_methods(self):
        for path in FILES:
            for name, node in functions(path):
                if not name.startswith('_cron_'):
                    with self.subTest(file=path.name, function=name):
                        self.assertFalse([one for one in called(node) if one.startswith('_cron_')])

    def test_every_cron_of_the_data_file_is_a_cron_method(self):
        text = (ADDON / 'data' / 'ir_cron_data.xml').read_text(encoding='utf-8')
        names = {name for path in FILES for name, _node in functions(path) if name.startswith('_cron_')}
        called_there = {part.split('(')[0] for part in text.split('model.')[1:]}
        self.assertTrue(called_there and called_there <= names)
