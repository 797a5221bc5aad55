"""The process: command line, settings, composition root, channels, delivery. What Lotse says lives in `dialogs`."""
