"""What all programs in tests/ share that run real daemons. They are started in that folder, as
modules: python3 -m e2e.restarts_test ReadersTest
"""
