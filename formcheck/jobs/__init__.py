"""Analysis in worker processes. The `jobs` table is the truth; Huey only says that there is work.

    queue       the table: enqueue, claim, heartbeat, finish, cancel, reap
    transport   the message
    work        what is done for each kind of job
    worker      the process that does it
    supervisor  starts and watches workers; stops them with the app

What makes it lossless: workers take jobs from the table, messages only wake them; a claim is one
compare-and-set; the holder renews a lease with every heartbeat; when the lease runs out or the worker is
gone, the job is queued again; the last write counts only if the claim still holds; results are moved into
place at the end.
"""
