"""Bad days on demand: `POST /_control/faults`."""

import random
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase

from .errors import DEFECT

PAGE_KINDS = ('short_page', 'empty_page', 'repeated_page')
KINDS = (
    'status', 'non_json', 'malformed_json', 'timeout_before', 'timeout_after', 'drop_before', 'drop_after',
    *PAGE_KINDS, 'slow', 'superseded_token',
)
TEXTS = ('kind', 'method', 'path', 'message', 'body')
NULLABLE = ('count', 'retry_after')
PICTURES = '/images/'
HTML = "<!DOCTYPE html><html><title>Error</title><body><h1>Something went wrong</h1></body></html>"


@dataclass
class Fault:
    """One fault. `path` is a shell pattern for the address after `/v2`, e.g. `/orders*`."""

    id: int
    kind: str
    method: str = '*'
    path: str = '*'
    count: int | None = None  # how often it strikes at most; None = always
    after: int = 0  # matching calls let through first
    probability: float = 1.0
    status: int = 500  # of `status` and `non_json`
    message: str = DEFECT
    body: str = HTML  # of `non_json`
    seconds: float = 1.0  # of the time-outs and `slow`, real time
    rows: int = 1  # rows that `short_page` leaves out
    retry_after: int | None = None
    struck: int = 0

    def matches(self, method, path, offset):
        """Tell whether a call (with the `offset` it asks for) is one that this fault may strike.

        Pictures are struck only by faults whose path names them.
        """
        if path.startswith(PICTURES) and not self.path.startswith(PICTURES):
            return False
        if self.kind == 'repeated_page' and not offset:
            return False
        return self.method in ('*', method) and fnmatchcase(path, self.path)

    def as_dict(self):
        """Return the fault as a JSON-ready dict."""
        return asdict(self)


class Faults:
    """The faults that are set, and the dice for their probability."""

    def __init__(self, seed):
        self._dice = random.Random(seed)
        self._next_id = 1
        self.active = []

    def add(self, wish):
        """Set the fault that `wish` (dict) describes and return it. Raises ValueError with a sentence."""
        if not isinstance(wish, dict) or wish.get('kind') not in KINDS:
            raise ValueError(f"A fault needs a kind out of {', '.join(KINDS)}.")
        unknown = set(wish) - set(Fault.__dataclass_fields__) | {'id', 'struck'} & set(wish)
        if unknown:
            raise ValueError(f"A fault has no {', '.join(sorted(unknown))}.")
        for name, value in wish.items():
            if not (value is None and name in NULLABLE) and not _fits(name, value):
                raise ValueError(f"{name} cannot be {value!r}.")
        fault = Fault(self._next_id, **wish)
        fault.method = fault.method.upper()
        fault.path = fault.path.removeprefix('/v2')
        self._next_id += 1
        self.active.append(fault)
        return fault

    def remove(self, fault_id=None):
        """Remove one fault by id, or all; return how many went."""
        before = len(self.active)
        self.active = [fault for fault in self.active if fault_id is not None and fault.id != fault_id]
        return before - len(self.active)

    def pick(self, method, path, offset):
        """Return the first fault that strikes this call, or None."""
        for fault in self.active:
            if fault.matches(method, path, offset) and self._strikes(fault):
                return fault
        return None

    def _strikes(self, fault):
        if fault.after > 0:
            fault.after -= 1
            return False
        if fault.count is not None and fault.struck >= fault.count:
            return False
        if fault.probability < 1 and self._dice.random() >= fault.probability:
            return False
        fault.struck += 1
        return True


def spoil_page(fault, payload):
    """Return `payload` with its `results` cut as the page fault says.

    The metadata stay as they were (16.3).
    """
    if not isinstance(payload, dict) or not isinstance(payload.get('results'), list):
        return payload
    rows = payload['results']
    kept = rows[:max(0, len(rows) - fault.rows)] if fault.kind == 'short_page' else []
    return {**payload, 'results': kept}


def _fits(name, value):
    """Tell whether `value` is of the kind that field `name` of a fault takes."""
    if name in TEXTS:
        return isinstance(value, str)
    kind = (int, float) if name in ('probability', 'seconds') else int
    return isinstance(value, kind) and not isinstance(value, bool) and (
        200 <= value <= 599 if name == 'status' else value >= 0)
