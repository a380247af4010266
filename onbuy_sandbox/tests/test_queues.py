"""Work in the queue."""

from onbuy_sandbox.product_jobs import check_pictures

from .test_products import code, create, made, product, queue


def test_a_pending_row_has_two_keys_and_turns_to_success_after_the_delay(api):
    queue_id = create(api, product(api))[0]['queue_id']
    assert len(queue_id) == 24 and int(queue_id, 16)
    assert queue(api, queue_id) == {'queue_id': queue_id, 'status': 'pending'}
    api.control('POST', '/clock', {'advance': 6})
    row = queue(api, queue_id)
    assert set(row) == {'queue_id', 'status', 'opc', 'product_url'}
    assert row['product_url'].endswith('/')


def test_the_uid_stands_in_queue_rows_only_when_switched_on(api):
    api.settings(queue_uid=True)
    assert made(api, product(api))['uid'] == 'LAMP-1'


def test_what_is_in_the_queue_can_be_forgotten(api):
    create(api, product(api))
    assert api.control('DELETE', '/queues') == {'removed': 1}
    assert api.control('POST', '/queues/drain') == {'finished': 0}
    assert api.get('/queues', site_id=2000)['results'] == []


def test_of_two_pending_products_with_one_code_the_second_fails(api):
    first, second = create(api, product(api), product(api, 2, product_codes=[code(1)]))
    api.control('POST', '/queues/drain')
    row = queue(api, second['queue_id'])
    assert row['error_message'] == f'Product code "{code(1)}" already exists'
    assert row['existing_opc'] == queue(api, first['queue_id'])['opc']


def test_queue_success_does_not_promise_an_addressable_sku(api):
    api.settings(sku_unaddressable_seconds=600)
    made(api, product(api))
    update = {'site_id': 2000, 'listings': [{'sku': 'LAMP-1', 'price': 5, 'stock': 1}]}
    assert api.put('/listings/by-sku', update)['results'][0]['error'] == "SKU does not exist"
    assert api.listings(**{'filter[sku]': 'LAMP-1'}) == []
    api.control('POST', '/clock', {'advance': 601})
    assert 'error' not in api.put('/listings/by-sku', update)['results'][0]


def test_queues_come_by_ten_newest_first_and_ascending_when_filtered(api):
    ids = []
    for number in range(1, 13):
        ids.append(create(api, product(api, number))[0]['queue_id'])
        api.control('POST', '/clock', {'advance': 1})
    answer = api.get('/queues', site_id=2000)
    assert [row['queue_id'] for row in answer['results']] == ids[::-1][:10]
    assert answer['metadata'] == {'limit': 10, 'offset': 0, 'total_rows': 12}
    wanted = f'{ids[5]}, {ids[2]},none'
    answer = api.get('/queues', **{'site_id': 2000, 'filter[queue_ids]': wanted, 'limit': 50})
    assert [row['queue_id'] for row in answer['results']] == [ids[2], ids[5]]
    assert 'filters' not in answer['metadata']
    assert api.get('/queues', **{'site_id': 2000, 'filter[status]': 'pending', 'limit': 50})['results']


def test_an_unknown_queue_id_gets_400(api):
    answer = api.call('GET', '/queues/abc')
    assert answer.status_code == 400
    assert answer.json()['error']['message'] == "'abc' is not a valid queue_id"
    assert api.call('GET', '/queues', params={'site_id': 2000, 'filter[status]': 'lost'}).status_code == 400


def test_a_defect_in_the_queue_fails_its_row_alone(api, monkeypatch):
    def fragile(world, item):
        if item.get('uid') == 'LAMP-1':
            raise TypeError
        check_pictures(world, item)

    first, second = create(api, product(api), product(api, 2))
    monkeypatch.setattr('onbuy_sandbox.product_jobs.check_pictures', fragile)
    api.control('POST', '/queues/drain')
    assert queue(api, first['queue_id']) == {
        'queue_id': first['queue_id'], 'status': 'failed', 'error_message': "An error occurred. Please try again."}
    assert queue(api, second['queue_id'])['status'] == 'success'
