"""What an account lets people and businesses do beyond logging in."""

from __future__ import annotations

from detectors.composite import TopicOrComposedDetector
from detectors.topic import TopicDetector


class ViewBusinessData(TopicOrComposedDetector):
    """A business can see the data that government holds about it: an account or login named for businesses. Behind the
    login a crawler sees the entry alone."""

    name = "view-business-data"
    features = ("account.view_business_data",)


class EditBusinessData(TopicOrComposedDetector):
    """A business can change its data: "update company details", or changing data in a label named for businesses."""

    name = "edit-business-data"
    features = ("account.edit_business_data",)


class SaveDraft(TopicDetector):
    """An unfinished form can be saved and taken up later. Stated in the text of the service, it counts."""

    name = "save-draft"
    features = ("account.save_draft",)
    text_as_proof = True


class TransactionHistory(TopicDetector):
    """A list of the transactions or requests made before."""

    name = "transaction-history"
    features = ("account.transaction_history",)


class FavouriteServices(TopicDetector):
    """Favourite services can be marked or listed. A hint to bookmark the page in the browser is none."""

    name = "favourite-services"
    features = ("account.favourites",)


DETECTORS = (ViewBusinessData, EditBusinessData, SaveDraft, TransactionHistory, FavouriteServices)
