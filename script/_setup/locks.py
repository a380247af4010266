"""One server and one test run at a time from a checkout."""

import contextlib
import fcntl

from .console import Stop
from .paths import RUN

TAKEN = {
    'server': "This checkout's server is running already: stop it with Ctrl-C where it was started.",
    'test': "This checkout's tests are running already: wait for their end.",
}


@contextlib.contextmanager
def only_one(name):
    """Hold a lock while the block runs; it ends with the process, however that ends.

    :param str name: ``'server'`` or ``'test'``
    :raise Stop: when another process holds it
    """
    RUN.mkdir(exist_ok=True)
    with (RUN / f'{name}.lock').open('w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(TAKEN[name]) from None
        yield
