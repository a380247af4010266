"""Listings: browse, create, update, delete, check-winning."""

import pytest

BY_SKU = '/listings/by-sku'


def update(api, *items):
    return api.put(BY_SKU, {'site_id': 2000, 'listings': list(items)})['results']


def find(api, sku):
    rows = api.get('/listings', **{'site_id': 2000, 'filter[sku]': sku})['results']
    return rows[0] if rows else None


def free_product(api):
    """Return the OPC of a catalogue product on which the seller has no listing."""
    mine = {row['opc'] for row in api.listings()}
    rows = api.get('/products', limit=100)['results']
    return next(row['opc'] for row in rows if row['opc'] not in mine)


def create(api, **item):
    answer = api.post('/listings', {'site_id': 2000, 'listings': [{'condition': 'new', **item}]})
    assert answer['success'] is True
    return answer['results'][0]


def test_the_newest_come_first_and_ties_by_id(api):
    rows = api.get('/listings', site_id=2000)['results']
    order = [(row['created_at'], -row['product_listing_id']) for row in rows]
    assert order == sorted(order, reverse=True)
    assert len(rows) == 50


def test_sorting_ascending_is_echoed_and_a_wrong_field_refused(api):
    answer = api.get('/listings', site_id=2000, **{'sort[][last_created]': 'asc'})
    assert answer['metadata']['sort'] == {'last_created': 'asc'}
    assert 'filters' not in answer['metadata']
    created = [row['created_at'] for row in answer['results']]
    assert created == sorted(created)
    assert api.call('GET', '/listings', params={'site_id': 2000, 'sort[price]': 'asc'}).status_code == 400


def test_a_row_has_the_types_of_the_reference(api):
    row = api.listings()[0]
    assert isinstance(row['price'], str) and isinstance(row['stock'], int)
    assert isinstance(row['product_listing_id'], int)
    assert row['delivery_weight'].split('.')[1].__len__() == 4
    assert row['free_returns'] in (0, 1)
    assert row['image_url'].startswith(api.address + '/images/')
    assert not row['product_url'].endswith('/')


def test_filters_match_exactly_and_are_echoed_as_texts(api):
    row = api.listings()[3]
    answer = api.get('/listings', **{'site_id': 2000, 'filter[][sku]': row['sku'], 'filter[in_stock]': ''})
    assert answer['metadata']['filters'] == {'sku': row['sku']}
    assert answer['metadata']['total_rows'] == 1
    assert find(api, row['sku'][:-1]) is None
    assert api.get('/listings', **{'site_id': 2000, 'filter[opc]': row['opc']})['results'] == [row]
    out = api.get('/listings', **{'site_id': 2000, 'filter[in_stock]': 0, 'limit': 100})['results']
    assert out and all(item['stock'] == 0 for item in out)


def test_one_bad_record_in_three_leaves_the_others_done(api):
    one, two, three = api.listings()[:3]
    results = update(api, {'sku': one['sku'], 'price': '11.00', 'stock': 1},
                     {'sku': two['sku'], 'price': 'abc', 'stock': 1}, {'sku': three['sku'], 'stock': 0})
    assert [item.get('error') for item in results] == [None, "Price must be a positive float value", None]
    assert results[1]['price'] == 'abc'
    assert find(api, one['sku'])['price'] == '11.00'
    assert find(api, two['sku'])['price'] == two['price']
    assert find(api, three['sku'])['stock'] == 0


def test_success_is_said_even_if_every_item_failed(api):
    answer = api.put(BY_SKU, {'listings': [{'sku': 'NOPE', 'price': '1.00', 'stock': 1}]})
    assert answer == {'success': True, 'results': [
        {'sku': 'NOPE', 'price': '1.00', 'stock': 1, 'error': "SKU does not exist"}]}


def test_what_is_left_out_keeps_its_value(api):
    before = api.listings()[0]
    update(api, {'sku': before['sku'], 'stock': 77})
    after = find(api, before['sku'])
    assert {**after, 'stock': before['stock'], 'updated_at': before['updated_at']} == before


