"""The scripts on bad days: one clear sentence, a non-zero exit code, no traceback."""

import os
import shutil
import socket
import subprocess
import sys
from unittest.mock import Mock

import pytest

from conftest import ROOT

SCRIPTS = ('script', 'requirements-dev.txt')
# nobody listens on port 9 (discard) of this machine
NO_NETWORK = {name: 'http://127.0.0.1:9' for name in ('http_proxy', 'https_proxy')}


@pytest.fixture
def checkout(tmp_path):
    """Copy the scripts, so that the set-up starts from nothing and spoils nothing.

    :return pathlib.Path: the copy
    """
    for name in SCRIPTS:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    return tmp_path


def run(folder, script, **variables):
    """Run a script that is expected to fail.

    :param pathlib.Path folder: the checkout
    :param str script: its name
    :param variables: of the environment, besides ours
    :return str: what it said
    """
    ours = ('PG', 'ODOO_', 'SANDBOX_')
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    # a shell that is found whatever PATH the test sets
    done = subprocess.run([shutil.which('bash'), folder / 'script' / script], env={**kept, **variables},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=120, check=False)
    assert done.returncode not in (0, 2), done.stdout
    assert 'Traceback' not in done.stdout
    return done.stdout.strip()


@pytest.fixture
def taken_port():
    """Listen on a port.

    :return str: its number
    """
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen()
        yield str(listener.getsockname()[1])


def path_without(folder, *missing):
    """Make a PATH that has the tools the scripts need, without some.

    :param pathlib.Path folder: where to make it
    :param missing: names to leave out
    :return str: the PATH
    """
    tools = folder / 'tools'
    tools.mkdir()
    for name in {'apt-get', 'bash', 'dirname', 'dpkg', 'dpkg-deb', 'python3', 'tar'} - set(missing):
        found = sys.executable if name == 'python3' else shutil.which(name)
        if found:
            (tools / name).symlink_to(found)
    return str(tools)


def test_a_taken_port_is_named_with_the_variable_that_changes_it(checkout, taken_port):
    said = run(checkout, 'server', ODOO_PORT=taken_port)
    assert said == f"Port {taken_port} is taken by another program: set ODOO_PORT to a free one."


def test_a_taken_port_of_the_sandbox_is_named_too(checkout, taken_port):
    from _setup.ports import free_port
    said = run(checkout, 'server', ODOO_PORT=str(free_port()), SANDBOX_PORT=taken_port)
    assert said == f"Port {taken_port} is taken by another program: set SANDBOX_PORT to a free one."


@pytest.mark.parametrize('port', ['http', '0', '70000', '-1', '80.5'])
def test_what_is_no_port_number_is_refused(checkout, port):
    said = run(checkout, 'server', ODOO_PORT=port)
    assert said == f"ODOO_PORT={port} is no port: give a number from 1 to 65535."


def test_one_port_for_both_servers_is_refused(checkout):
    said = run(checkout, 'server', ODOO_PORT='18069', SANDBOX_PORT='18069')
    assert said == "ODOO_PORT and SANDBOX_PORT are both 18069: give them different numbers."


def test_a_second_server_of_the_same_checkout_is_refused(checkout):
    (checkout / '.run').mkdir()
    with (checkout / '.run' / 'server.lock').open('w') as lock:
        import fcntl
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = run(checkout, 'server')
    assert said == "This checkout's server is running already: stop it with Ctrl-C where it was started."


def test_a_machine_without_a_usable_python_is_told_so(checkout, tmp_path):
    said = run(checkout, 'bootstrap', PATH=path_without(tmp_path, 'python3'))
    assert said.startswith("No Python 3.10 to 3.13 on PATH")


def test_a_folder_that_odoo_cannot_work_from_is_refused(checkout):
    inside = checkout / 'one, two'
    inside.mkdir()
    for name in SCRIPTS:
        (checkout / name).rename(inside / name)
    said = run(inside, 'bootstrap')
    assert said == f"Odoo cannot work from a folder with a comma in its path: move {inside}."


def test_without_a_network_python_packages_are_tried_twice_then_explained(checkout):
    said = run(checkout, 'bootstrap', PIP_INDEX_URL='https://127.0.0.1:9/simple', PIP_NO_INDEX='',
               PIP_CONFIG_FILE=os.devnull, PIP_FIND_LINKS='', **NO_NETWORK).splitlines()
    assert said[-2] == "Python packages cannot be installed; trying once more."
    assert said[-1].startswith("Python packages cannot be installed: ERROR: ")


def test_an_odoo_home_without_odoo_is_refused(checkout, tmp_path, monkeypatch):
    from _setup import odoo_home
    from _setup.console import Stop
    monkeypatch.setenv('ODOO_HOME', str(tmp_path))
    with pytest.raises(Stop, match="holds no Odoo 19"):
        odoo_home.odoo_folder()


