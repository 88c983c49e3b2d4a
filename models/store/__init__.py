"""The only SQLAlchemy on the laptop: the vault's fixed tables and what may be done to them; no row leaves it."""
