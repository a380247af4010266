"""Faults on demand."""

import pytest
import requests


def skus(api, offset=0):
    params = {'site_id': 2000, 'limit': 10, 'offset': offset, 'sort[last_created]': 'asc'}
    return [row['sku'] for row in api.get('/listings', **params)['results']]


def cancel(api, order_id):
    return api.call('PUT', '/orders/cancel', json={'orders': [{'order_id': order_id}]})


@pytest.mark.parametrize('code', [401, 403, 429, 500, 503])
def test_a_status_is_answered_with_the_envelope_and_without_effect(api, code):
    order = api.order()
    api.fault('status', status=code, method='PUT', path='/orders/cancel', count=1)
    answer = cancel(api, order['order_id'])
    assert (answer.status_code, answer.json()['error']['responseCode']) == (code, code)
    assert api.view(order['order_id'])['status'] == "Awaiting Dispatch"
    assert cancel(api, order['order_id']).json()['result'][0]['success'] is True


def test_a_429_can_carry_retry_after(api):
    api.fault('status', status=429, retry_after=120)
    assert api.call('GET', '/orders').headers['Retry-After'] == '120'


def test_html_comes_instead_of_json(api):
    api.fault('non_json', status=502)
    answer = api.call('GET', '/orders')
    assert answer.status_code == 502
    assert answer.headers['Content-Type'].startswith('text/html')
    assert '<html>' in answer.text


def test_json_is_cut_off_after_the_effect(api):
    order = api.order()
    api.fault('malformed_json', path='/orders/cancel')
    answer = cancel(api, order['order_id'])
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()
    assert api.view(order['order_id'])['status'] == "Cancelled By Seller"


@pytest.mark.parametrize('kind, status', [
    ('drop_before', "Awaiting Dispatch"), ('drop_after', "Cancelled By Seller"),
    ('timeout_before', "Awaiting Dispatch"), ('timeout_after', "Cancelled By Seller"),
])
def test_a_lost_answer_says_nothing_about_the_effect(api, kind, status):
    order = api.order()
    api.fault(kind, path='/orders/cancel', seconds=0.05, count=1)
    with pytest.raises(requests.ConnectionError):
        cancel(api, order['order_id'])
    assert api.view(order['order_id'])['status'] == status
    entry = api.control('GET', '/requests')['requests'][-2]
    assert (entry['status'], entry['fault']) == (None, kind)


def test_a_client_that_waits_too_short_times_out(api):
    api.fault('timeout_before', seconds=5, path='/orders')
    with pytest.raises(requests.ReadTimeout):
        requests.get(api.address + '/v2/orders', headers=api.headers, timeout=0.2)


def test_a_slow_answer_is_a_whole_answer(api):
    api.fault('slow', seconds=0.05)
    assert api.call('GET', '/orders').status_code == 200


def test_a_short_page_lacks_rows_and_keeps_its_metadata(api):
    api.fault('short_page', rows=2, path='/listings', count=1)
    assert len(skus(api)) == 8
    assert len(skus(api)) == 10


def test_an_empty_page_in_the_middle(api):
    api.fault('empty_page', path='/listings', after=1, count=1)
    assert [len(skus(api, offset)) for offset in (0, 10, 20)] == [10, 0, 10]


def test_a_page_repeats_the_one_before(api):
    first, second = skus(api), skus(api, 10)
    api.fault('repeated_page', path='/listings', count=1)
    assert skus(api) == first
    assert skus(api, 10) == first
    assert skus(api, 10) == second


def test_a_superseded_token_is_refused_until_the_next_login(api):
    api.fault('superseded_token', path='/orders*', count=1)
    answer = api.call('GET', '/orders')
    assert (answer.status_code, answer.json()['error']['errorCode']) == (401, 'badToken')
    assert api.call('GET', '/orders').status_code == 401
    api.login()
    assert api.call('GET', '/orders').status_code == 200


def test_faults_strike_the_log_in_too(api):
    api.fault('status', status=500, path='/v2/auth/*', count=1)
    assert api.call('POST', '/auth/request-token').status_code == 500


def test_method_and_path_choose_the_calls(api):
    api.fault('status', method='put', path='/listings*')
    assert api.call('GET', '/listings', params={'site_id': 2000}).status_code == 200
    assert api.call('PUT', '/listings/by-sku', json={'listings': []}).status_code == 500
    assert api.call('PUT', '/orders/cancel', json={'orders': []}).status_code == 200


def test_a_probability_strikes_now_and_then(api):
    api.fault('status', probability=0.5)
    codes = [api.call('GET', '/brands/1').status_code for _number in range(40)]
    assert set(codes) == {200, 500}


def test_faults_are_listed_and_removed(api):
    one, two = api.fault('status', count=3), api.fault('slow')
    api.call('GET', '/brands/1')
    listed = api.control('GET', '/faults')['faults']
    assert [(fault['id'], fault['struck']) for fault in listed] == [(one['id'], 1), (two['id'], 0)]
    assert api.control('DELETE', f"/faults/{one['id']}") == {'removed': 1}
    assert api.control('DELETE', '/faults') == {'removed': 1}
    assert api.control('GET', '/faults') == {'faults': []}


@pytest.mark.parametrize('wish', [
    {}, {'kind': 'fire'}, {'kind': 'status', 'status': 'x'}, {'kind': 'status', 'status': None},
    {'kind': 'status', 'status': 99}, {'kind': 'slow', 'seconds': -1}, {'kind': 'slow', 'colour': 'red'},
    {'kind': 'slow', 'id': 4}, {'kind': 'slow', 'path': 5}, {'kind': 'slow', 'count': 1.5},
])
def test_a_fault_that_makes_no_sense_is_refused_with_a_sentence(api, wish):
    answer = requests.post(api.address + '/_control/faults', json=wish, timeout=5)
    assert answer.status_code == 400 and answer.json()['error'].endswith('.')
    assert api.control('GET', '/faults')['faults'] == []


def test_the_control_api_is_not_struck(api):
    api.fault('status')
    assert api.control('GET', '/state')['faults']


def test_a_fault_that_names_pictures_strikes_them_and_no_other_one_does(api):
    address = api.get('/listings', site_id=2000, limit=1)['results'][0]['image_url']
    api.fault('status', status=503)
    assert api.session.get(address, timeout=5).content.startswith(b'\x89PNG')
    api.fault('status', status=500, path='/images/*', count=1)
    assert api.session.get(address, timeout=5).status_code == 500
    api.fault('malformed_json', path='/images/*', count=1)
    half = api.session.get(address, timeout=5).content
    whole = api.session.get(address, timeout=5).content
    assert whole.startswith(half) and len(half) < len(whole)
    assert not [one for one in api.control('GET', '/requests')['requests'] if 'images' in one['path']]
