"""One request, as the handlers of the endpoints see it."""

from dataclasses import dataclass, field

from . import parsing
from .errors import ApiError

SITE_ID = 2000
COUNTRY = 'gb'
MAX_LIMIT = 100


@dataclass
class Call:
    """What a handler gets: `world` (all state), `account` (the store of the keys), parsed `query` and
    `body`, `path` (the variables of the address), `base_url` (where images are served), `address` (the
    caller's IP address)."""

    world: object
    account: object
    query: dict
    body: dict
    path: dict = field(default_factory=dict)
    base_url: str = ''
    address: str | None = None

    @property
    def settings(self):
        """The sandbox's Settings."""
        return self.world.settings

    def now(self):
        """Return the sandbox's present moment."""
        return self.world.clock.now()

    def value(self, name):
        """Return parameter `name` from the body, else from the query, else None."""
        found = self.body.get(name)
        return self.query.get(name) if found is None else found

    def filter(self, name):
        """Return `filter[name]` as trimmed text, or None when it is absent or empty (an empty one is no
        filter)."""
        filters = self.query.get('filter')
        value = filters.get(name) if isinstance(filters, dict) else None
        text = ','.join(parsing.csv(value)) if isinstance(value, list) else str(value or '').strip()
        return text or None

    def filters(self, *names):
        """Return the sent ones of `names` as a dict of texts, as `metadata.filters` echoes them."""
        return {name: text for name in names if (text := self.filter(name))}

    def flag(self, name):
        """Return `filter[name]` as a bool or None. Raises ApiError 400 on other words."""
        text = self.filter(name)
        if text is None:
            return None
        value = parsing.boolean(text)
        if value is None:
            raise ApiError(400, f"{text} is not a valid value for {name}")
        return value

    def sort(self, *allowed):
        """Return the sent sorting as a dict of at most one field, e.g. `{'created': 'asc'}`.

        Raises ApiError 400 on a field that is not `allowed` or a direction that is none (seen live on
        orders, 4).
        """
        sent = self.query.get('sort')
        if not sent:
            return {}
        if not isinstance(sent, dict) or any(name not in allowed for name in sent):
            raise ApiError(400, "invalid sort field")
        wanted = {name: str(way).lower() for name, way in sent.items() if way}
        if any(way not in ('asc', 'desc') for way in wanted.values()):
            raise ApiError(400, "invalid sort direction")
        return wanted

    def check_site(self, policy):
        """Apply the `site_id` `policy` of section 4 and rule 5: 'default' (2000), 'required' or 'none'.

        Raises ApiError 400 if it is required and missing, or names a site that there is not.
        """
        if policy == 'none':
            return
        site, country = self.value('site_id'), self.value('country_code')
        if site in (None, '') and country in (None, ''):
            if policy == 'required':
                raise ApiError(400, "You must supply either a site_id or country_code")
        elif site not in (None, ''):
            if parsing.integer(site) != SITE_ID:
                raise ApiError(400, f"'{site}' is not a valid site_id")
        elif str(country).lower() != COUNTRY:
            raise ApiError(400, f"'{country}' is not a valid country_code")

    def window(self, default, maximum=MAX_LIMIT):
        """Return (limit, offset) of the request; limits above `maximum` are clamped (rule 6).

        Raises ApiError 400 on values that are no whole numbers or negative.
        """
        limit = self._count('limit', default) or default
        return min(limit, maximum), self._count('offset', 0)

    def _count(self, name, default):
        sent = self.query.get(name)
        if sent in (None, ''):
            return default
        value = parsing.integer(sent)
        if value is None or value < 0:
            raise ApiError(400, f"{name} must be a positive integer")
        return value


def page(call, rows, show, default=20, maximum=MAX_LIMIT, filters=None, sort=None, total='total_rows',
         key='results'):
    """Return one page of `rows` in the container of section 4.

    No page has more rows than `page_limit` of the settings. `show` turns a row into JSON; `filters` and
    `sort` are echoed only when something was sent; `total` and `key` are the names that this endpoint uses.
    """
    limit, offset = call.window(default, min(maximum, call.settings.page_limit or maximum))
    metadata = {'limit': limit, 'offset': offset, total: len(rows)}
    if filters:
        metadata['filters'] = filters
    if sort:
        metadata['sort'] = sort
    return {key: [show(row) for row in rows[offset:offset + limit]], 'metadata': metadata}
