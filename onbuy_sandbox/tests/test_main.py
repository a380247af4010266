"""`python -m onbuy_sandbox` as a process."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from .conftest import WAIT, Api
from .test_products import create, product, queue

ROOT = Path(__file__).parents[2]


def start(*options):
    return subprocess.Popen(
        [sys.executable, '-m', 'onbuy_sandbox', '--port', '0', '--listings', '20', '--orders', '5', *options],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def address(process):
    return re.search(r'http://127\.0\.0\.1:\d+', process.stdout.readline()).group()


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_it_prints_where_it_listens_and_stops_cleanly_on_a_signal(number):
    process = start()
    url = address(process)
    assert requests.get(url + '/', timeout=WAIT).status_code == 200
    assert 'ck_live_' in process.stdout.readline()
    process.send_signal(number)
    _out, errors = process.communicate(timeout=WAIT)
    assert (process.returncode, errors) == (0, '')


def test_it_stops_even_while_a_connection_is_held():
    process = start()
    url = address(process)
    requests.post(url + '/_control/faults', json={'kind': 'timeout_before', 'seconds': 600}, timeout=WAIT)
    with pytest.raises(requests.ReadTimeout):
        requests.get(url + '/v2/orders', timeout=0.2)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=WAIT)
    assert process.returncode == 0


def test_a_busy_port_is_one_sentence_and_exit_code_1():
    with socket.create_server(('127.0.0.1', 0)) as holder:
        port = holder.getsockname()[1]
        process = start('--port', str(port))
        out, errors = process.communicate(timeout=WAIT)
    assert process.returncode == 1 and out == ''
    assert errors.count('\n') == 1 and f'127.0.0.1:{port}' in errors


def test_options_set_keys_types_limits_base_and_size():
    process = start('--consumer-key', 'ck_mine', '--secret-key', 'sk_mine', '--types', 'observed',
                    '--no-limits',
                    '--base', '/api/v2')
    url = address(process)
    try:
        token = requests.post(url + '/api/v2/auth/request-token', timeout=WAIT, data={
            'consumer_key': 'ck_mine', 'secret_key': 'sk_mine'}).json()['access_token']
        for _number in range(30):  # far above the burst limit
            answer = requests.get(url + '/api/v2/orders', headers={'Authorization': token}, timeout=WAIT)
        assert isinstance(answer.json()['results'][0]['site_id'], int)
        state = requests.get(url + '/_control/state', timeout=WAIT).json()
        assert state['accounts']['live']['counts']['listings']['total'] == 20
        assert state['accounts']['live']['counts']['orders']['total'] == 5
        assert requests.get(url + '/v2/orders', timeout=WAIT).status_code == 404
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WAIT)


def test_the_address_of_a_request_may_name_a_thousand_skus():
    process = start()
    api = Api(address(process)).login()
    skus = [f'A-LONG-STOCK-KEEPING-UNIT-{number:04}' for number in range(1000)]
    rows = api.get('/listings/check-winning', **{'site_id': 2000, 'skus[]': skus})['results']
    stop(process)
    assert len(rows) == 1000


@pytest.mark.parametrize('options', [('--base', '/api'), ('--listings', '-1'), ('--types', 'odd')])
def test_wrong_options_are_refused(options):
    process = start(*options)
    _out, errors = process.communicate(timeout=WAIT)
    assert process.returncode == 2 and 'Traceback' not in errors


def test_it_needs_neither_odoo_nor_the_connector():
    code = ("import sys, onbuy_sandbox.app; "
            "assert not {'odoo', 'onbuy_connector'} & {name.split('.')[0] for name in sys.modules}")
    assert subprocess.run([sys.executable, '-c', code], cwd=ROOT, check=False).returncode == 0


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=WAIT)


def orders_of(url):
    return requests.get(url + '/_control/state', timeout=WAIT).json()['accounts']['live']['orders']


def test_a_state_file_carries_orders_over_to_the_next_run(tmp_path):
    first = start('--state', tmp_path / 'state')
    url = address(first)
    requests.post(url + '/_control/orders', json={'count': 2}, timeout=WAIT)
    before = orders_of(url)
    stop(first)
    second = start('--state', tmp_path / 'state')
    after = orders_of(address(second))
    stop(second)
    assert before == after


def test_a_broken_state_file_gives_a_new_shop(tmp_path):
    (tmp_path / 'state').write_bytes(b'no pickle')
    process = start('--state', tmp_path / 'state')
    assert orders_of(address(process))
    stop(process)


def test_what_waits_in_the_queue_at_the_end_is_finished_in_the_next_run(tmp_path):
    first = start('--state', tmp_path / 'state')
    api = Api(address(first)).login()
    created = create(api, product(api))[0]
    stop(first)
    second = start('--state', tmp_path / 'state')
    api = Api(address(second)).login()
    api.control('POST', '/queues/drain')
    row = queue(api, created['queue_id'])
    stop(second)
    assert row['status'] == 'success'
