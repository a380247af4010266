"""Catalogue products and the queue."""

import pytest

from onbuy_sandbox.seed.gtin import check_digit


def code(number):
    digits = f'50999{number:07d}'
    return digits + check_digit(digits)


def product(api, number=1, **changes):
    category = api.get('/categories', **{'filter[name]': 'Desk Lamps'})['results'][0]['category_id']
    return {
        'uid': f'LAMP-{number}', 'category_id': str(category), 'published': '1',
        'product_name': "Lumora Lamp",
        'product_codes': [code(number)], 'mpn': 'LD-1', 'brand_name': "Lumora",
        'description': "<p>A lamp.</p>",
        'default_image': 'https://img.example.com/l1.jpg', 'rrp': '29.99',
        'listings': {'new': {'sku': f'LAMP-{number}', 'price': '24.99', 'stock': 10, 'handling_time': 1,
                             'delivery_template_id': 2376}}, **changes}


def family(api, **changes):
    parent = {name: value for name, value in product(api).items()
              if name not in ('product_codes', 'mpn', 'listings')}
    variants = [{'variant_1': {'name': colour}, 'product_codes': [code(20 + place)],
                 'listings': {'new': {'sku': f'MUG-{colour}', 'group_sku': 'MUG', 'price': 1}}}
                for place, colour in enumerate(("Red", "Blue"))]
    return {**parent, 'uid': 'MUG', 'product_name': "Mug", 'variant_1': {'name': "Colour"},
            'variants': variants,
            **changes}


def create(api, *items):
    return api.post('/products', {'site_id': 2000, 'products': list(items)})['results']


def queue(api, queue_id):
    return api.get(f'/queues/{queue_id}', site_id=2000)['results']


def made(api, item):
    """Create a product, finish its queue row and return the row."""
    queue_id = create(api, item)[0]['queue_id']
    api.control('POST', '/queues/drain')
    return queue(api, queue_id)


def test_a_batch_answers_row_by_row(api):
    taken = api.listings()[0]
    anonymous = product(api, 2)
    del anonymous['uid']
    good, nameless, bad = create(
        api, product(api), anonymous, product(api, 3, product_codes=taken['product_codes']))
    assert good == {'success': True, 'queue_id': good['queue_id'], 'uid': 'LAMP-1'}
    assert set(nameless) == {'success', 'queue_id'}
    assert bad == {
        'batch_id': 'LAMP-3', 'uid': 'LAMP-3', 'success': False, 'data': {'existing_opc': taken['opc']},
        'error': f'Product code "{taken["product_codes"][0]}" already exists'}
    assert list(bad) == ['batch_id', 'uid', 'success', 'error', 'data']


def test_a_single_product_answers_in_results_too(api):
    answer = api.post('/products', {'site_id': 2000, **product(api)})
    assert list(answer) == ['results']
    assert answer['results'][0]['uid'] == 'LAMP-1'


@pytest.mark.parametrize('change, message', [
    ({'description': ''}, "description must be a string"),
    ({'default_image': ''}, "default_image must be a valid URL"),
    ({'product_codes': ['5012345678901']}, "not a valid product code"),
    ({'product_codes': ['9912345678907']}, "not a valid product code"),
    ({'product_codes': []}, "product_codes must be supplied"),
    ({'brand_name': 'X'}, "brand name must be greater than or equal to 2 characters"),
    ({'product_name': 'x' * 151}, "less than or equal to 150"),
])
def test_a_fault_refuses_a_single_create_with_400_and_only_its_item_in_a_batch(api, change, message):
    bad = product(api, **change)
    answer = api.call('POST', '/products', json={'site_id': 2000, **bad})
    assert answer.status_code == 400
    assert message in answer.json()['error']['message']
    one, two = create(api, bad, product(api, 2))
    assert message in one['error'] and two['success'] is True


@pytest.mark.parametrize('change, message', [
    ({'category_id': 1}, "Category is not a lowest level category"),
    ({'category_id': 'x'}, "category_id is not valid"),
    ({'brand_id': 77}, "brand_id is not valid"),
    ({'listings': {'mint': {}}}, "The listings are not valid"),
    ({'listings': {'new': {'delivery_template_id': 1}}}, "The delivery template does not exist"),
])
def test_other_faults_refuse_the_item(api, change, message):
    row, = create(api, product(api, **change))
    assert row['error'] == message


