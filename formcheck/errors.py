"""The errors a caller may see. Every message is one sentence: what happened, and what to do next."""


class FormcheckError(Exception):
    """Something the user can act on. The command line prints the message and exits with code 2."""


class VideoError(FormcheckError):
    """The video cannot be read (wrong type, empty, damaged, no pictures in it)."""


class ModelError(FormcheckError):
    """The pose model is missing, damaged, or cannot be provisioned."""


class TrackError(FormcheckError):
    """A pose track or report on disk is not what it claims to be."""


class ConfigError(FormcheckError):
    """An option or configuration key has a wrong name or value."""


class OutputError(FormcheckError):
    """A result cannot be written (folder missing, no permission, disk full)."""