def test_a_success_item_echoes_what_was_sent_with_the_types_of_the_reference(api):
    row = api.listings()[0]
    sent = {
        'sku': row['sku'], 'price': 23.99, 'stock': 0, 'handling_time': 1, 'boost_marketing_commission': 0,
        'delivery_weight': 3, 'return_time': 30, 'free_returns': 'false', 'warranty': 12, 'sale_price': 19.99,
        'sale_start_date': '2026-04-01 00:00:00', 'sale_end_date': '2026-04-30 00:00:00', 'group_sku': 'LAMP',
        'delivery_template_id': '2375'}
    assert update(api, sent) == [{
        'sku': row['sku'], 'price': '23.99', 'stock': '0', 'handling_time_override': '1',
        'boost_marketing_commission': 0, 'delivery_weight': 3, 'return_time': 30, 'free_returns': False,
        'warranty': 12, 'sale_price': 19.99, 'sale_start_date': '2026-04-01 00:00:00',
        'sale_end_date': '2026-04-30 00:00:00', 'group_sku': 'LAMP', 'delivery_template_id': 2375,
        'product_listing_id': str(row['product_listing_id'])}]
    assert find(api, row['sku'])['sale_price'] == '19.99'


def test_the_older_success_form_has_neither_id_nor_boost(api):
    api.settings(by_sku_form='2017')
    sku = api.listings()[0]['sku']
    assert update(api,
                  {'sku': sku, 'stock': 5, 'boost_marketing_commission': 7.5}) == [{'sku': sku, 'stock': 5}]
    assert find(api, sku)['boost_marketing_commission'] == '7.5'


@pytest.mark.parametrize('sent, error', [
    ({'price': '-1'}, "Price must be a positive float value"),
    ({'price': True}, "Price must be a positive float value"),
    ({'price': 1e30}, "Price must be a positive float value"),
    ({'stock': '1e5000'}, "Stock must be an integer value"),
    ({'delivery_weight': 1e30}, "Delivery weight must be a positive number"),
    ({'stock': -1}, "Stock cannot be less than 0"),
    ({'stock': '1.5'}, "Stock must be an integer value"),
    ({'sale_price': 0}, "Sale price must be a positive float value"),
    ({'sale_price': ''}, "Sale price must be a positive float value"),
    ({'sale_start_date': 'tomorrow'}, "Sale start date must be in the format YYYY-MM-DD HH:MM:SS"),
    ({'delivery_template_id': 1}, "The delivery template does not exist"),
    ({'free_returns': 'maybe'}, "Free returns must be a boolean"),
    ({'boost_marketing_commission': 101}, "Boost marketing commission must be at most 100"),
])
def test_bad_values_fail_their_item_and_change_nothing(api, sent, error):
    before = api.listings()[0]
    result, = update(api, {'sku': before['sku'], 'handling_time': 9, **sent})
    assert result['error'] == error
    assert find(api, before['sku']) == before


def test_a_null_sale_price_does_not_end_a_sale(api):
    sku = api.listings()[0]['sku']
    update(api, {'sku': sku, 'sale_price': '5.00'})
    result, = update(api, {'sku': sku, 'sale_price': None})
    assert 'error' not in result
    assert find(api, sku)['sale_price'] == '5.00'


def test_more_than_a_thousand_items_are_refused(api):
    items = [{'sku': 'X'}] * 1001
    assert api.call('PUT', BY_SKU, json={'listings': items}).status_code == 400
    assert api.call('DELETE', BY_SKU, json={'skus': ['X'] * 1001}).status_code == 400
    assert api.call('GET', '/listings/check-winning', json={'skus': ['X'] * 1001}).status_code == 400
    assert len(update(api, *items[:1000])) == 1000


def test_price_zero_is_accepted_and_suspended_after_days(api):
    sku = api.listings()[0]['sku']
    result, = update(api, {'sku': sku, 'price': 0})
    assert result['price'] == '0.00' and 'error' not in result
    api.control('POST', '/clock', {'advance': 2 * 86400})
    api.login()
    assert find(api, sku)['price'] == '0.00'
    api.control('POST', '/clock', {'advance': 2 * 86400})
    api.login()
    assert find(api, sku) is None
    result, = update(api, {'sku': sku, 'price': 5})
    assert result['error'] == "Suspended listings cannot be edited"


