"""The lead price per SKU."""

from .test_listings import update


def winning(api, sku):
    return api.get('/listings/check-winning', **{'site_id': 2000, 'skus[]': [sku]})['results'][0]


def test_check_winning_compares_with_the_competing_offer(api):
    sku = api.buyable()['sku']
    update(api, {'sku': sku, 'price': '20.00', 'delivery_template_id': 2376})
    api.control('PATCH', f'/listings/{sku}', {'competitor': {'item_price': 18, 'delivery_price': '1.50'}})
    assert winning(api, sku) == {
        'sku': sku, 'price': '20.00', 'item_price': '20.00', 'delivery_price': '0.00', 'lead_price': '19.50',
        'lead_item_price': '18.00', 'lead_delivery_price': '1.50', 'winning': False}
    update(api, {'sku': sku, 'price': '19.00'})
    assert winning(api, sku)['winning'] is True
    api.control('PATCH', f'/listings/{sku}', {'forced_winning': False})
    assert winning(api, sku)['winning'] is False


def test_check_winning_reads_a_body_ignores_case_and_names_the_unknown(api):
    sku = api.buyable()['sku']
    answer = api.call('GET', '/listings/check-winning',
                      json={'site_id': 2000, 'skus': [sku.lower(), 'NOPE']}).json()
    assert answer['success'] is True
    assert answer['results'][0]['sku'] == sku
    assert answer['results'][1] == {'sku': 'NOPE', 'error': "SKU does not exist"}


def test_check_winning_has_nulls_for_a_listing_that_nobody_can_buy(api):
    sku = api.buyable()['sku']
    update(api, {'sku': sku, 'stock': 0})
    row = winning(api, sku)
    assert (row['item_price'], row['lead_price'], row['winning']) == (None, None, False)
    assert row['price'] is not None
    assert api.call('GET', '/listings/check-winning').status_code == 400
