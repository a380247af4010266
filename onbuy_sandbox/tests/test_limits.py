"""Allowances per method and account, and the burst window."""

import pytest

from .conftest import Api, fresh_world


@pytest.fixture
def limited(serve):
    return Api(serve(fresh_world(limits=True, burst_calls=0, hour_limits=dict.fromkeys(
        ('GET', 'POST', 'PUT', 'DELETE'), 3),
        day_limits=dict.fromkeys(('GET', 'POST', 'PUT', 'DELETE'), 5)))).login()


def statuses(api, count, method='GET', path='/brands/1'):
    return [api.call(method, path, json={'site_id': 2000, 'listings': [], 'skus': []}).status_code
            for _number in range(count)]


def test_the_hourly_allowance_ends_in_429_with_the_envelope_and_no_retry_after(limited):
    assert statuses(limited, 3) == [200] * 3
    answer = limited.call('GET', '/brands/1')
    assert answer.status_code == 429
    assert answer.json()['error']['responseCode'] == 429
    assert 'Retry-After' not in answer.headers


def test_retry_after_is_sent_when_switched_on(limited):
    limited.settings(retry_after_seconds=90)
    statuses(limited, 3)
    assert limited.call('GET', '/brands/1').headers['Retry-After'] == '90'


def test_each_method_has_its_own_allowance(limited):
    statuses(limited, 4)
    assert statuses(limited, 3, 'PUT', '/listings/by-sku') == [200] * 3
    assert statuses(limited, 4, 'DELETE', '/listings/by-sku') == [200, 200, 200, 429]


def test_each_account_has_its_own_allowance(limited):
    statuses(limited, 4)
    assert statuses(Api(limited.address, 'test').login(), 1) == [200]


def test_asking_for_tokens_counts_as_post(limited):
    statuses(limited, 2, 'POST', '/listings')
    answer = limited.call('POST', '/listings', json={'listings': []})
    assert answer.status_code == 429
    with pytest.raises(KeyError):  # no token either
        limited.login()


def test_the_hour_slides_and_the_day_goes_on(limited):
    statuses(limited, 3)
    limited.settings(bind_token_to_ip=False, token_seconds=10 ** 6)
    limited.control('POST', '/clock', {'advance': 3601})
    limited.login()
    assert statuses(limited, 3) == [200, 200, 429]
    limited.control('POST', '/clock', {'advance': 86400})
    assert statuses(limited, 1) == [200]


def test_a_refused_call_is_not_counted(limited):
    statuses(limited, 6)
    usage = limited.control('GET', '/state')['accounts']['live']['usage']
    assert usage['GET'] == {'hour': 3, 'hour_limit': 3, 'day': 3, 'day_limit': 5}


def test_by_default_twenty_calls_at_once_pass_and_the_next_does_not(serve):
    api = Api(serve(fresh_world(limits=True))).login()
    assert statuses(api, 20) == [200] * 19 + [429]  # the log-in was the first
    api.control('POST', '/clock', {'advance': 10.5})
    assert statuses(api, 1) == [200]


def test_one_call_a_second_passes_for_as_long_as_one_likes(serve):
    api = Api(serve(fresh_world(limits=True))).login()
    for _number in range(40):
        api.control('POST', '/clock', {'advance': 1})
        assert statuses(api, 1) == [200]


def test_a_burst_penalty_goes_on_after_the_window(serve):
    api = Api(serve(fresh_world(limits=True, burst_penalty_seconds=60))).login()
    statuses(api, 20)
    api.control('POST', '/clock', {'advance': 30})
    assert statuses(api, 1) == [429]
    api.control('POST', '/clock', {'advance': 31})
    assert statuses(api, 1) == [200]


def test_a_frozen_clock_does_not_stop_the_burst_window(serve):
    api = Api(serve(fresh_world(limits=True))).login()
    api.control('POST', '/clock', {'freeze': True})
    before = api.control('GET', '/state')['clock']
    statuses(api, 20)
    api.control('POST', '/clock', {'advance': 11})
    assert statuses(api, 1) == [200]
    assert api.control('GET', '/state')['clock']['unix'] == before['unix'] + 11
