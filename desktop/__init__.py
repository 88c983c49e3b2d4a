"""The application: where every part is built once, by hand, and joined to the others."""

__version__ = "0.1.0"
