"""Measuring a piece of work: queries, seconds, seconds spent waiting for OnBuy, calls, memory."""

import gc
import time

from odoo import sql_db

from odoo.addons.onbuy_connector.lib.client import OnBuyClient


class Meter:
    """What a ``with`` block took. ``seconds`` are Odoo's: without the time spent waiting for OnBuy."""

    def __enter__(self):
        gc.collect()
        gc.freeze()  # What was done before makes nothing slower.
        self._send = OnBuyClient._send
        self.waited, self.calls = 0.0, 0
        OnBuyClient._send = self._timed(OnBuyClient._send)
        self._queries, self._started = sql_db.sql_counter, time.perf_counter()
        self._cpu = time.process_time()
        return self

    def __exit__(self, *exc_info):
        self.wall = time.perf_counter() - self._started
        self.cpu = time.process_time() - self._cpu
        self.queries = sql_db.sql_counter - self._queries
        self.seconds = self.wall - self.waited
        OnBuyClient._send = self._send
        gc.unfreeze()

    def _timed(self, send):
        """Return the client's sending method with a stop-watch."""
        def timed(*args, **kwargs):
            started = time.perf_counter()
            try:
                return send(*args, **kwargs)
            finally:
                self.waited += time.perf_counter() - started
                self.calls += 1
        return timed