@pytest.fixture
def private_apt(tmp_path, monkeypatch):
    """Give the set-up a folder of its own for what apt keeps.

    :return module: what fetches Debian packages
    """
    from _setup import apt, commands
    monkeypatch.setattr(apt, 'APT', tmp_path / 'apt')
    monkeypatch.setattr(commands, 'LOGS', tmp_path / 'log')
    monkeypatch.setattr(commands, 'RETRY_AFTER_SECONDS', 0)
    return apt


def test_a_machine_without_apt_is_told_what_is_missing(private_apt, monkeypatch, tmp_path):
    from _setup.console import Stop
    monkeypatch.setenv('PATH', str(tmp_path))
    with pytest.raises(Stop, match="apt-get is not on PATH"):
        private_apt.update()


@pytest.mark.skipif(not shutil.which('apt-get'), reason="needs apt-get")
def test_a_mirror_that_does_not_answer_is_tried_twice_then_explained(private_apt, monkeypatch, capfd):
    from _setup.console import Stop
    monkeypatch.setattr(private_apt, 'machine_mirror', lambda: 'http://127.0.0.1:9/debian')
    with pytest.raises(Stop, match="Debian's lists of packages cannot be downloaded: .*127.0.0.1"):
        private_apt.update()
    assert capfd.readouterr().out.count("trying once more") == 1


@pytest.mark.skipif(not shutil.which('apt-get'), reason="needs apt-get")
def test_a_mirror_with_a_forged_signature_is_refused(private_apt, monkeypatch, tmp_path):
    from _setup.console import Stop
    for suite in (private_apt.STABLE, private_apt.UNSTABLE):
        forged = tmp_path / 'mirror' / 'dists' / suite
        forged.mkdir(parents=True)
        (forged / 'InRelease').write_text(f'Origin: Debian\nSuite: {suite}\nCodename: {suite}\n')
    monkeypatch.setattr(private_apt, 'machine_mirror', lambda: f"file://{tmp_path / 'mirror'}")
    with pytest.raises(Stop, match="cannot be downloaded"):
        private_apt.update()


def test_a_full_disk_is_told_before_anything_is_downloaded(monkeypatch, tmp_path):
    from _setup import bootstrap
    from _setup.console import Stop
    monkeypatch.setattr(bootstrap, 'RUN', tmp_path)
    monkeypatch.setattr(bootstrap, 'NEEDED_GIGABYTES', 10 ** 9)
    with pytest.raises(Stop, match="GB are free"):
        bootstrap.check_disk()


def test_a_postgresql_server_that_does_not_answer_is_explained(monkeypatch, taken_port):
    from _setup import postgres
    from _setup.console import Stop
    monkeypatch.setenv('PGHOST', '127.0.0.1')
    monkeypatch.setenv('PGPORT', '9')
    with pytest.raises(Stop, match="named by the PG\\* variables cannot be used"), postgres.server('x', {}):
        pass


def test_a_data_folder_that_postgresql_refuses_is_explained(monkeypatch, tmp_path):
    from _setup import postgres
    from _setup.console import Stop
    for variable in postgres.ADDRESS_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(postgres, 'RUN', tmp_path)
    (tmp_path / 'data').mkdir()
    (tmp_path / 'data' / 'PG_VERSION').write_text('9.6\n')
    with pytest.raises(Stop, match="PostgreSQL did not start: "), postgres.server('data', {}):
        pass


def test_a_database_made_by_someone_else_is_never_touched(installed_database):
    from _setup import databases
    from _setup.console import Stop
    name = f'{installed_database}_foreign'
    databases.create(name)
    databases.query(f'COMMENT ON DATABASE {name} IS NULL', [])
    try:
        with pytest.raises(Stop, match="was not made here"):
            databases.create(name)
    finally:
        databases.mark(name, databases.HALF_MADE)
        databases.drop(name)


def test_a_database_whose_making_was_killed_before_it_was_marked_is_made_again(installed_database, monkeypatch):
    from _setup import databases
    name = f'{installed_database}_killed'
    with monkeypatch.context() as killing, pytest.raises(KeyboardInterrupt):
        killing.setattr(databases, 'mark', Mock(side_effect=KeyboardInterrupt))
        databases.create(name)
    assert databases.state(name) == databases.HALF_MADE
    databases.create(name)
    databases.mark(name, "whole")
    assert databases.state(name) == "whole"
    databases.drop(name)


def test_a_half_made_database_is_removed_when_its_making_fails(installed_database):
    from _setup import databases
    name = f'{installed_database}_half'
    with pytest.raises(ZeroDivisionError), databases.fresh(name):
        raise ZeroDivisionError
    assert databases.state(name) is None