def test_price_zero_is_neither_accepted_nor_suspended_when_switched_off(api):
    one, two = (row['sku'] for row in api.listings()[:2])
    api.settings(suspend_price_zero_days=0)
    update(api, {'sku': one, 'price': 0})
    api.settings(accept_price_zero=False)
    result, = update(api, {'sku': two, 'price': 0})
    assert 'positive' in result['error']
    api.control('POST', '/clock', {'advance': 19 * 86400})
    api.login()
    assert find(api, one)['price'] == '0.00'


def test_creating_stores_what_is_sent_and_defaults_the_rest(api):
    opc = free_product(api)
    result = create(api, opc=opc, sku='NEW-1', price='24.99', stock=0, boost_marketing_commission=0)
    assert result == {'success': True, 'created': True, 'product_listing_id': result['product_listing_id'],
                      'opc': opc, 'sku': 'NEW-1', 'condition': 'new'}
    assert isinstance(result['product_listing_id'], str)
    row = find(api, 'NEW-1')
    assert (row['price'], row['stock'], row['boost_marketing_commission']) == ('24.99', 0, '5.0')
    assert (row['handling_time'], row['delivery_weight'], row['warranty'], row['return_time']) == (0,
                                                                                                   '0.0000',
                                                                                                   0, 0)
    assert (row['group_sku'], row['sale_price'], row['delivery_template_id'], row['condition_note_1']) == (
        None, None, 2375, None)


def test_a_second_create_on_the_same_product_updates(api):
    opc = free_product(api)
    create(api, opc=opc, sku='NEW-1', price='24.99', stock=3, boost_marketing_commission=10)
    result = create(api, opc=opc, sku='NEW-1', price='20.00', stock=4)
    assert result['updated'] is True and 'created' not in result
    row = find(api, 'NEW-1')
    assert (row['price'], row['stock'], row['boost_marketing_commission']) == ('20.00', 4, '10.0')


def test_a_refurbished_listing_shows_its_short_name_and_id_14(api):
    create(api, opc=free_product(api), sku='REF-1', price=9, condition='refurbished',
           condition_notes=["Scratched"])
    row = find(api, 'REF-1')
    assert (row['condition'], row['product_listing_condition_id']) == ("Refurbished", 14)
    assert (row['condition_note_1'], row['condition_note_2']) == ("Scratched", None)
    assert row['product_url'].endswith('?condition=refurbished')


def test_creating_refuses_item_by_item(api):
    opc, mine = free_product(api), api.listings()[0]
    answer = api.post('/listings', {'listings': [
        {'opc': opc, 'condition': 'new', 'price': 1, 'sku': mine['sku']},
        {'opc': 'PNOTHING', 'condition': 'new', 'price': 1, 'sku': 'A'},
        {'opc': opc, 'condition': 'mint', 'price': 1, 'sku': 'A'},
        {'opc': opc, 'condition': 'new', 'sku': 'A'},
        {'opc': opc, 'condition': 'new', 'price': 1, 'sku': 'A', 'boost_marketing_commission': 7},
        {'opc': mine['opc'], 'condition': mine['condition'].lower(), 'price': 1, 'sku': 'OTHER'},
        'nonsense',
        {'opc': opc, 'condition': 'new', 'price': 1, 'sku': 'A'},
    ]})
    assert answer['success'] is True
    results = answer['results']
    assert [item['success'] for item in results] == [False] * 7 + [True]
    assert results[0]['message'] == "The SKU already exists for a different product"
    assert 'does not yet exist for the site' in results[1]['message']
    assert 'already have a listing' in results[5]['message']


def test_a_fresh_product_is_unknown_for_as_long_as_wished(api):
    api.settings(opc_unknown_seconds=10 ** 9)
    assert 'does not yet exist' in create(api, opc=free_product(api), price=1)['message']


