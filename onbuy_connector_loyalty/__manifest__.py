{
    'name': "OnBuy Connector: Loyalty",
    'version': '19.0.1.0.0',
    'summary': "Promotions and loyalty points of the shop leave orders from OnBuy alone",
    'category': 'Sales/Sales',
    'author': "OnBuy Connector contributors",
    'license': 'LGPL-3',
    'depends': ['onbuy_connector', 'sale_loyalty'],
    'auto_install': True,
}
