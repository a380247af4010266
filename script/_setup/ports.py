"""Ports of the demonstration: read from the environment and checked before any work is done."""

import os
import socket

from .console import Stop

HOST = '127.0.0.1'
VARIABLES = {'ODOO_PORT': 8069, 'SANDBOX_PORT': 8900}


def demo_ports():
    """Read the ports of Odoo and the sandbox, and make sure that both are free.

    :return list: the two numbers
    :raise Stop: when one is no port number, or taken
    """
    odoo, sandbox = (number(variable, default) for variable, default in VARIABLES.items())
    if odoo == sandbox:
        raise Stop(f"ODOO_PORT and SANDBOX_PORT are both {odoo}: give them different numbers.")
    check_free('ODOO_PORT', odoo)
    check_free('SANDBOX_PORT', sandbox)
    return odoo, sandbox


def number(variable, default):
    """Read a port number.

    :param str variable: name of an environment variable
    :param int default: what it is when not set
    :return int: the number
    :raise Stop: when it is none
    """
    text = os.environ.get(variable) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Stop(f"{variable}={text} is no port: give a number from 1 to 65535.")
    return int(text)


def check_free(variable, port):
    """Make sure that a port can be listened on.

    :param str variable: the environment variable that changes it
    :param int port: the number
    :raise Stop: when it cannot
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen()
        except PermissionError:
            raise Stop(f"Port {port} may not be used here: set {variable} to one above 1023.") from None
        except OSError:
            raise Stop(f"Port {port} is taken by another program: set {variable} to a free one.") from None


def free_port():
    """Find a port that is free now.

    :return int: its number
    """
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
