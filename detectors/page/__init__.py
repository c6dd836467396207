"""One parsed view of one captured page, shared by every detector."""

from detectors.page.elements import Block, Field, Form, Heading, Link, Zone
from detectors.page.page import Page

__all__ = ["Block", "Field", "Form", "Heading", "Link", "Page", "Zone"]
