"""Databases that the scripts make, each marked with a comment so that no other is ever touched."""

import contextlib
import shutil

import psycopg2
from psycopg2 import sql

from .console import Stop
from .odoo_cli import filestore
from .paths import ROOT, RUN
from .postgres import connect

MARK = f'made by {ROOT}'
HALF_MADE = 'half-made'
BEGUN = RUN / 'databases-begun'


def state(name):
    """Tell what a database of ours is ready for.

    :param str name: its name
    :return str: what :func:`mark` said last; None when there is no such database
    :raise Stop: when it exists and is not ours
    """
    rows = query("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
    if not rows:
        return None
    owner, _, what = (rows[0][0] or '').partition(': ')
    if owner != MARK:
        if not owner and (BEGUN / name).exists():
            return HALF_MADE
        raise Stop(f"The database {name} on this PostgreSQL server was not made here: "
                   f"rename or drop it, or name another server in the PG* variables.")
    return what


def mark(name, what):
    """Say what a database is ready for.

    :param str name: its name
    :param str what: for instance a hash of what was installed
    """
    comment = sql.Literal(f'{MARK}: {what}')
    execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), comment))


def create(name, template='template0'):
    """Make a database, in place of an older one of ours, marked as half-made.

    :param str name: its name
    :param str template: the database to copy, its files too; nobody may be connected to it
    :raise Stop: when the server refuses
    """
    if state(name) is not None:
        drop(name)
    collate = "LC_COLLATE 'C'" if template == 'template0' else ''
    with begun(name):
        execute(sql.SQL(f"CREATE DATABASE {{}} ENCODING 'UTF8' {collate} TEMPLATE {{}}").format(
            sql.Identifier(name), sql.Identifier(template)))
        mark(name, HALF_MADE)
    if template == 'template0':
        add_extensions(name)
    elif filestore(template).exists():
        shutil.copytree(filestore(template), filestore(name))


@contextlib.contextmanager
def begun(name):
    """Note that a database is ours while it has no mark yet; the note outlives whoever is killed meanwhile.

    :param str name: its name
    """
    BEGUN.mkdir(parents=True, exist_ok=True)
    (BEGUN / name).touch()
    try:
        yield
    except Stop:
        (BEGUN / name).unlink()
        raise
    (BEGUN / name).unlink()


def add_extensions(name):
    """Add what Odoo adds to databases that it creates itself; it does without where the server lacks it.

    :param str name: name of the database
    """
    with contextlib.closing(connect(name)) as connection, contextlib.suppress(psycopg2.Error):
        connection.cursor().execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")


def drop(name):
    """Drop a database of ours with its files.

    :param str name: its name
    """
    execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    shutil.rmtree(filestore(name), ignore_errors=True)


@contextlib.contextmanager
def fresh(name, template='template0'):
    """Make a database that is dropped again if the block fails.

    :param str name: its name
    :param str template: as for :func:`create`
    """
    create(name, template)
    try:
        yield
    except BaseException:
        drop(name)
        raise


def query(statement, values, database='postgres'):
    """Ask the server.

    :param str statement: SQL
    :param list values: its parameters; None takes every % as it is
    :param str database: name of the database
    :return list: rows as tuples
    """
    with contextlib.closing(connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def execute(statement):
    """Tell the server to do something that no transaction can hold.

    :param statement: composed SQL
    :raise Stop: when it refuses
    """
    try:
        with contextlib.closing(connect()) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
    except psycopg2.Error as error:
        raise Stop(f"PostgreSQL refuses: {' '.join(str(error).split())}") from None
