from . import onbuy_demo
