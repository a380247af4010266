"""Keys and tokens."""

import pytest
import requests

from .conftest import PAIRS, WAIT, Api, fresh_world

FIELDS = dict(zip(('consumer_key', 'secret_key'), PAIRS['live'], strict=True))


def ask(address, **options):
    return requests.post(address + '/v2/auth/request-token', timeout=WAIT, **options)


@pytest.mark.parametrize('options', [
    {'data': FIELDS}, {'json': FIELDS}, {'params': FIELDS},
    {'files': {k: (None, v) for k, v in FIELDS.items()}},
], ids=['urlencoded', 'json', 'query', 'multipart'])
def test_keys_are_taken_in_every_encoding(address, options):
    answer = ask(address, **options)
    assert answer.status_code == 200
    assert set(answer.json()) == {'access_token', 'expires_at'}


def test_a_multipart_body_labelled_urlencoded_is_understood(address):
    prepared = requests.Request('POST', address, files={k: (None, v) for k, v in FIELDS.items()}).prepare()
    answer = ask(address, data=prepared.body, headers={'Content-Type': 'application/x-www-form-urlencoded'})
    assert answer.status_code == 200


@pytest.mark.parametrize('fields, message', [
    ({**FIELDS, 'secret_key': 'sk_live_wrong'}, "Invalid secret key"),
    ({**FIELDS, 'secret_key': '\ud800'}, "Invalid secret key"),
    ({**FIELDS, 'consumer_key': 'ck_live_wrong'}, "Invalid secret key"),
    ({'consumer_key': FIELDS['consumer_key']}, "You must supply a secret_key"),
    ({}, "You must supply a consumer_key"),
])
def test_wrong_or_missing_keys_get_400_and_the_envelope(address, fields, message):
    answer = ask(address, json=fields)
    assert answer.status_code == 400
    assert answer.json() == {'error': {'message': message, 'errorCode': 'invalidRequest',
                                       'responseCode': 400}}


def test_a_token_lives_fifteen_minutes_by_the_sandbox_clock(api):
    api.control('POST', '/clock', {'advance': 890})
    assert api.call('GET', '/brands/1').status_code == 200
    api.control('POST', '/clock', {'advance': 15})
    answer = api.call('GET', '/brands/1')
    assert (answer.status_code, answer.json()['error']['errorCode']) == (401, 'badToken')


def test_a_newer_token_kills_the_older_one(api, address):
    second = Api(address).login()
    assert api.call('GET', '/brands/1').status_code == 401
    assert second.call('GET', '/brands/1').status_code == 200


def test_the_older_token_lives_on_when_superseding_is_switched_off(api, address):
    api.settings(supersede_tokens=False)
    Api(address).login()
    assert api.call('GET', '/brands/1').status_code == 200


def test_a_token_of_the_test_pair_does_not_kill_the_live_one(api, test_api):
    assert api.call('GET', '/brands/1').status_code == 200


@pytest.mark.parametrize('header', [None, '', 'nonsense', 'Bearer {}'])
def test_a_missing_unknown_or_bearer_token_gets_401(api, header):
    token = api.headers.pop('Authorization')
    headers = {} if header is None else {'Authorization': header.format(token)}
    assert api.call('GET', '/brands/1', headers=headers).status_code == 401


def test_a_token_is_bound_to_the_address_that_asked_for_it(serve):
    world = fresh_world()
    api = Api(serve(world)).login()
    for token in world.tokens._all.values():
        token.address = '192.0.2.1'
    assert api.call('GET', '/brands/1').status_code == 401
    api.settings(bind_token_to_ip=False)
    assert api.call('GET', '/brands/1').status_code == 200


def test_a_provider_token_must_belong_to_the_integration_of_the_keys(api):
    answer = api.call('GET', '/brands/1', headers={'Provider-Token': 'a' * 32})
    assert answer.status_code == 403
    assert "doesn't match the integration" in answer.json()['error']['message']
    api.settings(provider_token='a' * 32)
    assert api.call('GET', '/brands/1', headers={'Provider-Token': 'a' * 32}).status_code == 200


def test_the_two_key_pairs_see_different_stores(api, test_api):
    assert api.get('/listings', site_id=2000)['metadata']['total_rows'] == 60
    assert test_api.get('/listings', site_id=2000)['metadata']['total_rows'] == 8
    assert test_api.get('/orders', **{'filter[status]': 'all'})['metadata']['total_rows'] == 0
