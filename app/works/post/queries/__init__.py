"""Reads of letters: lists, threads, people, the address book."""

from app.works.post.queries.reading import GuestLetter as GuestLetter
from app.works.post.queries.reading import file_for_guest as file_for_guest
from app.works.post.queries.reading import letter_for_guest as letter_for_guest
