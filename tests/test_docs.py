"""The docs name every setting, and every sentence that tells of trouble, as the screens do; their links lead somewhere."""

import ast
import re
import xml.etree.ElementTree as ET
from functools import cache
from itertools import chain

import pytest

from conftest import ROOT

DOCS = ROOT / 'docs'
ADDON = ROOT / 'onbuy_connector'
PYTHON = (*ADDON.glob('models/*.py'), *ADDON.glob('wizards/*.py'))
PLACEHOLDER = re.compile(r'%\(\w+\)[sd]')
# Of trouble tells what is raised, what is handed to these, or a sentence in a function of such a name.
TELLING_CALLS = {'_set_sync_error', '_refuse', '_close', '_wait_publish', '_note_left_out', '_add_note', 'Finding',
                 'RowError', '_tell_once', '_make_alert', 'activity_schedule'}
TELLING_FUNCTIONS = re.compile(
    r'_?(check|find|explain|compare|note|warn|tell|settle|stop|follow|mark|add|parse|set)_\w+'
    r'|_get_\w*(problem|reason|note|obstacle|advice|alert|warning|text|axes|units)s?'
    r'|_compute_(advice|held_text)|_hand_over|_run_in_button|_process|_send_once_more|_write_products')
HARMLESS_CALLS = {'_notify', 'message_post', '_make_list_action'}
LINK = re.compile(r'\]\((?!https?://|mailto:)([^)\s]+)\)')


# === WHAT THE CODE SAYS === #

@cache
def parse(path):
    """Return a module's nodes, each with the nodes around it, the nearest first.

    :param pathlib.Path path: of the file
    :return list: of (node, list of nodes)
    """
    found = []

    def visit(node, around):
        found.append((node, around))
        for child in ast.iter_child_nodes(node):
            visit(child, [node, *around])

    visit(ast.parse(path.read_text(encoding='utf-8')), [])
    return found


def called(node):
    """Return what a call calls by its last name, None for other nodes."""
    if not isinstance(node, ast.Call):
        return None
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, 'id', None)


def is_telling(text, node, around):
    """Return whether a translated text tells of trouble.

    :param str text: as it is in the code
    :param ast.Call node: that translates it
    :param list around: the nodes around it, the nearest first
    """
    calls, functions = {called(outer) for outer in around}, [one for one in around if isinstance(one, ast.FunctionDef)]
    if not functions or any(isinstance(outer, ast.Raise) for outer in around) or calls & TELLING_CALLS:
        return True
    # What a check says when all is well is its second argument.
    is_praise = any(called(outer) == '_make_check' and node in outer.args[:2] for outer in around)
    is_sentence = text.endswith(('.', '?', ':', '%(words)s', '%(why)s', '%(error)s'))
    return is_sentence and not is_praise and not calls & HARMLESS_CALLS and bool(
        TELLING_FUNCTIONS.fullmatch(functions[0].name))


def find_telling_texts():
    """Return what people are told when something is wrong.

    :return set: of texts as they are in the code
    """
    texts = set()
    for node, around in chain.from_iterable(map(parse, PYTHON)):
        name = called(node)
        strings = [one.value for one in node.args if isinstance(getattr(one, 'value', None), str)] if name else []
        if name in ('Constraint', 'UniqueIndex'):
            texts.update(strings[1:])
        elif name in ('_', '_lt') and strings and is_telling(strings[0], node, around):
            texts.add(strings[0])
    return texts


def read_fields():
    """Return the fields of the module's models.

    :return dict: model → name → (label, whether no person sets it, comodel)
    """
    models = {}
    for node, _around in chain.from_iterable(map(parse, PYTHON)):
        if isinstance(node, ast.ClassDef):
            values = {one.targets[0].id: one.value for one in node.body
                      if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)}
            model = next((ast.literal_eval(values[name]) for name in ('_name', '_inherit') if name in values), None)
            if isinstance(model, str):
                models.setdefault(model, {}).update(
                    (name, read_field(name, value)) for name, value in values.items() if is_field(value))
    return models


