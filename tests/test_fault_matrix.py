"""Every fault that the sandbox knows, at every task (see ``fault_matrix``), and the table of it in docs/reliability.md.

An ordinary run plays each fault once, at a task and a moment that change from fault to fault; `--all` plays every case.
"""

import contextlib
import itertools
import re

import pytest
from worlds import ROOT, live_world

PAGE = ROOT / 'docs' / 'reliability.md'
BEGIN, END = '<!-- faults -->', '<!-- end of faults -->'
MARKS = {'none': '–', 'ok': '·', 'told': 'T', 'retry': 'R'}
LIST_NAMES = "import fault_matrix; say([list(fault_matrix.TASKS), list(fault_matrix.FAULTS), fault_matrix.PLACES])"
PLAY = "import fault_matrix; say(fault_matrix.run(env, {cases!r}))"
SECONDS_A_CASE = 30
AT_ONCE = 2  # worlds in which all cases are played, each with a part of the tasks


@pytest.fixture(scope='module')
def worlds(module_database, request):
    """Have live stores of twelve listings; for a few cases one is enough."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(live_world(
            module_database, '--no-limits', '--listings', '12', '--orders', '0', call_interval=0,
        )) for _number in range(AT_ONCE if request.config.getoption('--all') else 1)]


def choose_cases(names, everything):
    """Return the cases to play, as lists of the fields of ``fault_matrix.Case``.

    :param names: tasks, faults and places
    :param bool everything: else each fault at one task, and each task with some faults
    """
    if everything:
        return [list(case) for case in itertools.product(*names, (False, True))]
    tasks, faults, places = names
    return [[tasks[number % len(tasks)], faults[number % len(faults)], places[number % len(places)], number % 2 == 1]
            for number in range(2 * len(faults))]


def play(worlds, tasks, cases):
    """Play cases in several worlds at once, each task in one of them.

    :param list tasks: names of all
    :param list cases: see :func:`choose_cases`
    :return: list of pairs of case and result
    """
    parts = [[case for case in cases if tasks.index(case[0]) % len(worlds) == number] for number in range(len(worlds))]
    programs = [world.start(PLAY.format(cases=part)) for world, part in zip(worlds, parts, strict=True)]
    return [pair for part, program in zip(parts, programs, strict=True)
            for pair in zip(part, program.result(SECONDS_A_CASE * len(cases)), strict=True)]


def make_table(names, outcomes):
    """Return the table of all cases as Markdown lines.

    :param names: tasks, faults and places
    :param dict outcomes: (task, fault, place, lasting) → outcome
    """
    tasks, faults, places = names
    lines = [f"| | {' | '.join(tasks)} |", f"|---|{'---|' * len(tasks)}"]
    for fault in faults:
        cells = [''.join(MARKS[outcomes[task, fault, place, lasting]] for lasting in (False, True) for place in places)
                 for task in tasks]
        lines.append(f"| {fault} | {' | '.join(cell.strip(MARKS['none']) and cell for cell in cells)} |")
    return lines


def read_page():
    """Return what docs/reliability.md has before, within and after its table."""
    before, rest = PAGE.read_text(encoding='utf-8').split(BEGIN)
    table, after = rest.split(END)
    return before, table, after


def write_page(names, results):
    """Write the table, and what people were told, to docs/reliability.md."""
    before, _table, after = read_page()
    outcomes = {tuple(case): result['outcome'] for case, result in results}
    told = {' '.join(sentence.split()) for _case, result in results for sentence in result['told']}
    told = sorted({re.sub(r'\d+', 'n', sentence) for sentence in told})
    count = sum(result['outcome'] != 'none' for _case, result in results)
    lines = ['', *make_table(names, outcomes), '', f"{count} cases. What people read while they lasted:", '',
             *(f"* {sentence}" for sentence in told), '']
    PAGE.write_text(before + BEGIN + '\n'.join(lines) + END + after, encoding='utf-8')


def test_whatever_fails_is_told_and_leaves_nothing_lost_doubled_or_unequal(worlds, request):
    everything = request.config.getoption('--all')
    names = worlds[0].do(LIST_NAMES)
    results = play(worlds, names[0], choose_cases(names, everything))
    wrong = [(case, result['wrong']) for case, result in results if result['wrong']]
    assert not wrong, '\n'.join(map(str, wrong))
    assert {result['outcome'] for _case, result in results} >= {'ok', 'told'}, "the faults struck"
    if everything and request.config.getoption('--write-docs'):
        write_page(names, results)
