"""Stamps: a folder that was made says from what, so that it is made again only when that changes."""

import hashlib

NAME = '.made-from'


def digest(content):
    """Hash what a folder is made from.

    :param content: anything whose ``repr`` tells it
    :return str: SHA-256 in hexadecimal
    """
    return hashlib.sha256(repr(content).encode()).hexdigest()


def is_current(folder, content):
    """Tell whether a folder was made from this.

    :param pathlib.Path folder: the folder
    :param content: as for :func:`digest`
    :return bool: whether its stamp says so
    """
    stamp = folder / NAME
    return stamp.exists() and stamp.read_text() == digest(content)


def write_stamp(folder, content):
    """Say what a folder was made from, once it is complete.

    :param pathlib.Path folder: the folder
    :param content: as for :func:`digest`
    """
    (folder / NAME).write_text(digest(content))
