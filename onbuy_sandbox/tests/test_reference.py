"""Sites, conditions, categories, brands, fees, sellers, deliveries: shapes and types of the reference, 8
to 13."""

import pytest


def leaf(api, name="Desk Lamps"):
    return api.get('/categories', **{'filter[name]': name, 'site_id': 2000})['results'][0]


def test_sites_are_listed_with_integers_and_viewed_with_texts(api):
    assert api.get('/sites') == {
        'results': [{'site_id': 2000, 'name': "OnBuy UK", 'country_code': 'gb',
                     'default_localisation': 'en-GB'}],
        'metadata': {'limit': 20, 'offset': 0, 'total_rows': 1}}
    assert api.get('/sites/2000') == {'data': {'site_id': '2000', 'name': "OnBuy UK"}}
    assert api.get('/sites', **{'filter[name]': 'france'})['results'] == []


def test_conditions_echo_twenty_whatever_limit_is_sent(api):
    answer = api.get('/conditions', limit=100, site_id=2000)
    assert answer['metadata'] == {'limit': 20, 'offset': 0, 'total_rows': 7}
    assert answer['results'][0] == {'condition_id': 1, 'name': "New", 'code': 'new'}


def test_the_category_list_starts_at_the_root(api):
    root, department = api.get('/categories', limit=2)['results']
    assert (root['category_id'], root['category_type'], root['category_tree'], root['lvl']) == (1, None, "",
                                                                                                1)
    assert 'google_category' not in root
    assert (department['parent_id'], department['category_tree'], department['lvl']) == (1, None, 2)


def test_a_lowest_category_has_bools_and_an_integer_tier_in_the_list(api):
    row = leaf(api)
    assert row['category_tree'] == "Home & Garden > Lighting > Lamps"
    assert row['can_list_in'] is True
    assert row['product_code_required'] is True
    assert isinstance(row['commission_tier_id'], int)
    assert row['avaliable_condition_slugs'] == ['new', 'refurbished']
    assert (row['google_category']['tree'], row['google_category']['level']) == (row['category_tree'], 4)


def test_the_category_view_has_integers_and_a_guid_tier(api):
    view = api.get(f"/categories/{leaf(api)['category_id']}")['results']
    assert (view['can_list_in'], view['product_code_required'], view['restricted_listing']) == (1, 1, 0)
    assert 'seller_approved_for_refurbished' not in view
    assert len(view['commission_tier_id']) == 36
    assert view['features'][0] == {'feature_id': 120, 'name': "Colour", 'note': "Main colour",
                                   'required': False}


def test_categories_are_filtered_in_all_documented_ways(api):
    def names(**filters):
        found = api.get('/categories', limit=100,
                        **{f'filter[{name}]': value for name, value in filters.items()})
        return [row['name'] for row in found['results']]

    row = leaf(api)
    assert names(onbuy_category_id=f"{row['category_id']}, 1") == ["Root", "Desk Lamps"]
    assert set(names(category_type_id=1)) >= {"Books", "Pets"}
    assert names(search='lighting > lamps > desk') == ["Desk Lamps"]
    assert "Desk Lamps" in names(can_list_in=1)
    assert "Root" not in names(can_list_in='yes')
    assert "Bluetooth Speakers" in names(seller_approved_for_refurbished=1)
    assert "Desk Lamps" in names(name='')


def test_features_carry_options_and_a_bool_required(api):
    answer = api.get(f"/categories/{leaf(api)['category_id']}/features")
    colour = answer['results'][0]
    assert (colour['name'], colour['group_id'], colour['required']) == ("Colour", 0, False)
    assert set(colour['options'][0]) == {'option_id', 'name'}
    assert answer['metadata'] == {'limit': 20, 'offset': 0, 'total_rows': 2}


def test_technical_details_come_by_ten_with_total_results(api):
    path = f"/categories/{leaf(api)['category_id']}/technical-details"
    answer = api.get(path)
    assert answer['metadata'] == {'limit': 10, 'offset': 0, 'total_results': 4}
    assert answer['results'][0]['options'][0] == {'detail_id': '4', 'name': "Height",
                                                  'units': ['mm', 'cm', 'm']}
    assert api.get(f'{path}/2')['results']['group_name'] == "Dimensions"
    assert api.call('GET', f'{path}/99').status_code == 404


