{
    'name': "OnBuy Connector: Kits",
    'version': '19.0.1.0.0',
    'summary': "Kits on OnBuy show what can be made of their components' stock",
    'category': 'Sales/Sales',
    'author': "OnBuy Connector contributors",
    'license': 'LGPL-3',
    'depends': ['onbuy_connector', 'mrp'],
    'auto_install': True,
}
