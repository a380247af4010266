"""Every switch of the sandbox, in one place."""

from dataclasses import asdict, dataclass, field, fields

METHODS = ('GET', 'POST', 'PUT', 'DELETE')
CHOICES = {
    'types': ('official', 'observed'),
    'by_sku_form': ('2024', '2017'),
    'name_limit': ('characters', 'bytes'),
}


def _hourly():
    return {'GET': 600, 'POST': 240, 'PUT': 240, 'DELETE': 240}


def _daily():
    return dict.fromkeys(METHODS, 12000)


@dataclass
class Settings:
    """Switches of "OnBuy API reference", 25 and 26; `PUT /_control/settings` changes them while the server
    runs.

    Names ending in `_seconds` and `_days` are durations on the sandbox's clock.
    """

    types: str = 'official'  # ids and quantities of orders: strings, or integers as observed (4)
    limits_enabled: bool = True
    hour_limits: dict = field(default_factory=_hourly)
    day_limits: dict = field(default_factory=_daily)
    burst_calls: int = 20  # calls of all methods within burst_seconds; 0 = no burst limit
    burst_seconds: float = 10
    burst_penalty_seconds: float = 0  # after a burst, refuse everything for so long
    retry_after_seconds: int = 0  # 0 = a 429 carries no Retry-After, as seen live (6)
    token_seconds: int = 900
    bind_token_to_ip: bool = True
    supersede_tokens: bool = True  # a new token kills the older one of its key pair (5)
    page_limit: int = 0  # rows a page at most, whatever is asked; 0 = what each list allows (4)
    provider_token: str = ''  # the integration the keys were made for; '' = none
    queue_delay_seconds: float = 5
    queue_uid: bool = False  # queue rows carry the uid (15)
    create_listing_with_product: bool = True
    sku_unaddressable_seconds: float = 0  # after queue success, "SKU does not exist" for so long (15)
    opc_unknown_seconds: float = 0  # a new product "does not yet exist for the site" for so long (16.1)
    sku_reserved_seconds: float = 0  # a deleted SKU stays taken for so long (16.1)
    draft_days: float = 3  # unpublished products vanish (14.1)
    accept_price_zero: bool = True
    suspend_price_zero_days: float = 3  # 0 = never
    default_boost: float = 5.0  # boost of a listing created with 0 or none (16.3)
    by_sku_form: str = '2024'  # '2017': success items without product_listing_id and boost (16.4)
    name_limit: str = 'characters'  # what the 150 of a product name count
    failing_images: str = 'broken'  # image addresses that hold this word cannot be fetched; '' = none
    export_flag_on_view: bool = True  # reading one order marks it as exported
    cancel_refund_pending: bool = False  # a cancellation stays `Cancelled` until completed
    refund_while_cancelled: bool = True  # reason 6 may refund a `Cancelled` order (20)

    def change(self, changes):
        """Apply `changes` (dict of names and values) all or none.

        Raises ValueError, with a sentence for the caller, on an unknown name or a value of the wrong kind.
        """
        if not isinstance(changes, dict):
            raise ValueError("Settings are changed by a JSON object of names and values.")
        known = {item.name for item in fields(self)}
        checked = {}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"There is no setting named {name!r}.")
            checked[name] = self._checked(name, value)
        for name, value in checked.items():
            setattr(self, name, value)

    def _checked(self, name, value):
        current = getattr(self, name)
        if isinstance(current, dict):
            return self._checked_limits(name, value)
        if name in CHOICES:
            if value not in CHOICES[name]:
                raise ValueError(f"Setting {name} is one of {', '.join(CHOICES[name])}.")
            return value
        if isinstance(current, bool) or isinstance(current, str):
            right = isinstance(value, type(current))
        else:
            right = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
        if not right:
            raise ValueError(f"Setting {name} cannot be {value!r}.")
        return value

    def _checked_limits(self, name, value):
        whole = isinstance(value, dict) and all(
            method in METHODS and isinstance(limit, int) and not isinstance(limit, bool) and limit >= 0
            for method, limit in value.items()
        )
        if not whole:
            raise ValueError(f"Setting {name} maps methods ({', '.join(METHODS)}) to whole numbers.")
        return {**getattr(self, name), **value}

    def as_dict(self):
        """Return all settings as a JSON-ready dict."""
        return asdict(self)
