"""Parsing, site_id, unknown addresses, envelopes."""

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from onbuy_sandbox.app import ROUTES
from onbuy_sandbox.parsing import boolean, integer, moment, number, parse_query

from .conftest import WAIT


@pytest.mark.parametrize('name', ['disputes', 'cases', 'returns', 'refunds', 'returns/5'])
def test_names_that_the_live_api_forbids_get_403(api, name):
    assert api.call('GET', f'/{name}').status_code == 403


@pytest.mark.parametrize('method, path', [
    ('GET', '/sites/2000/orders'), ('GET', '/nonsense'), ('DELETE', '/orders'), ('GET', '/products/PABC'),
    ('GET', ''), ('POST', '/orders/dispatch'),
])
def test_unknown_routes_get_404(api, method, path):
    answer = api.call(method, path)
    assert (answer.status_code, answer.json()['error']['responseCode']) == (404, 404)


@pytest.mark.parametrize('path', ['/listings', '/queues', '/sellers/deliveries'])
def test_calls_without_a_documented_default_ask_for_site_id(api, path):
    answer = api.call('GET', path)
    assert answer.status_code == 400
    assert 'site_id or country_code' in answer.json()['error']['message']
    assert api.call('GET', path, params={'country_code': 'GB'}).status_code == 200


def test_creating_a_product_asks_for_site_id(api):
    answer = api.call('POST', '/products', json={'products': []})
    assert answer.status_code == 400
    assert api.call('POST', '/products', params={'site_id': 2000}, json={'products': []}).status_code == 200


@pytest.mark.parametrize('path', [
    '/orders', '/carriers', '/categories', '/commission-tiers', '/conditions', '/products',
    '/brands?filter[name]=a',
    '/sites', '/sellers/24517', '/sellers/entities', '/sellers/entities/77',
])
def test_other_calls_do_without_site_id(api, path):
    assert api.call('GET', path).status_code == 200


def test_another_site_is_refused(api):
    assert api.call('GET', '/orders', params={'site_id': 9}).status_code == 400
    assert api.call('GET', '/orders', params={'country_code': 'fr'}).status_code == 400


def test_json_is_read_under_any_label(api):
    answer = api.call('PUT', '/listings/by-sku', data='{"site_id": "2000", "listings": [{"sku": "NOPE"}]}',
                      headers={'Content-Type': 'application/x-www-form-urlencoded'})
    assert answer.json()['results'][0]['error'] == "SKU does not exist"


@pytest.mark.parametrize('body', [
    '{"listings": [', '[]', '"text"', 'a=b', '\x00', '{"listings": ' + '[' * 100000,
])
def test_a_body_that_is_no_json_object_gets_400(api, body):
    assert api.call('PUT', '/listings/by-sku', data=body).status_code == 400


@pytest.mark.parametrize('limit', ['abc', '-1', '1.5'])
def test_a_limit_that_is_no_number_gets_400(api, limit):
    assert api.call('GET', '/orders', params={'limit': limit}).status_code == 400


def test_unknown_parameters_are_ignored(api):
    assert api.get('/orders', page=2) == api.get('/orders')


def test_a_trailing_slash_does_no_harm(api):
    assert api.call('GET', '/brands/1/').status_code == 200


def test_a_defect_of_a_handler_is_answered_with_a_500_envelope(api, monkeypatch, capsys):
    monkeypatch.setattr('onbuy_sandbox.orders.show_order', lambda *_args, **_named: 1 / 0)
    answer = api.call('GET', '/orders')
    assert (answer.status_code, answer.json()['error']['errorCode']) == (500, 'internalError')


def test_an_answer_that_cannot_be_written_is_a_500_envelope(api, monkeypatch):
    monkeypatch.setattr('onbuy_sandbox.orders.show_order', lambda *_args, **_named: object())
    answer = api.call('GET', '/orders')
    assert (answer.status_code, answer.json()['error']['errorCode']) == (500, 'internalError')


def test_due_work_that_breaks_is_a_500_envelope(api, monkeypatch):
    monkeypatch.setattr('onbuy_sandbox.state.World._drop_drafts', lambda *_args: 1 / 0)
    assert api.call('GET', '/orders').json()['error']['errorCode'] == 'internalError'


def test_every_route_but_the_token_demands_a_token(address):
    for route in ROUTES[1:]:
        path = route.path.format(**dict.fromkeys(('site_id', 'id', 'group_id', 'opc', 'queue_id', 'order_id'),
                                                 '1'))
        answer = requests.request(route.method, f'{address}/v2{path}', timeout=WAIT)
        assert answer.status_code == 401, route


def test_encoded_brackets_mean_the_same(api):
    plain = api.call('GET', '/orders?filter[status]=all&limit=3').json()
    encoded = api.call('GET', '/orders?filter%5Bstatus%5D=all&limit=3').json()
    assert plain == encoded
    assert plain['metadata']['filters'] == {'status': 'all'}


def test_brackets_nest_and_lists_gather():
    assert parse_query([('filter[][sku]', 'A'), ('skus[]', 'A'), ('skus[]', 'B'), ('skus2[0]', 'C')]) == {
        'filter': {'sku': 'A'}, 'skus': ['A', 'B'], 'skus2': ['C']}


@given(st.lists(st.tuples(st.text(alphabet='ab[]0', max_size=8), st.text(max_size=3)), max_size=6))
def test_no_query_breaks_the_parser(pairs):
    assert isinstance(parse_query(pairs), dict)


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())))
def test_no_value_breaks_the_readers(value):
    for read in (number, integer, boolean, moment):
        read(value)


@pytest.mark.parametrize('word, meaning', [
    ('yes', True), ('No', False), ('1', True), (0, False), (True, True), ('false', False), ('maybe', None),
    (None, None),
])
def test_booleans_are_read_in_every_form(word, meaning):
    assert boolean(word) is meaning


@pytest.mark.parametrize('value', [
    'abc', 'NaN', 'Infinity', True, None, '', [], '1,5', 10 ** 12, -1e30, '1e5000', '1e999999999'])
def test_what_is_no_number_is_none(value):
    assert number(value) is None
