"""`python -m onbuy_sandbox`: run the sandbox until Ctrl-C."""

import argparse
import asyncio
import re
import signal
import sys

from aiohttp import web

from . import keeping
from .app import build_app
from .seed.world import build_world
from .settings import CHOICES, Settings

KEYS = {  # for demonstrations; nothing else accepts them
    'consumer_key': 'ck_live_0f1e2d3c4b5a69788796a5b4c3d2e1f0',
    'secret_key': 'sk_live_a1b2c3d4e5f60718293a4b5c6d7e8f90',
    'test_consumer_key': 'ck_test_1a2b3c4d5e6f708192a3b4c5d6e7f809',
    'test_secret_key': 'sk_test_9f8e7d6c5b4a39281706f5e4d3c2b1a0',
}
SECONDS_TO_CLOSE = 1.0
LONGEST_LINE = 128 * 1024  # of a request: a thousand skus[] of check-winning


def parse_options(arguments=None):
    """Return the options in `arguments` (list of text, default the command line's)."""
    parser = argparse.ArgumentParser(prog='python -m onbuy_sandbox', description=(
        "A local server of OnBuy's marketplace API v2 with state, limits, queues and faults."))
    parser.add_argument('--host', default='127.0.0.1',
                        help="address to listen on (default: this machine only)")
    parser.add_argument('--port', type=int, default=8900, help="0 takes a free port")
    parser.add_argument('--base', default='/v2', type=_base, help="where the API's addresses begin")
    parser.add_argument('--seed', type=int, default=1, help="the same seed gives the same shop")
    parser.add_argument('--listings', type=_count, default=1000, metavar='N')
    parser.add_argument('--orders', type=_count, default=60, metavar='N')
    parser.add_argument('--no-limits', action='store_true', help="no rate limits")
    parser.add_argument('--types', choices=CHOICES['types'], default='official',
                        help="ids and quantities of orders: texts (official) or integers (observed)")
    parser.add_argument('--state', metavar='FILE', help=(
        "keep everything in this file between two runs; the shop's options count only for a new one"))
    for name, value in KEYS.items():
        parser.add_argument('--' + name.replace('_', '-'), default=value, metavar='KEY')
    return parser.parse_args(arguments)


def _base(text):
    if not re.fullmatch(r'(/[\w.-]+)*/v2', text):
        raise argparse.ArgumentTypeError("must begin with / and end in /v2")
    return text


def _count(text):
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def world_of(options):
    """Return the World that the options describe."""
    keys = {
        'live': (options.consumer_key, options.secret_key),
        'test': (options.test_consumer_key, options.test_secret_key),
    }
    settings = Settings(types=options.types, limits_enabled=not options.no_limits)
    return build_world(keys, options.listings, options.orders, options.seed, settings)


async def run(options):
    """Serve until SIGINT or SIGTERM. Raises OSError if the port cannot be had."""
    world = options.state and keeping.load(options.state) or world_of(options)
    runner = web.AppRunner(build_app(world, options.base), access_log=None,
                           shutdown_timeout=SECONDS_TO_CLOSE, max_line_size=LONGEST_LINE,
                           max_field_size=LONGEST_LINE)
    await runner.setup()
    try:
        await web.TCPSite(runner, options.host, options.port).start()
        _announce(options, runner.addresses[0][1])
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await stop.wait()
    finally:
        await runner.cleanup()
    if options.state:
        keeping.save(world, options.state)


def _announce(options, port):
    address = f'http://{options.host}:{port}'
    print(f"OnBuy sandbox on {address} (API: {address}{options.base}, page: {address}/)")
    print(f"  live keys: {options.consumer_key} {options.secret_key}")
    print(f"  test keys: {options.test_consumer_key} {options.test_secret_key}", flush=True)


def main(arguments=None):
    """Run with `arguments`; return the exit code."""
    options = parse_options(arguments)
    try:
        asyncio.run(run(options))
    except OSError as error:
        reason = error.strerror or error
        print(f"The sandbox cannot listen on {options.host}:{options.port}: {reason}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == '__main__':
    sys.exit(main())
