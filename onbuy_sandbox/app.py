"""The web application: all rows of the endpoint map, the control API, the page, the images."""

from functools import partial

from aiohttp import web

from . import (
    auth,
    cancel_refund,
    control,
    control_orders,
    dispatch,
    images,
    listings,
    orders,
    page,
    products,
    queues,
    reference,
)
from .errors import ApiError
from .gateway import Gateway, Route

LARGEST_BODY = 64 * 1024 ** 2
FORBIDDEN = ('disputes', 'cases', 'returns', 'refunds')  # 403 on the live API (21)

ROUTES = (  # "OnBuy API reference", 3; more special addresses first
    Route('POST', '/auth/request-token', auth.request_token, 'none'),
    Route('GET', '/sites', reference.sites, 'none'),
    Route('GET', '/sites/{site_id}', reference.site, 'none'),
    Route('GET', '/conditions', reference.conditions),
    Route('GET', '/categories', reference.categories),
    Route('GET', '/categories/{id}', reference.category),
    Route('GET', '/categories/{id}/features', reference.features),
    Route('GET', '/categories/{id}/technical-details', reference.technical_details),
    Route('GET', '/categories/{id}/technical-details/{group_id}', reference.technical_detail),
    Route('GET', '/categories/{id}/variants', reference.variants),
    Route('GET', '/brands', reference.brands, 'none'),
    Route('GET', '/brands/{id}', reference.brand, 'none'),
    Route('GET', '/commission-tiers', reference.tiers),
    Route('GET', '/commission-tiers/{id}', reference.tier),
    Route('GET', '/sellers/entities', reference.entities, 'none'),
    Route('GET', '/sellers/entities/{id}', reference.entity, 'none'),
    Route('GET', '/sellers/deliveries', reference.deliveries, 'required'),
    Route('GET', '/sellers/{id}', reference.seller, 'none'),
    Route('POST', '/products', products.create, 'required'),
    Route('PUT', '/products', products.update_batch, 'none'),
    Route('PUT', '/products/{opc}', products.update_one, 'none'),
    Route('GET', '/products', products.search),
    Route('POST', '/products/{opc}/listings', listings.create_on_product),
    Route('GET', '/queues', queues.browse, 'required'),
    Route('GET', '/queues/{queue_id}', queues.view),
    Route('GET', '/listings/check-winning', listings.check_winning),
    Route('GET', '/listings', listings.browse, 'required'),
    Route('POST', '/listings', listings.create),
    Route('PUT', '/listings', listings.update_by_uid),
    Route('PUT', '/listings/by-sku', listings.update_by_sku),
    Route('DELETE', '/listings/by-sku', listings.delete_by_sku),
    Route('GET', '/orders/tracking-providers', dispatch.tracking_providers),
    Route('PUT', '/orders/dispatch', dispatch.dispatch, 'none'),
    Route('PUT', '/orders/cancel', cancel_refund.cancel),
    Route('PUT', '/orders/refund', cancel_refund.refund),
    Route('GET', '/orders', orders.browse),
    Route('GET', '/orders/{order_id}', orders.view),
    Route('PUT', '/dispatches/tracking', dispatch.update_tracking),
    Route('GET', '/carriers', dispatch.carriers),
    # names that one client uses (25)
    Route('GET', '/brand', reference.brands, 'none'),
    Route('GET', '/deliveries', reference.deliveries, 'required'),
    Route('GET', '/entities', reference.entities, 'none'),
)


def _missing(call):
    raise ApiError(404, "The requested resource could not be found")


def _forbidden(call):
    raise ApiError(403, "You do not have permission to access this resource")


def _picture(call):
    """`GET /images/{opc}.png`: a product's picture."""
    if call.path['opc'] not in call.world.products:
        raise ApiError(404, "There is no such product.")
    return images.picture(call.path['opc'])


def build_app(world, base='/v2'):
    """Return the aiohttp application that serves `world`; `base` is where the API's addresses begin."""
    app = web.Application(client_max_size=LARGEST_BODY)
    gateway = Gateway(world, base)
    for route in ROUTES:
        app.router.add_route(route.method, base + route.path + '{_slash:/?}',
                             partial(gateway.serve, route=route))
    for name in FORBIDDEN:
        route = Route('*', f'/{name}', _forbidden, 'none', token=False)
        app.router.add_route('*', f'{base}/{name}{{_rest:(/.*)?}}', partial(gateway.serve, route=route))
    route = Route('*', '', _missing, 'none', token=False)
    app.router.add_route('*', base + '{_rest:(/.*)?}', partial(gateway.serve, route=route))
    picture = Route('GET', '/images/{opc}.png', _picture, 'none', token=False, kind='image/png')
    app.router.add_get(picture.path, partial(gateway.serve, route=picture))
    control.add_routes(app, world)
    control_orders.add_routes(app, world)
    page.add_routes(app, world)
    return app
