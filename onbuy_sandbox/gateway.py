"""The way of every API request: record, fault, token, allowance, handler, answer."""

import asyncio
import contextlib
import json
import sys
import traceback
from dataclasses import dataclass, replace

from aiohttp import web

from . import auth, parsing
from .call import Call
from .clock import stamp
from .errors import DEFECT, ApiError
from .faults import PAGE_KINDS, PICTURES, spoil_page

HEADERS = {
    'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': '*', 'Cache-Control': 'private',
}


@dataclass(frozen=True)
class Route:
    """An endpoint: `handler` takes a Call and returns JSON, or bytes of the content type `kind`; `site` is its
    `site_id` policy (see Call)."""

    method: str
    path: str
    handler: object
    site: str = 'default'
    token: bool = True
    kind: str = 'application/json'


@dataclass(frozen=True)
class Answer:
    """What goes back: a status, a JSON value or bytes as they are, their content type, and extra headers."""

    status: int
    payload: object = None
    kind: str = 'application/json'
    headers: tuple = ()

    def body(self):
        """Return the body's bytes."""
        return self.payload if isinstance(self.payload, bytes) else json.dumps(self.payload).encode()


class Dropped(Exception):
    """The connection is cut without an answer."""


class Gateway:
    """Serves the routes out of `world`, under addresses that begin with `base`."""

    def __init__(self, world, base):
        self.world = world
        self.base = base

    async def serve(self, request, route):
        """Answer `request` (aiohttp) by `route`, with the fault that strikes it, and record both; a picture is no call."""
        raw = await request.read()
        world = self.world
        entry = {} if request.path.startswith(PICTURES) else world.journal.open(
            stamp(world.clock.now()), request.method, request.path, request.query_string, raw)
        query = parsing.parse_query(request.query.items())
        path = request.path.removeprefix(self.base)
        fault = world.faults.pick(request.method, path, parsing.integer(query.get('offset')))
        entry['fault'] = fault and fault.kind
        try:
            answer = await self._with_fault(fault, request, route, query, raw, entry)
        except Dropped:
            if request.transport:
                request.transport.abort()
            return web.Response(status=500)
        answer, body = _written(answer)
        entry['status'] = answer.status
        return web.Response(
            status=answer.status, body=body, content_type=answer.kind,
            headers={**HEADERS, **dict(answer.headers)})

    async def _with_fault(self, fault, request, route, query, raw, entry):
        if fault is None:
            return self._answer(request, route, query, raw, entry)
        if fault.kind in ('timeout_before', 'drop_before'):
            await self._drop(fault)
        if fault.kind == 'status':
            return self._refuse(fault)
        if fault.kind == 'non_json':
            return Answer(fault.status, fault.body.encode(), 'text/html')
        if fault.kind == 'superseded_token':
            self._supersede(request)
        if fault.kind == 'repeated_page':
            return self._repeat_page(request, route, query, raw, entry)
        answer = self._answer(request, route, query, raw, entry)
        return await self._spoil(fault, answer)

    async def _spoil(self, fault, answer):
        """Change an answer whose effect has happened, as `fault` says."""
        if fault.kind in ('timeout_after', 'drop_after'):
            await self._drop(fault)
        if fault.kind == 'slow':
            await asyncio.sleep(fault.seconds)
        if fault.kind in PAGE_KINDS:
            return replace(answer, payload=spoil_page(fault, answer.payload))
        if fault.kind == 'malformed_json':
            answer, body = _written(answer)
            return replace(answer, payload=body[:max(1, len(body) * 2 // 3)])
        return answer

    async def _drop(self, fault):
        if fault.kind.startswith('timeout'):
            await asyncio.sleep(fault.seconds)
        raise Dropped

    def _refuse(self, fault):
        wait = fault.retry_after
        error = ApiError(fault.status, fault.message, headers={'Retry-After': str(wait)} if wait else None)
        return _error_answer(error)

    def _supersede(self, request):
        """Log in elsewhere with the keys of this request's token, if it has a good one."""
        with contextlib.suppress(ApiError):
            self.world.tokens.supersede(self._account(request))

    def _repeat_page(self, request, route, query, raw, entry):
        """Answer with the rows of the page before, under the metadata of this one."""
        answer = self._answer(request, route, query, raw, entry)
        if not isinstance(answer.payload, dict) or 'metadata' not in answer.payload:
            return answer
        metadata = answer.payload['metadata']
        earlier = max(0, metadata['offset'] - metadata['limit'])
        before = self._answer(request, route, {**query, 'offset': str(earlier)}, raw, entry)
        return replace(before, payload={**before.payload, 'metadata': metadata})

    def _answer(self, request, route, query, raw, entry):
        """Return the honest answer to a request."""
        try:
            return Answer(200, self._handle(request, route, query, raw, entry), route.kind)
        except ApiError as error:
            return _error_answer(error)
        except Exception:
            return _defect()

    def _handle(self, request, route, query, raw, entry):
        world = self.world
        world.settle()
        if route.handler is auth.request_token:
            fields = {**query, **parsing.parse_form(raw)}
            account = auth.account_of_keys(world.accounts.values(), fields)
            body = {}
        elif route.token:
            account = self._account(request)
            body = parsing.parse_json(raw)
        else:
            account, body = None, {}
        entry['mode'] = account and account.mode
        if account:
            auth.check_provider(request.headers.get('Provider-Token'), world.settings)
            account.usage.spend(request.method, world.settings, world.clock.ticks())
        call = Call(world, account, query, body, dict(request.match_info),
                    f'{request.scheme}://{request.host}', request.remote)
        call.check_site(route.site)
        return route.handler(call)

    def _account(self, request):
        world = self.world
        return world.tokens.account_for(
            request.headers.get('Authorization'), request.remote, world.settings, world.clock.unix())


def _written(answer):
    """Return `answer` and its bytes; one that cannot be written becomes the API's 500."""
    try:
        return answer, answer.body()
    except Exception:
        answer = _defect()
        return answer, answer.body()


def _defect():
    """Return the API's 500, for the exception being handled: a defect of the sandbox, told on stderr."""
    traceback.print_exc(file=sys.stderr)
    return _error_answer(ApiError(500, DEFECT))


def _error_answer(error):
    return Answer(error.status, error.envelope(), headers=tuple(error.headers.items()))
