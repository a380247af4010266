"""What script/bootstrap, script/server and script/test are made of.

Modules below `bootstrap` use the standard library alone, as they run before anything is installed.
"""
