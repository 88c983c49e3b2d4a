"""Heard’s tests. A package of its own, so that no installed package’s folder of this name comes before it."""
