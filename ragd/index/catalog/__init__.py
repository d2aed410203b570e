"""The catalog (SQLite) says what exists; no other room speaks SQL."""

from ragd.index.catalog.contents import Content, Holder
from ragd.index.catalog.record import Adopted, Batch, Entry, KnownFile, Read
from ragd.index.catalog.schema import is_older
from ragd.index.catalog.view import View
from ragd.index.catalog.write import Catalog

__all__ = ["Adopted", "Batch", "Catalog", "Content", "Entry", "Holder", "KnownFile", "Read", "View", "is_older"]
