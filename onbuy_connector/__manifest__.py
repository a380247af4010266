{
    'name': "OnBuy Connector",
    'version': '19.0.1.0.0',
    'summary': "Your OnBuy store in Odoo: listings, orders, dispatch, cancellations, refunds",
    'category': 'Sales/Sales',
    'author': "OnBuy Connector contributors",
    'license': 'LGPL-3',
    'depends': ['sale_management', 'sale_stock', 'sale_margin', 'stock_delivery'],
    'external_dependencies': {'python': ['openpyxl', 'requests']},
    'data': [
        'security/onbuy_connector_groups.xml',
        'security/onbuy_connector_security.xml',
        'security/ir.model.access.csv',
        'data/product_data.xml',
        'data/ir_cron_data.xml',
        'views/onbuy_order_action_views.xml',
        'views/onbuy_order_views.xml',
        'views/onbuy_listing_views.xml',
        'views/onbuy_shipping_mapping_views.xml',
        'views/onbuy_sync_run_views.xml',
        'views/onbuy_store_templates.xml',
        'views/onbuy_store_views.xml',  # Opens the actions of the views above.
        'views/sale_order_views.xml',
        'views/stock_picking_views.xml',
        'views/res_config_settings_views.xml',
        'views/onbuy_connector_menus.xml',  # Depends on all actions.
    ],
    'assets': {
        'web.assets_tests': ['onbuy_connector/static/tests/tours/**/*'],
    },
    'application': True,
}