def test_variant_names_are_paged(api):
    answer = api.get(f"/categories/{leaf(api)['category_id']}/variants", limit=1)
    assert answer['metadata']['limit'] == 1
    assert answer['results'] == [{'feature_id': 120, 'name': "Colour"}]


@pytest.mark.parametrize('path', [
    '/categories/99999', '/categories/99999/features', '/categories/abc', '/sites/1', '/brands/99999',
    '/sellers/1',
    '/sellers/entities/1', '/commission-tiers/none', '/orders/TNONE00',
])
def test_what_does_not_exist_gets_404(api, path):
    answer = api.call('GET', path)
    assert (answer.status_code, answer.json()['error']['errorCode']) == (404, 'notFound')


def test_brands_demand_a_name_and_count_in_text(api):
    assert api.call('GET', '/brands').status_code == 400
    assert api.get('/brands', **{'filter[name]': 'lumora', 'sort[name]': 'asc'}) == {
        'results': [{'brand_id': '4400', 'name': "Lumora", 'brand_type_id': '1', 'type': "Standard"}],
        'metadata': {'limit': 20, 'offset': 0, 'total_rows': '1', 'filters': {'name': 'lumora'},
                     'sort': {'name': 'asc'}}}
    assert api.get('/brands/1')['results']['name'] == "Unbranded"


def test_brands_are_sorted_both_ways(api):
    def names(way):
        found = api.get('/brands', **{'filter[name]': 'a', 'sort[name]': way})
        return [row['name'] for row in found['results']]

    assert names('asc') == sorted(names('asc'), key=str.lower)
    assert names('desc')[0].lower() > names('desc')[-1].lower()


def test_commission_tiers_are_a_bare_array_and_found_by_either_id(api):
    tiers = api.get('/commission-tiers')
    assert isinstance(tiers, list)
    assert tiers[0]['attributes']['sales_fee_min_amount'] == 25
    assert tiers[1]['attributes']['sales_fee_threshold_amount'] == 10000
    by_guid = api.get(f"/commission-tiers/{tiers[0]['id']}")
    assert by_guid == api.get('/commission-tiers/1')
    assert by_guid['results'][0]['fee'] == '15.00'


def test_seller_and_entities_answer_in_data(api):
    assert api.get('/sellers/24517')['data']['company_name'] == "Lamp House Ltd"
    answer = api.get('/sellers/entities')
    assert answer['metadata'] == {'limit': 10, 'offset': 0, 'total_results': 2}
    assert api.get('/sellers/entities/77') == {'data': answer['data'][0]}


def test_delivery_rows_have_integers_a_bool_and_two_text_prices(api):
    answer = api.get('/sellers/deliveries', site_id=2000)
    row = answer['results'][0]
    texts = {name for name, value in row.items() if isinstance(value, str)}
    assert texts == {'template_name', 'country', 'country_sub_region', 'delivery_charge_type',
                     'delivery_type',
                     'delivery_time', 'price', 'additional_price', 'delivery_tag'}
    assert row['is_default_template'] is True
    assert answer['metadata']['limit'] == 500
    irish = next(row for row in answer['results'] if row['country'] == "Ireland")
    assert (irish['country_sub_region_id'], irish['country_sub_region'], irish['delivery_tag']) == (0, None,
                                                                                                    '31-1')


def test_limits_above_the_maximum_are_clamped(api):
    assert api.get('/sellers/deliveries', site_id=2000, limit=5000)['metadata']['limit'] == 1000
    assert api.get('/categories', limit=500)['metadata']['limit'] == 100


@pytest.mark.parametrize('alias', ['/brand?filter[name]=a', '/deliveries?site_id=2000', '/entities'])
def test_names_of_one_client_work_too(api, alias):
    assert api.call('GET', alias).status_code == 200
