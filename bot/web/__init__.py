"""The web side for newcomers: pages, JSON interface, widget, probes. Reading histories is in `bot.channels.web`, words are in `dialogs`."""
