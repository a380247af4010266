"""Products with values of wrong types, with repeats, and what the queue finds out later."""

import pytest

from .test_products import code, create, family, made, product, queue


def update(api, **item):
    """Send an update of one product and return its row."""
    return api.put('/products', {'products': [item]})['products'][0]


def error_of(api, row):
    """Finish the queue and return the error of the queue row that `row` names."""
    api.control('POST', '/queues/drain')
    return queue(api, row['queue_id']).get('error_message')


@pytest.mark.parametrize('pictures', [5, {'url': 'https://img.example.com/l2.jpg'}, False])
def test_additional_images_must_be_an_array(api, pictures):
    message = "additional_images must be an array"
    assert create(api, product(api, additional_images=pictures))[0]['error'] == message
    variants = [{**one, 'additional_images': pictures} for one in family(api)['variants']]
    assert create(api, family(api, variants=variants))[0]['error'] == message
    row = update(api, opc=api.listings()[0]['opc'], additional_images=pictures)
    assert (row['message'], row['errorcode']) == (message, 400)


def test_a_text_of_additional_images_is_one_picture(api):
    row, = create(api, product(api, additional_images='https://img.example.com/broken.jpg'))
    assert 'https://img.example.com/broken.jpg' in error_of(api, row)


def test_an_axis_that_the_parent_does_not_name_must_be_an_object_too(api):
    variants = [{**one, 'variant_2': "Large"} for one in family(api)['variants']]
    assert create(api, family(api, variants=variants))[0]['error'] == "variant_2 must be an object"


@pytest.mark.parametrize('listings', [lambda _taken: {'new': 5}, lambda taken: {'new': {'sku': taken['sku']}}])
def test_listings_and_codes_of_a_parent_with_variants_are_ignored(api, listings):
    taken = api.listings()[0]
    row = made(api, family(api, listings=listings(taken), product_codes=taken['product_codes']))
    assert row['status'] == 'success'


def test_one_sku_in_two_variants_is_refused(api):
    one, two = family(api)['variants']
    row, = create(api, family(api, variants=[one, {**two, 'listings': {'new': {'sku': ' MUG-Red '}}}]))
    assert row['error'] == "The SKU already exists for a different product"


def test_one_sku_in_two_conditions_is_refused(api):
    row, = create(api, product(api, listings={'new': {'sku': 'A'}, 'refurbished': {'sku': 'A'}}))
    assert row['error'] == "The SKU already exists for a different product"


def test_of_two_pending_products_with_one_sku_the_second_fails(api):
    rows = create(api, product(api), product(api, 2, listings={'new': {'sku': 'LAMP-1'}}))
    assert error_of(api, rows[1]) == "The SKU already exists for a different product"


def test_blanks_around_a_sku_do_not_count(api):
    made(api, product(api, listings={'new': {'sku': ' LAMP-1 '}}))
    sent = {'listings': [{'sku': 'LAMP-1 ', 'price': 5, 'stock': 1}]}
    assert 'error' not in api.put('/listings/by-sku', sent)['results'][0]
    assert api.listings(**{'filter[sku]': 'LAMP-1'})[0]['sku'] == 'LAMP-1'


def test_a_product_sent_twice_is_told_as_one_that_exists(api):
    first, second = create(api, product(api), product(api))
    assert error_of(api, second) == f'Product code "{code(1)}" already exists'
    opc = queue(api, first['queue_id'])['opc']
    assert queue(api, second['queue_id'])['existing_opc'] == opc


def test_a_family_sent_twice_is_told_as_one_that_exists(api):
    _first, second = create(api, family(api), family(api))
    assert error_of(api, second) == f'Product code "{code(20)}" already exists'


def test_an_update_finds_in_the_queue_that_its_code_was_taken_meanwhile(api):
    row, = create(api, product(api))
    late = update(api, opc=api.listings()[0]['opc'], product_codes=[code(1)])
    assert error_of(api, late) == f'Product code "{code(1)}" already exists'
    assert queue(api, late['queue_id'])['existing_opc'] == queue(api, row['queue_id'])['opc']


@pytest.mark.parametrize('change, message', [
    ({'brand_name': 'X'}, "brand name must be greater than or equal to 2 characters"),
    ({'brand_id': 77}, "brand_id is not valid"),
    ({'description': 5}, "description must be a string"),
    ({'category_id': 1}, "Category is not a lowest level category"),
])
def test_an_update_is_checked_as_a_new_product_is(api, change, message):
    row = update(api, opc=api.listings()[0]['opc'], **change)
    assert (row['success'], row['message'], row['errorcode']) == (False, message, 400)
