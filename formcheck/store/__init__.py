"""What the app remembers: people, sets, jobs and marks in a database, videos and results in a folder.

`Store.open()` brings the database to the newest version. SQLite and a folder by default, no server;
PostgreSQL and a bucket when the settings give their addresses. Every row that holds something of a person
names its owner.
Times are seconds since 1970 (UTC), lengths metres, masses kilograms, whatever the person likes to read.
"""

from formcheck.store.database import Store

__all__ = ["Store"]