def test_creating_on_one_product_takes_conditions_or_an_array_and_no_price(api):
    opc = free_product(api)
    answer = api.post(f'/products/{opc}/listings', {'site_id': 2000, 'listings': {
        'new': {'sku': 'P-NEW', 'stock': 5, 'free_returns': 'no', 'boost_marketing_commission': 7.5}}})
    assert answer['results'][0]['created'] is True
    assert find(api, 'P-NEW')['price'] == '0.00'
    assert find(api, 'P-NEW')['boost_marketing_commission'] == '7.5'
    answer = api.post(f'/products/{opc}/listings', {'listings': [
        {'sku': 'P-REF', 'price': '5.00', 'condition': 'refurbished'}]})
    assert answer['results'][0]['success'] is True


def test_creating_on_one_product_without_a_price_keeps_the_price_there_is(api):
    opc = free_product(api)
    create(api, opc=opc, sku='NEW-1', price='24.99', stock=3)
    for price in ({}, {'price': None}):
        answer = api.post(f'/products/{opc}/listings', {'listings': {'new': {'sku': 'NEW-1', 'stock': 7, **price}}})
        assert answer['results'][0]['updated'] is True
    assert (find(api, 'NEW-1')['price'], find(api, 'NEW-1')['stock']) == ('24.99', 7)


@pytest.mark.parametrize('sent, condition', [({'new': 'nonsense'}, 'new'), (['nonsense'], None)])
def test_a_listing_that_is_no_object_is_a_failure_row(api, sent, condition):
    opc = free_product(api)
    assert api.post(f'/products/{opc}/listings', {'listings': sent})['results'] == [
        {'success': False, 'message': "A listing must be an object", 'opc': opc, 'sku': None,
         'condition': condition}]


def test_a_sku_named_twice_is_deleted_once_and_said_to_be(api):
    sku = api.listings()[0]['sku']
    answer = api.call('DELETE', BY_SKU, json={'skus': [sku, sku]}).json()
    assert answer['results'] == {sku: {'status': 'ok'}}


def test_deleting_answers_by_sku(api):
    sku = api.listings()[0]['sku']
    answer = api.call('DELETE', BY_SKU, json={'site_id': 2000, 'skus': [sku, 'NOPE']}).json()
    assert answer == {'success': True, 'results': {sku: {'status': 'ok'}, 'NOPE': {'error': "SKU not found"}}}
    assert find(api, sku) is None
    assert api.call('DELETE', BY_SKU, json={}).status_code == 400


def test_a_deleted_sku_stays_taken_for_as_long_as_wished(api):
    api.settings(sku_reserved_seconds=300)
    row = api.listings()[0]
    api.call('DELETE', BY_SKU, json={'skus': [row['sku']]})
    item = {'opc': row['opc'], 'sku': row['sku'], 'price': 1}
    assert create(api, **item)['success'] is False
    api.control('POST', '/clock', {'advance': 301})
    assert create(api, **item)['success'] is True


def test_updating_by_uid_works_for_the_one_client_that_does(api):
    sku = api.listings()[0]['sku']
    good, bad = api.put('/listings', {'site_id': 2000, 'listings': [
        {'uid': sku, 'price': '3.50'}, {'uid': 'NOPE', 'price': 1}]})['results']
    assert (good['uid'], good['price']) == (sku, '3.50')
    assert 'error' in bad
    assert find(api, sku)['price'] == '3.50'


def test_a_suspended_listing_is_absent_and_refuses_edits(api):
    row = api.buyable()
    api.control('POST', f"/listings/{row['sku']}/suspend")
    assert find(api, row['sku']) is None
    assert update(api, {'sku': row['sku'], 'stock': 1})[0]['error'] == "Suspended listings cannot be edited"
    assert 'error' in api.get('/listings/check-winning', **{'skus[]': row['sku']})['results'][0]
    api.control('POST', f"/listings/{row['sku']}/restore")
    assert find(api, row['sku']) == row


def test_a_page_limit_cuts_every_page_and_the_metadata_say_so(api):
    api.settings(page_limit=2)
    answer = api.get('/listings', site_id=2000, limit=50)
    assert (len(answer['results']), answer['metadata']['limit']) == (2, 2)
