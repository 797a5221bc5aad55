"""The process: command line, settings, composition root, channels, delivery. What Lotse says lives in `dialogs`."""

import os

# Products of a small vector and a matrix are slower on several threads, which wait for each other on busy cores: 7 ms instead of 0.5.
# It must be said before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
