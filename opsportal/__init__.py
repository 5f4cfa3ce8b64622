"""The shell of the portal: what holds the rooms together.

In: the environment. Out: settings, URLs, the web application and the Celery application, the
pure helpers of `lib` that every app may use, and the servers of a trial (`embedded`). The shell
knows the apps; of it the apps know `lib` alone.
"""
