"""Documents as values, made from records and written as PDF and as an accessible page; no Qt, laptop and server alike.

How a document is added:

1. A module that makes it: a function from entries and bodies to a `Document` (`document.py`), whose blocks stand in
   reading order. Somebody's exact words are a `Quote`, never a `Text`: only the child's get the voice colour. It reads
   no casebook and writes no file. What `record_blocks.py` makes from declarations can be used in it.
2. A line in `shelf.py`, which knows every document by its key, reads the casebook for it, and is all that screens and
   commands call: ``shelf.make(casebook, "visit_note", scope_id, record_id)``.
3. Its fixed sentences, where a child reads them, in `resources/words/documents.json`: a test holds them to a reading
   age of nine.

`pdf.write` and `page.write` turn any document into bytes; they may be called from any thread, and cost 0.2 s the first
time. PDF is reportlab's: no other room imports it, and nothing imports `pdf` before a document is wanted.
"""