def test_name_limit_counts_bytes_when_switched(api):
    name = "é" * 100
    assert create(api, product(api, product_name=name))[0]['success'] is True
    api.settings(name_limit='bytes')
    assert create(api, product(api, 2, product_name=name))[0]['success'] is False


def test_upc_codes_are_taken_and_equal_their_form_with_a_leading_zero(api):
    upc = '036000291452'
    assert create(api, product(api, product_codes=[upc]))[0]['success'] is True
    api.control('POST', '/queues/drain')
    row, = create(api, product(api, 2, product_codes=['0' + upc]))
    assert 'already exists' in row['error']


def test_the_listing_of_a_new_product_has_neither_price_nor_stock(api):
    row = made(api, product(api))
    listing, = api.listings(**{'filter[sku]': 'LAMP-1'})
    assert (listing['opc'], listing['price'], listing['stock']) == (row['opc'], '0.00', 0)
    assert (listing['handling_time'], listing['delivery_template_id']) == (1, 2376)
    assert (listing['name'], listing['product_codes']) == ("Lumora Lamp", [code(1)])


def test_a_family_has_one_row_and_an_opc_for_each_variant(api):
    row = made(api, family(api))
    assert len(row['variant_opcs']) == 2
    rows = {item['sku']: item for item in api.listings(**{'sort[last_created]': 'desc'})}
    assert rows['MUG-Red']['opc'] in row['variant_opcs']
    assert rows['MUG-Blue']['name'] == "Mug Blue"
    assert rows['MUG-Red']['group_sku'] == 'MUG'


def test_variants_are_checked_one_by_one(api):
    one, two = family(api)['variants']
    for variants in ([{**one, 'product_codes': []}, two],
                     [one, {**two, 'product_codes': one['product_codes']}],
                     [{**one, 'listings': {}}, two], [{**one, 'variant_1': None}, two]):
        assert create(api, family(api, variants=variants))[0]['success'] is False
    assert create(api, family(api, variant_2={'name': "Size"}))[0]['success'] is False
    assert create(api, family(api))[0]['success'] is True


def test_a_category_that_needs_no_code_takes_products_and_variants_without(api):
    row, = api.get('/categories', **{'filter[name]': 'Chutneys'})['results']
    assert row['product_code_required'] is False
    assert api.get(f"/categories/{row['category_id']}")['results']['product_code_required'] == 0
    plain = product(api, category_id=row['category_id'], product_codes=[])
    variants = [{**one, 'product_codes': []} for one in family(api)['variants']]
    results = create(api, plain, family(api, category_id=row['category_id'], variants=variants))
    assert [one['success'] for one in results] == [True, True]
    assert create(api, {**plain, 'product_codes': ['5012345678901']})[0]['success'] is False


def test_new_content_with_a_picture_that_cannot_be_fetched_fails_in_the_queue_and_changes_nothing(api):
    opc = made(api, product(api))['opc']
    answer = api.put('/products', {'site_id': 2000, 'products': [
        {'opc': opc, 'product_name': "New", 'default_image': 'https://img.example.com/broken.jpg'}]})
    api.control('POST', '/queues/drain')
    assert queue(api, answer['products'][0]['queue_id'])['error_message'].startswith("Error downloading image")
    assert api.listings(**{'filter[sku]': 'LAMP-1'})[0]['name'] == "Lumora Lamp"


def test_a_picture_that_cannot_be_fetched_fails_in_the_queue(api):
    row = made(api, product(api, default_image='https://img.example.com/broken.jpg'))
    assert row['status'] == 'failed'
    assert row['error_message'] == ('Error downloading image "https://img.example.com/broken.jpg" - '
                                    'Connection to the host URL has been refused')
    assert 'existing_opc' not in row


def test_a_brand_of_another_seller_fails_in_the_queue(api):
    row = made(api, product(api, brand_name="Guarded Goods"))
    assert row['error_message'] == "The supplied brand is owned by another seller"


def test_a_live_code_cannot_be_used_for_a_test_product(api, test_api):
    taken = api.listings()[0]
    row, = create(test_api, product(test_api, product_codes=taken['product_codes']))
    assert row['data'] == {'existing_opc': taken['opc']}
    found = test_api.get('/products', **{'filter[query]': taken['product_codes'][0]})
    assert found['results'] == []


def test_a_live_product_takes_no_test_listing(api, test_api):
    row, = test_api.post('/listings', {'listings': [
        {'opc': api.listings()[0]['opc'], 'condition': 'new', 'price': 1}]})['results']
    assert 'does not yet exist' in row['message']


