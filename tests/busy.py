"""A busy shop whose workers are killed, are many, or lose their database or OnBuy, while people go on working.

Runs inside a database (see ``inside``). A worker is a process of its own, forked from a program that has Odoo loaded.
"""

import os
import random
import signal
import threading
import time
import traceback
from collections import Counter
from contextlib import suppress

import psycopg2
import requests
from ten_days import Days

from odoo import sql_db
from odoo.exceptions import UserError
from odoo.service.model import retrying

TASKS = ('sync_orders', 'send_actions', 'push_offers', 'sync_order_statuses', 'sync_listings', 'publish', 'compare_offers',
         'reconcile')
BUTTONS = ('action_sync_orders', 'action_sync_order_statuses', 'action_sync_listings', 'action_reconcile')
SLOW = {'kind': 'slow', 'path': '/*', 'method': '*', 'seconds': 0.2, 'probability': 0.5}  # a moment often strikes a call
LONGEST_LIFE = 2  # seconds of a worker
PATIENCE = 30  # seconds in which the sandbox and PostgreSQL are back
WAIT = {'minutes': 20}  # from one round to the next
NEW = 'NEW-%'  # SKUs of products that are listed


class Busy(Days):
    """A shop with workers in processes of their own.

    :param env: of ``odoo shell``
    :param int seed: of all that happens
    """

    def __init__(self, env, seed):
        super().__init__(env, seed)
        self.happened['products'] = 0
        self.read_catalogue()
        self.drafted, self.made = self.count_drafts(), self.count_made()
        for _number in range(6):
            self.order()
        for _round in range(3):  # So that there are orders in every state.
            self.live()
            self.run(*TASKS)

    # === TROUBLE === #

    def lose_workers(self, kills):
        """Kill a worker again and again, at any moment.

        :param int kills: how many times
        """
        for _kill in range(kills):
            worker = self.start_worker()
            self.live_until(os.kill, worker, signal.SIGKILL)
            assert self.bury(worker) == [-signal.SIGKILL], "the worker failed by itself"

    def lose_database(self, crashes):
        """Have PostgreSQL throw everyone out and start anew from its log, again and again.

        :param int crashes: how many times
        """
        for _crash in range(crashes):
            worker = self.start_worker()
            with suppress(psycopg2.Error):
                self.live_until(crash_postgres)
            self.reconnect()
            os.kill(worker, signal.SIGKILL)
            self.bury(worker)

    def lose_onbuy(self, stop):
        """Go on while somebody else stops and starts the sandbox.

        :param str stop: file that says that it is over
        """
        worker = self.start_worker()
        while not os.path.exists(stop):
            self.live()
        os.kill(worker, signal.SIGKILL)
        assert self.bury(worker) == [-signal.SIGKILL], "the worker failed by itself"

    def race(self, workers, rounds):
        """Have several workers do the same at once; one of them presses buttons as well.

        :param int workers: how many
        :param int rounds: how many times
        """
        for _round in range(rounds):
            racing = [self.fork(self.do_all, self.dice.random(), not number) for number in range(workers)]
            self.live()
            assert not any(self.bury(*racing)), "a worker failed"

    def live_until(self, strike, *args):
        """Have people work until, at a moment that the dice choose, something strikes.

        :param strike: a function, with ``args``
        """
        timer = threading.Timer(self.dice.uniform(0.05, LONGEST_LIFE), strike, args)
        timer.start()
        while timer.is_alive():
            self.live()

    # === WORKERS === #

    def start_worker(self):
        """Start a worker that goes on for ever; calls are slow meanwhile. Return its process id."""
        self.end_bad_luck()
        self.control('POST', '/faults', SLOW)
        return self.fork(self.work, self.dice.random(), os.getpid())

    def fork(self, work, *args):
        """Have a process of its own do something.

        :param work: a method, with ``args``
        :return: its process id
        """
        self.env.cr.commit()
        worker = os.fork()
        if worker:
            return worker
        code = 1
        try:
            sql_db._Pool._connections.clear()  # They are the parent's: they are forgotten, not closed.
            self.session = requests.Session()
            with self.env.registry.cursor() as cr:
                self.connect(cr)
                work(*args)
            code = 0
        except BaseException:  # noqa: BLE001  The parent sees the code and the log.
            traceback.print_exc()
        finally:
            os._exit(code)

    def bury(self, *workers):
        """Wait for the end of workers, let time pass, and return their exit codes.

        Odoo leaves a task out once, until it is due again, if its process died three times in a row before a store was
        done. All die here, so that is forgotten.
        """
        codes = [os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) for worker in workers]
        self.env.cr.execute("UPDATE ir_cron_progress SET timed_out_counter = 0 WHERE timed_out_counter > 0")
        self.env.cr.commit()
        self.pass_time(**WAIT)
        return codes

    def work(self, seed, parent):
        """Run tasks in any order as long as the parent lives."""
        dice = random.Random(seed)
        while os.getppid() == parent:
            self.run_if_free(dice.choice(TASKS))

    def do_all(self, seed, presses):
        """Run every task once, in any order.

        :param bool presses: press a button after each as well
        """
        dice = random.Random(seed)
        for name in dice.sample(TASKS, len(TASKS)):
            self.run_if_free(name)
            if presses:
                self.press(dice.choice(BUTTONS))

    def run_if_free(self, name):
        """Run a task unless another worker runs it."""
        try:
            self.run(name)
        except UserError as error:
            assert "already executing" in str(error), error
            self.env.cr.rollback()
        except psycopg2.extensions.TransactionRollbackError:  # Another worker has just run it: Odoo's own loop goes on, too.
            self.env.cr.rollback()

    def press(self, button):
        """Press a button of the store; that OnBuy is being talked to already is no error."""
        try:
            retrying(getattr(self.store, button), self.env)
        except UserError as error:
            assert "A sync of" in str(error), error
            self.env.cr.rollback()

    # === CONNECTIONS === #

    def connect(self, cr):
        """Go on with another cursor."""
        self.env = self.env(cr=cr)
        self.store, self.location = self.store.with_env(self.env), self.location.with_env(self.env)

    def reconnect(self):
        """Wait until PostgreSQL is back, and go on."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                cr = self.env.registry.cursor()
                cr.execute("SELECT 1")
                return self.connect(cr)
            except psycopg2.Error:
                assert time.monotonic() < end, "PostgreSQL does not come back"
                time.sleep(0.1)

    def control(self, method, path, json=None):
        """Override to wait until the sandbox is back."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return super().control(method, path, json)
            except requests.ConnectionError:
                assert time.monotonic() < end, "the sandbox does not come back"
                time.sleep(0.1)

    # === LIFE === #

    def get_deeds(self):
        """Override: products are listed, too."""
        return [*super().get_deeds(), self.list_product]

    def do(self, deed):
        """Override: what collides with a worker is done again, as Odoo's server does."""
        retrying(deed, self.env)

    def list_product(self):
        """Have the seller list a product that OnBuy does not know."""
        self.make_drafts(self.count_drafts() + 1).action_list_now()
        self.happened['products'] += 1

    # === THE END === #

    def rest(self):
        """Override: what was to be listed is listed first."""
        self.end_bad_luck()
        for _look in range(6):
            self.run('publish')
            self.pass_time(**WAIT)
        return super().rest()

    def find_wrong(self):
        """Override: every order and product that OnBuy has counts, and each product is there once."""
        self.names = [row['order_id'] for row in self.account()['orders']]
        asked, made = self.count_drafts() - self.drafted, self.count_made() - self.made
        skus = Counter(row['sku'] for row in self.account()['listings'])
        return [*super().find_wrong(), *(f"{sku} is on OnBuy {count} times" for sku, count in skus.items() if count > 1),
                *([f"{asked} products were to be listed, {made} were made"] if asked != made else [])]

    def count_drafts(self):
        """Return how many products were to be listed."""
        return self.env['product.product'].search_count([('default_code', '=like', NEW)])

    def count_made(self):
        """Return how many products OnBuy has."""
        return self.control('GET', '/state')['products']


def crash_postgres():
    """Kill one of PostgreSQL's own processes: it ends all others and starts anew, as after `restart -m immediate`."""
    connection = psycopg2.connect(dbname='postgres')
    os.kill(connection.info.backend_pid, signal.SIGKILL)
    with suppress(psycopg2.Error):
        connection.close()


def run(env, seed, trouble, *args):
    """Let a trouble happen, then rest.

    :param str trouble: name of a method of Busy, with ``args``
    :return: see :meth:`Days.rest`
    """
    shop = Busy(env, seed)
    getattr(shop, trouble)(*args)
    return shop.rest()