def is_field(node):
    """Return whether a value is a field."""
    return isinstance(node, ast.Call) and getattr(getattr(node.func, 'value', None), 'id', None) == 'fields'


def read_field(name, node):
    """Return what a field's definition says: label, whether no person sets it, comodel.

    :param str name: of the field
    :param ast.Call node: its definition
    """
    options = {one.arg: getattr(one.value, 'value', None) for one in node.keywords}
    label = options.get('string') or re.sub(r'_ids?$', '', name).replace('_', ' ').title()
    comodel = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
    is_derived = 'compute' in options or 'related' in options
    is_read_only = options.get('readonly') or is_derived and options.get('readonly') is not False
    return label, is_read_only, comodel


def find_shown_fields(model, view):
    """Return the labels that views show.

    :param str model: of the views
    :param str view: what their names have in them
    :return dict: label → whether no person sets it
    """
    models, labels = read_fields(), {}

    def visit(element, model, is_labelled):
        name = element.get('name')
        label, is_read_only, comodel = models.get(model, {}).get(name, (name, True, None))
        if element.tag == 'label' and element.get('for'):
            label, is_read_only, _comodel = models[model][element.get('for')]
            labels[element.get('string') or label] = is_read_only
        elif element.tag == 'field' and is_labelled and not element.get('position') and not (
                element.get('nolabel') or element.get('invisible') == '1' or element.get('widget') == 'handle'):
            labels[element.get('string') or label] = is_read_only or element.get('readonly') == '1'
        for child in element:
            if element.tag == 'field' and not element.get('position'):
                visit(child, comodel or model, child.tag == 'list')
            else:
                is_inside = element.tag in ('group', 'list') or element.get('position') and element.tag in ('field', 'xpath')
                visit(child, model, is_labelled or is_inside)

    for path in ADDON.glob('views/*.xml'):
        for record in ET.parse(path).iterfind(".//record[@model='ir.ui.view']"):
            parts = {part.get('name'): part for part in record}
            if parts['model'].text == model and view in parts['name'].text:
                for element in parts['arch']:
                    visit(element, model, False)
    return labels


# === WHAT THE DOCS SAY === #

def simplify(text):
    """Return a text of the code or the docs for comparison: one blank between words, … for what is filled in."""
    return ' '.join(PLACEHOLDER.sub('…', text).replace('%%', '%').replace('**', '').split())


def find_anchors(path):
    """Return the anchors of a page's headings, as they are made where the docs are shown."""
    titles = re.findall(r'^#+ (.+)$', path.read_text(encoding='utf-8'), re.MULTILINE)
    return {re.sub(r'[^\w\- ]', '', title.lower()).replace(' ', '-') for title in titles}


@pytest.mark.parametrize('model, view, only_settable', [
    ('onbuy.store', 'store.form', False), ('res.config.settings', 'settings.form', False),
    ('onbuy.shipping.mapping', 'mapping.list', False), ('onbuy.listing', 'listing.form', True)])
def test_the_page_of_settings_has_a_row_for_every_label_on_the_screen(model, view, only_settable):
    rows = set(re.findall(r'^\| \**(.+?)\** \|', (DOCS / 'settings.md').read_text(encoding='utf-8'), re.MULTILINE))
    shown = find_shown_fields(model, view)
    assert shown
    assert not {label for label, is_read_only in shown.items() if not (only_settable and is_read_only)} - rows


def test_the_page_of_errors_has_every_sentence_that_tells_of_trouble():
    page, texts = simplify((DOCS / 'errors.md').read_text(encoding='utf-8')), find_telling_texts()
    assert len(texts) > 200
    assert not [text for text in sorted(texts) if simplify(text) not in page]


@pytest.mark.parametrize('page', sorted(DOCS.glob('*.md')), ids=lambda page: page.name)
def test_every_link_between_the_docs_leads_to_a_page_and_a_heading(page):
    for link in LINK.findall(page.read_text(encoding='utf-8')):
        path, _hash, anchor = link.partition('#')
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in find_anchors(target), link