def test_no_listing_at_all_when_switched(api):
    api.settings(create_listing_with_product=False)
    assert made(api, product(api))['status'] == 'success'
    assert api.listings(**{'filter[sku]': 'LAMP-1'}) == []


def test_an_unpublished_draft_vanishes_after_three_days(api):
    made(api, product(api, published=0))
    assert api.listings(**{'filter[sku]': 'LAMP-1'})[0]['product_url'].endswith('?preview=1')
    api.control('POST', '/clock', {'advance': 3 * 86400 + 1})
    api.login()
    assert api.listings(**{'filter[sku]': 'LAMP-1'}) == []


def search(api, **filters):
    return api.get('/products', **{f'filter[{name}]': value for name, value in filters.items()})


def test_search_finds_by_code_without_leading_zeros_by_name_opc_and_category(api):
    one, two = api.listings()[:2]
    codes = f"0{one['product_codes'][0]}, {two['product_codes'][0]}"
    answer = search(api, query=codes, field='product_code')
    assert {row['opc'] for row in answer['results']} == {one['opc'], two['opc']}
    assert answer['metadata']['filters'] == {'query': codes, 'field': 'product_code'}
    assert search(api, query=one['opc'])['results'][0]['name'] == one['name']
    assert search(api, query=one['name'].upper(), field='name')['metadata']['total_rows'] == 1
    category = api.get('/categories', **{'filter[name]': 'Mugs'})['results'][0]['category_id']
    assert all('Mug' in row['name'] for row in search(api, category_id=category)['results'])
    assert search(api)['metadata']['limit'] == 20


def test_search_refuses_more_than_fifty_codes_and_unknown_fields(api):
    params = {'filter[query]': ','.join(code(n) for n in range(51)), 'filter[field]': 'product_code'}
    assert api.call('GET', '/products', params=params).status_code == 400
    assert api.call('GET', '/products', params={'filter[field]': 'colour'}).status_code == 400


def test_search_refuses_a_category_that_is_no_number(api):
    answer = api.call('GET', '/products', params={'filter[category_id]': 'abc'})
    assert answer.status_code == 400
    assert answer.json()['error']['message'] == "'abc' is not a valid category_id"


def test_updating_a_batch_names_opcs_only_on_failures(api):
    mine = api.listings()[0]
    others = [row['opc'] for row in api.get('/products', limit=100)['results']][60:]
    answer = api.put('/products', {'site_id': 2000, 'products': [
        {'opc': mine['opc'], 'product_name': "Renamed"},
        *({'opc': opc, 'product_name': "X"} for opc in others[:2]),
        {'opc': 'PNOTHING'}, {'opc': mine['opc'], 'description': ' '}]})
    assert (answer['result'], answer['debug_output']) == ('success', True)
    rows = answer['products']
    assert set(rows[0]) == {'success', 'queue_id'}
    assert rows[1] == {'success': False, 'message': "Product locked for update by OnBuy", 'opc': others[0],
                       'errorcode': 403}
    assert rows[2]['message'] == "Product belongs to another seller"
    assert [row['errorcode'] for row in rows[3:]] == [404, 400]
    api.control('POST', '/queues/drain')
    assert api.listings(**{'filter[sku]': mine['sku']})[0]['name'] == "Renamed"


def test_updating_one_product_answers_at_top_level(api):
    mine = api.listings()[0]
    answer = api.put(f"/products/{mine['opc']}",
                     {'site_id': 2000, 'opc': mine['opc'], 'product_codes': [code(9)]})
    assert set(answer) == {'success', 'queue_id'}
    api.control('POST', '/queues/drain')
    assert search(api, query=code(9), field='product_code')['results'][0]['opc'] == mine['opc']
    assert search(api, query=mine['product_codes'][0], field='product_code')['results'] == []


def test_an_update_may_repeat_the_codes_of_its_product(api):
    mine, other = api.listings()[:2]
    rows = api.put('/products', {'products': [
        {'opc': mine['opc'], 'product_codes': mine['product_codes']},
        {'opc': mine['opc'], 'product_codes': other['product_codes']}]})['products']
    assert [row['success'] for row in rows] == [True, False]


def test_pictures_are_real_png_files(api):
    answer = api.session.get(api.listings()[0]['image_url'], timeout=5)
    assert answer.headers['Content-Type'] == 'image/png'
    assert answer.content.startswith(b'\x89PNG\r\n\x1a\n') and len(answer.content) < 5000
    assert api.session.get(api.address + '/images/PNONE.png', timeout=5).status_code == 404
