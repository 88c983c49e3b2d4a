"""How laptops agree: the messages, the client that runs on a laptop and the council's server; no Qt here."""
