"""The project's own Python, working for spreadsheet programs that run another Python or none.

A host starts it when it is first needed (``udfs.service.client``, standard library only, Python 3.8 or later) and talks
to it through a socket of the same machine. Both sides prove that they know the secret in a file that only the user can
read; the secret itself never travels. The service ends by itself when nobody has asked anything for a while.
"""
