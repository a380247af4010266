"""Keeping the state between two runs, so that a demonstration goes on where it stopped."""

import os
import pickle

from .faults import Faults
from .limits import Usage


def load(path):
    """Return the World kept in a file, or None if there is none that this version can read.

    The file is this program's own; it must not come from anyone else (it is a pickle). Call counters and faults
    belong to one run and begin anew.
    """
    try:
        with open(path, 'rb') as file:
            world = pickle.load(file)
    except (OSError, pickle.UnpicklingError, AttributeError, ImportError, EOFError, TypeError, ValueError):
        return None
    for account in world.accounts.values():
        account.usage = Usage()
    world.faults = Faults(world.seed)
    return world


def save(world, path):
    """Write a World to a file, whole or not at all. Raises OSError."""
    partial = f'{path}.part'
    with open(partial, 'wb') as file:
        pickle.dump(world, file)
    os.replace(partial, path)
